-- one row per as-of month and horizon of one target in one area: the forecast of that time and the value that came
select due_on, as_of, horizon_months, month_end, level, chance, median, low_80, high_80, value, outcome, is_inside
from mart.hindcast
where plan_id = $plan_id and target_id = $target_id and area_code = $area_code
order by due_on, as_of, horizon_months
