-- one row per unit that a plan holds responsible
select
    unit,
    case $language when 'zh' then name_zh else name_en end as name,
from core.plan_unit
where plan_id = $plan_id
