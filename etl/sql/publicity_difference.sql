-- one row per enterprise that stands on a batch's publicity list or on its decided list, and not on both
create table mart.publicity_difference as
with list as (
    select
        reading.reading_id, reading.tier, reading.event, reading.batch, reading.cohort_year, reading.reviewed_cohort,
        reading.event_on, reading.area_code, reading.is_final, max(event.publicity_until) as publicity_until
    from core.source_reading as reading
    inner join core.recognition_event as event on event.reading_id = reading.reading_id
    where
        reading.kind = 'list'
        and reading.event in ('publicity', 'review_publicity', 'recognition', 'review_passed')
    group by
        reading.reading_id, reading.tier, reading.event, reading.batch, reading.cohort_year, reading.reviewed_cohort,
        reading.event_on, reading.area_code, reading.is_final
),
-- a list decides a publicity of the same tier, batch and cohort that is not older than a publicity can be
candidate as (
    select
        shown.reading_id as shown_id, decided.reading_id as decided_id, decided.tier, decided.event, decided.batch,
        decided.reviewed_cohort, decided.event_on as decided_on, decided.is_final,
        case
            when decided.batch is not null or decided.reviewed_cohort is not null then 1
            when decided.cohort_year = shown.cohort_year and decided.area_code = shown.area_code then 0
        end as is_named
    from list as shown
    inner join list as decided
        on decided.tier = shown.tier
        and decided.event = case shown.event when 'publicity' then 'recognition' else 'review_passed' end
        and decided.batch is not distinct from shown.batch
        and decided.reviewed_cohort is not distinct from shown.reviewed_cohort
        and decided.event_on >= shown.event_on
        and decided.event_on < shown.publicity_until
    where shown.event in ('publicity', 'review_publicity')
),
counted as (
    select
        shown_id, decided_id, tier, event, batch, reviewed_cohort, decided_on, is_final, is_named,
        count(*) over (partition by shown_id) as decisions,
        count(*) over (partition by decided_id) as publicities
    from candidate
),
-- lists that name no batch are compared where only these two can belong together: of one year and area, and no others
pair as (
    select shown_id, decided_id, tier, event, batch, reviewed_cohort, decided_on, is_final
    from counted
    where is_named = 1 or (is_named = 0 and decisions = 1 and publicities = 1)
),
-- their events alone: most lists never were shown
shown as (
    select event_id, reading_id, enterprise_id, area_code, event_on, file_id, sheet, row
    from core.recognition_event
    where reading_id in (select shown_id from pair)
),
-- who lapses by a review list is derived from it and does not stand on it
granted as (
    select event_id, reading_id, enterprise_id, area_code, event_on, file_id, sheet, row
    from core.recognition_event
    where reading_id in (select decided_id from pair) and not is_derived
),
-- shown, in an area that the decided list covers, and on none of the lists that decide it
dropped as (
    select
        pair.tier, pair.event, pair.batch, pair.reviewed_cohort, shown.area_code, shown.enterprise_id,
        shown.event_on, shown.file_id, shown.sheet, shown.row, pair.decided_id, pair.is_final,
        row_number() over (
            partition by pair.tier, pair.event, pair.batch, pair.reviewed_cohort, shown.enterprise_id
            order by pair.decided_on, shown.event_on, shown.event_id, pair.decided_id
        ) as place
    from pair
    inner join shown on shown.reading_id = pair.shown_id
    inner join core.reading_area as covered on covered.reading_id = pair.decided_id and covered.area_code = shown.area_code
    where not exists (
        select 1
        from pair as sibling
        inner join granted on granted.reading_id = sibling.decided_id
        where sibling.shown_id = pair.shown_id and granted.enterprise_id = shown.enterprise_id
    )
),
-- decided, in an area that the publicity covered, and shown on none of the lists before it
added as (
    select
        pair.tier, pair.event, pair.batch, pair.reviewed_cohort, granted.area_code, granted.enterprise_id,
        granted.event_on, granted.file_id, granted.sheet, granted.row, pair.shown_id, pair.is_final,
        row_number() over (
            partition by pair.tier, pair.event, pair.batch, pair.reviewed_cohort, granted.enterprise_id
            order by granted.event_on, granted.event_id, pair.shown_id
        ) as place
    from pair
    inner join granted on granted.reading_id = pair.decided_id
    inner join core.reading_area as covered on covered.reading_id = pair.shown_id and covered.area_code = granted.area_code
    where not exists (
        select 1
        from pair as sibling
        inner join shown on shown.reading_id = sibling.shown_id
        where sibling.decided_id = pair.decided_id and shown.enterprise_id = granted.enterprise_id
    )
)
select
    dropped.tier, dropped.event, dropped.batch, dropped.reviewed_cohort, dropped.area_code, dropped.enterprise_id,
    true as in_publicity,
    false as in_final,
    dropped.is_final,
    dropped.event_on as publicity_on,
    dropped.file_id as publicity_file_id,
    dropped.sheet as publicity_sheet,
    dropped.row as publicity_row,
    reading.event_on as final_on,
    reading.file_id as final_file_id,
    cast(null as varchar) as final_sheet,
    cast(null as integer) as final_row
from dropped
inner join core.source_reading as reading on reading.reading_id = dropped.decided_id
where dropped.place = 1
union all
select
    added.tier, added.event, added.batch, added.reviewed_cohort, added.area_code, added.enterprise_id,
    false as in_publicity,
    true as in_final,
    added.is_final,
    reading.event_on as publicity_on,
    reading.file_id as publicity_file_id,
    cast(null as varchar) as publicity_sheet,
    cast(null as integer) as publicity_row,
    added.event_on as final_on,
    added.file_id as final_file_id,
    added.sheet as final_sheet,
    added.row as final_row
from added
inner join core.source_reading as reading on reading.reading_id = added.shown_id
where added.place = 1
order by tier, event, batch, reviewed_cohort, in_publicity, area_code, enterprise_id;
