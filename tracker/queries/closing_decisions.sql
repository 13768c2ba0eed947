-- one row per decision on what counts at a due date, in the order in which they were recorded
select decision_no, plan_id, target_id, basis, reason, decided_by, decided_on
from core.closing_decision
order by decision_no
