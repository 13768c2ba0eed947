-- one row per plan in whose area an enterprise belonged on the as-of date, else where it belonged first
with place as (
    select area_code
    from core.enterprise_area
    where enterprise_id = $enterprise_id
    order by valid_from <= $as_of desc, abs(valid_from - cast($as_of as date))
    limit 1
)
select
    plan.plan_id,
    case $language when 'zh' then plan.short_zh else plan.short_en end as short,
from place
join core.area_closure as closure on closure.area_code = place.area_code
join core.plan on plan.area_code = closure.ancestor_code
order by plan.plan_id
