-- one row per event on record in an area between two days; of all kinds, or of those that an indicator counts
select
    activity.held_on,
    case $language when 'zh' then kind.name_zh else kind.name_en end as kind,
    activity.title,
    case $language when 'zh' then area.short_zh else area.short_en end as area_short,
    activity.organiser,
    activity.participants,
    activity.enterprises,
    activity.note,
    file.original_name,
    activity.sheet,
    activity.row,
    activity.file_id,
from core.activity
join core.activity_kind as kind using (activity)
join core.area_closure as closure on closure.area_code = activity.area_code and closure.ancestor_code = $area_code
join core.area on area.area_code = activity.area_code
join core.source_file as file using (file_id)
where not activity.is_repeated
    and activity.held_on between $since and $as_of
    and (
        cast($indicator_id as varchar) is null
        or exists (
            from core.activity_indicator as fed
            where fed.activity = activity.activity and fed.indicator_id = $indicator_id
        )
    )
order by activity.held_on, activity.title
