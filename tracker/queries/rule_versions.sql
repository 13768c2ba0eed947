-- one row per version of the rules of a tier, oldest first
select
    version_id,
    starts_on,
    ends_on,
    reviews_until,
    case $language when 'zh' then document_zh else document_en end as document,
    case $language when 'zh' then note_zh else note_en end as note,
from core.rule_version
where tier = $tier
order by starts_on
