-- one row per tier that the build knows anything of, lowest first
select
    tier.tier,
    case $language when 'zh' then tier.name_zh else tier.name_en end as name,
    case $language when 'zh' then tier.short_zh else tier.short_en end as short,
from core.tier
where exists (from core.recognition_event as event where event.tier = tier.tier)
    or exists (from core.pool_entry where pool_entry.level = tier.tier)
order by tier.sort
