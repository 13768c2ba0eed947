-- one row per plan, area, as-of month and state: how many of the area's targets stand in it
create table mart.state_count as
select
    progress.plan_id,
    unit.rank_group,
    progress.area_code,
    progress.as_of,
    progress.state,
    cast(count(*) as integer) as targets
from mart.progress as progress
left join core.plan_area as unit on unit.plan_id = progress.plan_id and unit.area_code = progress.area_code
where progress.is_current
group by progress.plan_id, unit.rank_group, progress.area_code, progress.as_of, progress.state
order by progress.plan_id, progress.area_code, progress.as_of, progress.state;
