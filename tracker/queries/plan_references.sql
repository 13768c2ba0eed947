-- one row per figure that a plan reports without asking for it
select
    section,
    case $language when 'zh' then text_zh else text_en end as said,
    comparator,
    value,
    value_high,
    unit,
    starts_on,
    ends_on,
from core.plan_reference
where plan_id = $plan_id
order by sort
