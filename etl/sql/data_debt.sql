-- one row per data debt: something that makes a published number less certain, with where and how many
create table core.data_debt as
with rejected as (
    select 'rows_rejected' as kind, reading_id, tier, area_code, rejected as number, cast(null as varchar) as detail
    from core.source_reading
    where rejected > 0
),
announced as (
    select
        'announced_differs' as kind, announced_number.reading_id, reading.tier,
        case announced_number.scope when 'total' then reading.area_code else announced_number.scope end as area_code,
        announced_number.announced as number,
        cast(announced_number.read as varchar) as detail
    from core.announced_number as announced_number
    inner join core.source_reading as reading on reading.reading_id = announced_number.reading_id
    where announced_number.announced <> announced_number.read
),
estimated as (
    select
        'window_estimated' as kind, reading.reading_id, reading.tier, reading.area_code, count(*) as number,
        cast(null as varchar) as detail
    from core.recognition_event as event
    inner join core.source_reading as reading on reading.reading_id = event.reading_id
    where event.valid_to_estimated
    group by reading.reading_id, reading.tier, reading.area_code
),
unassigned as (
    select
        'area_unassigned' as kind, event.reading_id, event.tier, event.area_code, count(*) as number,
        cast(null as varchar) as detail
    from core.recognition_event as event
    inner join core.area as area on area.area_code = event.area_code
    where area.kind = 'unassigned' and not event.is_derived
    group by event.reading_id, event.tier, event.area_code
),
-- titles whose months of waiting ran out while no review result was ever loaded
overdue as (
    select
        'review_overdue' as kind, cast(null as varchar) as reading_id, tenure.tier, tenure.area_code,
        count(*) as number, cast(null as varchar) as detail
    from core.tenure as tenure
    inner join core.recognition_event as title
        on title.enterprise_id = tenure.enterprise_id
        and title.tier = tenure.tier
        and title.awaiting_until = tenure.to_on
    where
        tenure.status = 'awaiting_review'
        and tenure.via_tier = tenure.tier
        and tenure.to_on <= (select max(month_end) from core.calendar)
    group by tenure.tier, tenure.area_code
),
identity as (
    select
        question as kind, cast(null as varchar) as reading_id, cast(null as varchar) as tier,
        cast(null as varchar) as area_code, count(*) as number,
        min(concat(coalesce(uscc, ''), ' ', coalesce(name_key, ''), ' ', coalesce(other, ''))) as detail
    from core.identity_question
    group by question
)
select
    'file_unreadable' as kind, cast(null as varchar) as reading_id, cast(null as varchar) as tier,
    cast(null as varchar) as area_code, 1 as number, file.original_name as detail
from core.unreadable_file as unreadable
inner join core.source_file as file on file.file_id = unreadable.file_id
union all
select kind, reading_id, tier, area_code, cast(number as integer) as number, detail from rejected
union all
select kind, reading_id, tier, area_code, cast(number as integer) as number, detail from announced
union all
select kind, reading_id, tier, area_code, cast(number as integer) as number, detail from estimated
union all
select kind, reading_id, tier, area_code, cast(number as integer) as number, detail from unassigned
union all
select kind, reading_id, tier, area_code, cast(number as integer) as number, detail from overdue
union all
select kind, reading_id, tier, area_code, cast(number as integer) as number, detail from identity
order by kind, reading_id, tier, area_code;
