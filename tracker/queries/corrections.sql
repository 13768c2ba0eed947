-- one row per correction and place where it applies, newest first: what was changed, by whom, and whether it works
select
    correction.correction_id,
    correction.recorded_at,
    correction.recorded_by,
    correction.reason,
    correction.action,
    correction.state,
    file.original_name as file_name,
    correction.sheet,
    correction.row,
    correction."column",
    correction.enterprise,
    correction.tier,
    correction.measure,
    case $language when 'zh' then area.short_zh else area.short_en end as area_short,
    case $language when 'zh' then tier.short_zh else tier.short_en end as tier_short,
    case $language when 'zh' then measure.name_zh else measure.name_en end as measure_name,
    correction.period,
    correction.expected,
    correction.new_value,
from core.correction as correction
left join core.source_file as file on file.file_id = correction.file_id
left join core.area on area.area_code = correction.area_code
left join core.tier on tier.tier = correction.tier
left join core.measure_definition as measure on measure.measure = correction.measure
order by correction.recorded_at desc, correction.correction_id
