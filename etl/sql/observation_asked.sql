-- one row per indicator of some target, area of some plan, basis and month end: what is read beside targets
-- Most of the other areas are there to be listed and ranked only.
with asked_area as (
    select area_code from core.plan_area
    union
    select area_code from core.target
)
select
    observation.indicator_id, observation.area_code, observation.basis, observation.period_end,
    observation.value, observation.state, observation.source_period_end
from mart.observation as observation
where
    observation.indicator_id in (select indicator_id from core.target)
    and observation.area_code in (select area_code from asked_area);
