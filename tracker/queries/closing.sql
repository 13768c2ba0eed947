-- one row per count target, area and due date of a plan at an as-of date: what could be counted on the deciding day
with task as (
    select target_id, area_code, due_on, comparator, value_high, tolerance,
    from core.target
    where plan_id = $plan_id and (decided_on is null or decided_on <= $as_of)
    qualify row_number() over (
        partition by target_id, area_code, due_on order by decided_on desc nulls last
    ) = 1
),
decision as (
    select target_id, basis, reason, decided_by, decided_on,
    from core.closing_decision
    where plan_id = $plan_id and decided_on <= $as_of
    qualify row_number() over (partition by target_id order by decided_on desc, decision_no desc) = 1
)

select
    closing.target_id,
    closing.area_code,
    closing.due_on,
    closing.judged_on,
    closing.in_force,
    closing.awaiting,
    closing.decided,
    closing.publicity,
    closing.decided_later,
    progress.target_value,
    task.comparator,
    task.value_high,
    task.tolerance,
    indicator.direction,
    coalesce(decision.basis, 'in_force') as basis,
    decision.reason,
    decision.decided_by,
    decision.decided_on,
from mart.closing
join mart.progress using (plan_id, target_id, area_code, due_on, as_of)
join task using (target_id, area_code, due_on)
join core.indicator on indicator.indicator_id = closing.indicator_id
left join decision using (target_id)
where closing.plan_id = $plan_id and closing.as_of = $as_of
order by closing.target_id, closing.area_code, closing.due_on
