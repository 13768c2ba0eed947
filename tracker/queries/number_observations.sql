-- one row per month end of an indicator, area and basis up to a date: what the build counted or computed
select period_end, value, numerator, denominator, in_force, awaiting, publicity, source_period_end, state
from mart.observation
where indicator_id = $indicator_id and area_code = $area_code and basis = $basis and period_end <= $as_of
order by period_end
