-- one row per tier-count indicator of a tier in an area on a month end: the number that the pages print
select observation.indicator_id, observation.value, observation.in_force, observation.awaiting
from mart.observation as observation
inner join core.indicator as indicator on indicator.indicator_id = observation.indicator_id
where
    indicator.formula = 'tier_count'
    and indicator.tier = $tier
    and observation.area_code = $area_code
    and observation.period_end = $day
    and observation.basis = 'in_force'
    and observation.state = 'ok';
