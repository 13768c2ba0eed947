-- one row per indicator, basis and month end of an area: the value of a day with the units that it is the sum of, and of
-- new titles those of every day before
select
    indicator_id,
    basis,
    period_end,
    value,
    case when state = 'stale' then source_period_end end as stale_since,
    reported_units,
    expected_units,
    state = 'partial' as is_partial
from mart.observation
where area_code = $area_code and period_end <= $day and (period_end = $day or basis = 'new')
