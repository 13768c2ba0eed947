-- one row per due date and scenario of one target in one area at an as-of date: passed reviews, or past changes
select due_on, scenario, pass_rate, median, low_80, high_80, chance
from mart.forecast_scenario
where plan_id = $plan_id and target_id = $target_id and area_code = $area_code and as_of = $as_of
order by due_on, pass_rate, scenario
