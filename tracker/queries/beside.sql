-- one row per indicator, area and basis at an as-of date: what must be printed beside the value
select
    indicator_id,
    area_code,
    basis,
    awaiting,
    publicity,
    expected_units,
    reported_units,
    state as observation_state,
    source_period_end,
from mart.observation
where period_end = $as_of
