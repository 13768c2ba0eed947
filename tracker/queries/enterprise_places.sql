-- one row per stretch of time that an enterprise belonged to a reporting unit, oldest first
select
    case $language when 'zh' then area.name_zh else area.name_en end as name,
    enterprise_area.valid_from,
    enterprise_area.valid_to,
from core.enterprise_area
join core.area using (area_code)
where enterprise_area.enterprise_id = $enterprise_id
order by enterprise_area.valid_from
