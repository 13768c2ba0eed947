-- one row per indicator that a plan sets a target for, in the order of the plan
select
    indicator.indicator_id,
    case $language when 'zh' then indicator.name_zh else indicator.name_en end as name,
    indicator.unit,
    indicator.formula,
    indicator.tier,
    indicator.evidence,
    case $language when 'zh' then indicator.definition_zh else indicator.definition_en end as definition,
    case $language when 'zh' then indicator.caution_zh else indicator.caution_en end as caution,
from core.indicator
join (
    select indicator_id, min(sort) as plan_order
    from core.target
    where plan_id = $plan_id
    group by indicator_id
) as used using (indicator_id)
order by used.plan_order
