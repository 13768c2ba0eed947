-- one row per tier and area of a plan on a date: how many count by a viewer's switches, and what stands beside them
select
    observation.area_code,
    indicator.tier,
    case
        when observation.value is null or observation.in_force is null then observation.value
        else observation.in_force
            + case when $with_awaiting then coalesce(observation.awaiting, 0) else 0 end
            + case when $with_publicity then coalesce(observation.publicity, 0) else 0 end
    end as value,
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
