-- one row per number of a rule of a plan that is no target; one row for a rule without numbers
select
    rule.rule_id,
    rule.kind,
    rule.section,
    case $language when 'zh' then rule.text_zh else rule.text_en end as said,
    coalesce(
        case $language when 'zh' then number.label_zh else number.label_en end,
        case $language when 'zh' then tier.short_zh else tier.short_en end
    ) as label,
    number.comparator,
    number.value,
    number.value_high,
    number.unit,
from core.plan_rule as rule
left join core.plan_rule_value as number using (plan_id, rule_id)
left join core.tier as tier on tier.tier = number.tier
where rule.plan_id = $plan_id
order by rule.sort, number.sort
