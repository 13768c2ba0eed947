-- one row per plan that leans on something which its text does not state
select
    case $language when 'zh' then name_zh else name_en end as name,
    starts_on,
    ends_on,
    assumed,
from core.plan
where plan_id = $plan_id and assumed <> ''
