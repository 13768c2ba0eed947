-- one row per target and area whose value or state at an as-of date differs from the build before
select
    change.target_id,
    change.area_code,
    case $language when 'zh' then indicator.short_zh else indicator.short_en end as short,
    case $language when 'zh' then area.short_zh else area.short_en end as area_short,
    indicator.unit,
    indicator.decimals,
    change.value_before,
    change.value_after,
    change.state_before,
    change.state_after,
from meta.change
join (select distinct plan_id, target_id, indicator_id from core.target) as target
    using (plan_id, target_id)
join core.indicator using (indicator_id)
join core.area using (area_code)
where change.plan_id = $plan_id and change.as_of = $as_of
order by change.state_before is not distinct from change.state_after, area.sort, change.target_id
