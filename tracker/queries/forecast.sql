-- one row per month after the as-of date of the fan of one target in one area, up to its due date
select due_on, month_end, low_80, low_50, median, high_50, high_80, forecast_model
from mart.forecast_path
where plan_id = $plan_id and target_id = $target_id and area_code = $area_code and as_of = $as_of
order by due_on, month_end
