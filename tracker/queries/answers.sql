-- one row per decision on identity or area that holds, in the order in which they were made
select
    answer_id,
    kind,
    choice,
    codes,
    names,
    recorded_by,
    reason,
from core.answer
where withdrawn_at is null
order by recorded_at, answer_id
