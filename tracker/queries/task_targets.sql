-- one row per task of a plan and target that it serves
select measure_id, target_id
from core.measure_target
where plan_id = $plan_id
