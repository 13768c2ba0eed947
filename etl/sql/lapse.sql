-- one row per holder whom a final, complete review list of its cohort leaves out: its title lapses on that day
insert into core.recognition_event
with review_list as (
    select reading.reading_id, reading.file_id, reading.tier, reading.reviewed_cohort, reading.event_on, inside.area_code
    from core.source_reading as reading
    inner join core.reading_area as inside on inside.reading_id = reading.reading_id
    where reading.event = 'review_passed' and reading.is_final
),
title as (
    select event_id, enterprise_id, tier, cohort_year, event_on, counts_from, expires_on, area_code
    from core.recognition_event
    where event in ('recognition', 'review_passed')
),
member as (
    select
        title.enterprise_id, title.tier, title.cohort_year, title.event_on, title.area_code,
        review_list.reading_id, review_list.file_id, review_list.event_on as reviewed_on
    from title
    inner join review_list
        on review_list.tier = title.tier
        and review_list.reviewed_cohort = title.cohort_year
        and review_list.area_code = title.area_code
    where title.event_on < review_list.event_on
),
kept as (
    select distinct member.enterprise_id, member.tier, member.reading_id
    from member
    inner join core.recognition_event as other
        on other.enterprise_id = member.enterprise_id and other.tier = member.tier
    where
        -- passed on this list or on one of the same day or earlier (Ningbo publishes apart from Zhejiang)
        (
            other.event = 'review_passed'
            and other.event_on > member.event_on
            and other.event_on <= member.reviewed_on
        )
        -- or holds the same title from another cohort
        or (
            other.event in ('recognition', 'review_passed')
            and other.cohort_year <> member.cohort_year
            and other.counts_from <= member.reviewed_on
            and other.expires_on > member.reviewed_on
        )
)
select
    concat('lapse-', member.reading_id, '-', cast(member.enterprise_id as varchar)) as event_id,
    member.enterprise_id,
    member.tier,
    'lapsed' as event,
    cast(null as varchar) as batch,
    min(member.cohort_year) as cohort_year,
    member.reviewed_on as event_on,
    cast(null as date) as valid_from,
    cast(null as date) as valid_to,
    false as valid_to_estimated,
    cast(null as date) as counts_from,
    cast(null as date) as expires_on,
    cast(null as date) as awaiting_until,
    cast(null as date) as publicity_until,
    true as is_derived,
    cast(null as varchar) as dated_by,
    cast(null as varchar) as document_no,
    cast(null as varchar) as name_as_printed,
    cast(null as varchar) as title_as_printed,
    min(member.area_code) as area_code,
    false as area_inferred,
    cast(null as varchar) as area_printed,
    member.reading_id,
    member.file_id,
    cast(null as varchar) as sheet,
    cast(null as integer) as row,
    cast(null as varchar) as "column",
    -- their ids stand behind all others
    (select coalesce(max(event_number), 0) from core.recognition_event) + row_number() over (
        order by concat('lapse-', member.reading_id, '-', cast(member.enterprise_id as varchar))
    ) as event_number
from member
left join kept
    on kept.enterprise_id = member.enterprise_id
    and kept.tier = member.tier
    and kept.reading_id = member.reading_id
where kept.enterprise_id is null
group by member.enterprise_id, member.tier, member.reading_id, member.file_id, member.reviewed_on;
