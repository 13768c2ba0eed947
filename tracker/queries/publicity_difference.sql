-- one row per enterprise of an area that stands on a batch's publicity list or on its decided list only
select
    difference.tier,
    case $language when 'zh' then tier.short_zh else tier.short_en end as tier_short,
    difference.event,
    difference.batch,
    difference.area_code,
    difference.in_publicity,
    difference.in_final,
    difference.is_final,
    difference.publicity_on,
    difference.final_on,
    enterprise.name,
    enterprise.uscc,
    shown.original_name as publicity_file,
    difference.publicity_sheet,
    difference.publicity_row,
    decided.original_name as final_file,
    difference.final_sheet,
    difference.final_row,
from mart.publicity_difference as difference
join core.tier on tier.tier = difference.tier
join core.enterprise using (enterprise_id)
join core.area_closure as inside on inside.area_code = difference.area_code and inside.ancestor_code = $area_code
join core.source_file as shown on shown.file_id = difference.publicity_file_id
join core.source_file as decided on decided.file_id = difference.final_file_id
where difference.final_on <= $as_of
order by difference.final_on, tier.sort, difference.event, difference.batch, difference.in_final, enterprise.name
