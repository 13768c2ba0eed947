-- one row: the target behind a number, in its period that runs on a date, and how its indicator is computed
select
    target.target_id,
    target.indicator_id,
    target.basis,
    -- a yearly task begins with its own year
    case target.basis
        when 'annual' then greatest(
            coalesce(target.starts_on, plan.starts_on),
            cast(date_trunc('year', coalesce(target.due_on, plan.ends_on)) as date)
        )
        else coalesce(target.starts_on, plan.starts_on)
    end as starts_on,
    coalesce(target.due_on, plan.ends_on) as due_on,
    (
        select count(distinct coalesce(other.starts_on, plan.starts_on))
        from core.target as other
        where other.plan_id = target.plan_id and other.target_id = target.target_id
    ) as starts,
    target.value as target_value,
    case $language when 'zh' then indicator.name_zh else indicator.name_en end as name,
    indicator.unit,
    indicator.decimals,
    indicator.formula,
    indicator.tier,
    source.population,
    source.numerator,
    source.denominator,
    source.numerator_from,
    source.denominator_from,
    source.is_count,
    source.scale,
    source.growth_base_year,
    case $language when 'zh' then top.name_zh else top.name_en end as numerator_name,
    case $language when 'zh' then bottom.name_zh else bottom.name_en end as denominator_name,
    case $language when 'zh' then population.short_zh else population.short_en end as population_name,
from core.target
join core.plan using (plan_id)
join core.indicator using (indicator_id)
left join mart.indicator_source as source using (indicator_id)
left join core.measure_definition as top on top.measure = source.numerator
left join core.measure_definition as bottom on bottom.measure = source.denominator
left join core.tier as population on population.tier = source.population
where target.plan_id = $plan_id and target.target_id = $target_id
order by
    coalesce(target.due_on, plan.ends_on) < $as_of,
    abs(date_diff('day', $as_of, coalesce(target.due_on, plan.ends_on))),
    target.area_code is distinct from plan.area_code
limit 1
