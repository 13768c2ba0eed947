-- one row per target, area, due date and as-of month of which leaders decided what counts at the due date
with decision as (
    select
        decided.plan_id, decided.target_id, decided.basis, calendar.month_end as as_of,
        row_number() over (
            partition by decided.plan_id, decided.target_id, calendar.month_end
            order by decided.decided_on desc, decided.decision_no desc
        ) as place
    from core.closing_decision as decided
    inner join core.calendar as calendar on calendar.month_end >= decided.decided_on
)
select
    closing.plan_id,
    closing.target_id,
    closing.area_code,
    closing.due_on,
    closing.as_of,
    decision.basis as closing_basis,
    -- each basis holds the one before it
    cast(
        closing.in_force
        + case when decision.basis in ('decided', 'with_publicity') then closing.decided else 0 end
        + case when decision.basis = 'with_publicity' then closing.publicity else 0 end
        as double
    ) as closing_value
from mart.closing as closing
inner join decision
    on decision.plan_id = closing.plan_id
    and decision.target_id = closing.target_id
    and decision.as_of = closing.as_of
    and decision.place = 1
where closing.as_of >= closing.due_on;
