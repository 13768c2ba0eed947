-- one row per plan and tier count at an as-of date: how many enterprises of the plan's whole area count, with the parts
select
    plan.plan_id,
    indicator.indicator_id,
    case $language when 'zh' then indicator.name_zh else indicator.name_en end as name,
    indicator.unit,
    indicator.decimals,
    observation.value,
    observation.in_force,
    observation.awaiting,
    observation.publicity,
from core.plan
cross join core.indicator
join core.tier on tier.tier = indicator.tier
left join mart.observation as observation
    on observation.area_code = plan.area_code
    and observation.indicator_id = indicator.indicator_id
    and observation.basis = $basis
    and observation.period_end = $as_of
where indicator.formula = 'tier_count'
order by tier.sort, plan.plan_id
