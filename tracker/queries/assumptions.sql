-- one row per target of a plan, areas' own aside, that leans on a field which the plan does not state
select distinct on (target.sort, target.target_id)
    target.target_id,
    case $language when 'zh' then indicator.name_zh else indicator.name_en end as name,
    indicator.decimals,
    target.assumed,
    target.unit,
    target.basis,
    target.comparator,
    target.value,
    target.value_high,
    target.tolerance,
    target.baseline_value,
    target.pace_basis,
    target.commitment,
    target.owner_units,
    target.baseline_on,
    coalesce(target.starts_on, plan.starts_on) as starts_on,
    coalesce(target.due_on, plan.ends_on) as due_on,
from core.target
join core.plan using (plan_id)
join core.indicator using (indicator_id)
where target.plan_id = $plan_id and target.assumed <> ''
order by target.sort, target.target_id, target.area_code is not null, target.area_code <> plan.area_code, target.due_on
