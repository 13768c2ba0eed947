-- one row per target that has no progress row in the newest month: unreported is a state, absent is
-- a mistake; only an area that was exempted later has none
select target.plan_id, target.target_id, target.area_code, target.due_on
from core.target as target
left join mart.progress as progress
    on progress.plan_id = target.plan_id
    and progress.target_id = target.target_id
    and progress.area_code = target.area_code
    and progress.due_on = target.due_on
    and progress.as_of = (select max(month_end) from core.calendar)
where progress.target_id is null and target.exempt_on is null and exists (select 1 from core.calendar);
