-- one row per number that some enterprise stated, in the order of the catalogue
select
    measure,
    case $language when 'zh' then name_zh else name_en end as name,
    unit,
from core.measure_definition
where level = 'enterprise' and kind = 'number'
    and exists (from core.enterprise_value as value where value.measure = measure_definition.measure)
order by rowid
