-- one row per event of an enterprise that lists place in several units, or in none below its city, oldest first
with printed as (
    select
        event.enterprise_id, event.file_id, event.sheet, event.row, event.name_as_printed, event.tier, event.event,
        event.event_on, coalesce(event.area_printed, event.area_code) as area_code, area.kind, area.parent_code
    from core.recognition_event as event
    inner join core.area as area on area.area_code = coalesce(event.area_printed, event.area_code)
    where not event.is_derived and not event.area_inferred
),
unit as (
    select distinct enterprise_id, coalesce(case when kind = 'unassigned' then parent_code end, area_code) as area_code
    from printed
),
-- two units of which neither is a part of the other
conflict as (
    select distinct one.enterprise_id
    from unit as one
    inner join unit as other on other.enterprise_id = one.enterprise_id and other.area_code > one.area_code
    left join core.area_closure as above
        on above.area_code = one.area_code and above.ancestor_code = other.area_code
    left join core.area_closure as below
        on below.area_code = other.area_code and below.ancestor_code = one.area_code
    where above.area_code is null and below.area_code is null
),
-- a province that follows its cities misses nothing where only the city is known
divided as (
    select part.parent_code
    from core.plan_area as plan_area
    inner join core.area as part on part.area_code = plan_area.area_code
    group by part.parent_code
),
-- nowhere a unit: every list names the city alone
unassigned as (
    select printed.enterprise_id
    from printed
    group by printed.enterprise_id
    having
        count(*) = count(case when printed.kind = 'unassigned' then 1 end)
        and count(*) = count(case when printed.parent_code in (select parent_code from divided) then 1 end)
)
select
    case when conflict.enterprise_id is null then 'area_unassigned' else 'area_conflict' end as kind,
    enterprise.uscc, enterprise.name_key, enterprise.name as subject,
    printed.file_id, file.original_name as file, file.received_on, printed.sheet, printed.row,
    printed.name_as_printed as name, printed.tier, printed.event, printed.event_on,
    coalesce(case when printed.kind = 'unassigned' then printed.parent_code end, printed.area_code) as area_code
from printed
inner join core.enterprise as enterprise on enterprise.enterprise_id = printed.enterprise_id
left join conflict on conflict.enterprise_id = printed.enterprise_id
left join unassigned on unassigned.enterprise_id = printed.enterprise_id
left join core.source_file as file on file.file_id = printed.file_id
where conflict.enterprise_id is not null or unassigned.enterprise_id is not null
order by printed.enterprise_id, printed.event_on, printed.area_code, printed.file_id, printed.sheet, printed.row;
