-- one row per area and due date of the tasks of a target: what was decided last, by which document
with decided as (
    select
        area_code, due_on, value, decided_on, document_no, origin, exempt_on is not null as is_exempt
    from core.target
    where plan_id = $plan_id and target_id = $target_id
    union all
    select area_code, due_on, null, decided_on, document_no, 'entered', true
    from core.target_exemption
    where plan_id = $plan_id and target_id = $target_id
)
select area_code, due_on, value, decided_on, document_no, origin, is_exempt
from decided
qualify row_number() over (
    partition by area_code, due_on order by decided_on desc nulls last, is_exempt desc
) = 1
order by area_code, due_on
