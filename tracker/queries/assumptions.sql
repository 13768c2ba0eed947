-- one row per target of a plan, areas' own aside, that leans on a field which the plan does not state
select distinct on (target.target_id)
    target.target_id,
    case $language when 'zh' then indicator.name_zh else indicator.name_en end as name,
    target.assumed,
from core.target
join core.indicator using (indicator_id)
where target.plan_id = $plan_id and target.assumed <> ''
order by target.sort, target.target_id
