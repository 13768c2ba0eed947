-- one row per tier count whose titles by month of their end do not add up to the stock
with ending as (
    select tier, area_code, as_of, sum(titles) as titles from mart.expiry group by tier, area_code, as_of
)
select observation.indicator_id, observation.area_code, observation.period_end
from mart.observation as observation
inner join core.indicator as indicator on indicator.indicator_id = observation.indicator_id
left join ending
    on ending.tier = indicator.tier
    and ending.area_code = observation.area_code
    and ending.as_of = observation.period_end
where
    indicator.formula = 'tier_count'
    and observation.basis = 'in_force'
    and observation.value <> coalesce(ending.titles, 0);
