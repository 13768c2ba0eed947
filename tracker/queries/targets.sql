-- one row per target, area and due date of a plan, by the newest decision on the as-of date
select
    target.target_id,
    coalesce(target.area_code, plan.area_code) as area_code,
    coalesce(target.due_on, plan.ends_on) as due_on,
    -- a yearly task begins with its own year
    case target.basis
        when 'annual' then greatest(
            coalesce(target.starts_on, plan.starts_on),
            cast(date_trunc('year', coalesce(target.due_on, plan.ends_on)) as date)
        )
        else coalesce(target.starts_on, plan.starts_on)
    end as starts_on,
    target.indicator_id,
    target.is_headline,
    target.commitment,
    target.origin,
    target.basis,
    target.comparator,
    target.value_high,
    target.unit,
    target.owner_units,
    target.section,
    target.sort as plan_order,
    case $language when 'zh' then target.wording_zh else target.wording_en end as wording,
    case $language when 'zh' then target.clause_zh else target.clause_en end as clause,
    case $language when 'zh' then indicator.name_zh else indicator.name_en end as name,
    case $language when 'zh' then indicator.short_zh else indicator.short_en end as short,
    indicator.decimals,
    indicator.direction,
    case $language when 'zh' then area.short_zh else area.short_en end as area_short,
from core.target
join core.plan using (plan_id)
join core.indicator using (indicator_id)
join core.area on area.area_code = coalesce(target.area_code, plan.area_code)
where plan_id = $plan_id and (target.decided_on is null or target.decided_on <= $as_of)
qualify row_number() over (
    partition by target.target_id, coalesce(target.area_code, plan.area_code), coalesce(target.due_on, plan.ends_on)
    order by target.decided_on desc nulls last
) = 1
order by target.is_headline desc, target.sort, area.sort, area.area_code, due_on
