-- one row per number that decides a state or a grace period
select
    threshold_id,
    case $language when 'zh' then name_zh else name_en end as name,
    case $language when 'zh' then source_zh else source_en end as source,
    value,
    unit,
    evidence,
from core.threshold
order by rowid
