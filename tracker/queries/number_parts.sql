-- one row per period value that a number may rest on: the area's own (is_own) and those of its units, newest first
select
    value.area_code,
    value.area_code = $area_code as is_own,
    value.period_end,
    value.value,
    cast(value.numerator as double) as numerator,
    cast(value.denominator as double) as denominator,
    value.expected_units,
    value.reported_units,
    observation.source_period_end as held_on,
    coalesce(observation.state, 'ok') = 'stale' as is_stale,
    case $language when 'zh' then area.short_zh else area.short_en end as area_short,
from mart.period_value as value
join core.area using (area_code)
left join mart.observation as observation
    on observation.indicator_id = value.indicator_id
    and observation.area_code = value.area_code
    and observation.basis = $basis
    and observation.period_end = $as_of
where value.indicator_id = $indicator_id
    and value.period_end <= $as_of
    and (
        value.area_code = $area_code
        or value.area_code in (
            select plan_area.area_code
            from core.plan_area
            join core.area_closure as closure using (area_code)
            where plan_area.plan_id = $plan_id and plan_area.is_summed and closure.ancestor_code = $area_code
        )
    )
order by is_own desc, area.sort, value.area_code, value.period_end desc
