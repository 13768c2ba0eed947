-- one row per tier, tier of the list that brought the entry, area and day: enterprises newly counted in the tier
with entry as (
    select
        first_title.tier, first_title.enterprise_id, first_title.first_on, first_title.area_code, granted.tier as via_tier,
        example.enterprises,
        row_number() over (
            partition by first_title.enterprise_id, first_title.tier order by inclusion.distance
        ) as place
    from core.example_first_title as first_title
    -- those with the same events entered on the same day (history.sql)
    inner join core.example on example.enterprise_id = first_title.enterprise_id
    inner join core.tier_inclusion as inclusion on inclusion.tier = first_title.tier
    inner join core.recognition_event as granted
        on granted.enterprise_id = first_title.enterprise_id
        and granted.tier = inclusion.via_tier
        and granted.event_on = first_title.first_on
        and granted.event = 'recognition'
    where first_title.is_new
)
select
    entry.tier, entry.via_tier, closure.ancestor_code as area_code, entry.first_on,
    cast(sum(entry.enterprises) as integer) as entries
from entry
inner join core.area_closure as closure on closure.area_code = entry.area_code
where entry.place = 1
group by entry.tier, entry.via_tier, closure.ancestor_code, entry.first_on
order by entry.tier, entry.via_tier, area_code, entry.first_on;
