-- one row per tier of the ladder or beside it, lowest first, with the rung from which its enterprises come
select
    tier,
    case $language when 'zh' then name_zh else name_en end as name,
    case $language when 'zh' then short_zh else short_en end as short,
    recruits_from as below,
from core.tier
where ladder_rank is not null or recruits_from is not null
order by sort
