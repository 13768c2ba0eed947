-- one row per tier and area of a plan on a date: how many count, and the parts that switches add
select
    observation.area_code,
    indicator.tier,
    observation.value,
    observation.in_force,
    observation.awaiting,
    observation.publicity,
from mart.observation as observation
join core.indicator using (indicator_id)
where indicator.formula = 'tier_count'
    and observation.basis = $basis
    and observation.period_end = $as_of
    and observation.area_code in (
        select inside.area_code
        from core.area_closure as inside
        where inside.ancestor_code = $area_code
    )
