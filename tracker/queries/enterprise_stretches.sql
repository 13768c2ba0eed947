-- one row per stretch of days on which an enterprise holds a title of its own, awaits its review or is shown for it
select
    tenure.tier,
    case $language when 'zh' then tier.short_zh else tier.short_en end as tier_short,
    tenure.own_status as status,
    tenure.from_on,
    tenure.to_on,
from core.tenure
join core.tier using (tier)
where tenure.enterprise_id = $enterprise_id and tenure.own_status is not null
order by tier.sort desc, tenure.from_on
