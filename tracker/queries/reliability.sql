-- one row per forecast model, horizon and fifth of the chance of a plan: what was forecast, and what became of it
select
    forecast_model,
    horizon_months,
    chance_bin,
    forecasts,
    mean_chance,
    observed_share,
    brier,
    inside_share
from mart.reliability
where plan_id = $plan_id
order by forecast_model, horizon_months, chance_bin
