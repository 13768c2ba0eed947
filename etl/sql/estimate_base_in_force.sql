-- one row per area whose holders of a title at a month end are known, as the pages count them
select observation.area_code, observation.value
from mart.observation as observation
inner join core.indicator as indicator on indicator.indicator_id = observation.indicator_id
where indicator.tier = $tier
    and observation.basis = 'in_force'
    and observation.period_end = $on
    and observation.state = 'ok'
order by observation.area_code;
