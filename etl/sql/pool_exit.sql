-- one row per entry into a cultivation pool (core.pool_entry), now with the day on which its enterprise left the pool
-- It leaves with the title that the pool prepares for (or a higher one), with the next final list of the same pool and
-- area that leaves it out, or with one that names it in another area, whichever comes first. The list that names it
-- holds until its own day: nothing earlier ends it. An entry without any day stood there when its file came in. A pool
-- of no known level is left by nothing.
create temporary table dated_entry as
select
    entry.enterprise_id, entry.level, entry.entered_on, entry.area_code, entry.reading_id, entry.file_id, entry.sheet,
    entry.row, entry."column",
    case
        when entry.entered_on is null and reading.event_on is null then file.received_on
        else greatest(entry.entered_on, reading.event_on)
    end as named_on
from core.pool_entry as entry
left join core.source_reading as reading on reading.reading_id = entry.reading_id
left join core.source_file as file on file.file_id = entry.file_id;

delete from core.pool_entry;

insert into core.pool_entry
    (enterprise_id, level, entered_on, left_on, area_code, reading_id, file_id, sheet, row, "column")
with recognised as (
    select entry.enterprise_id, entry.level, entry.named_on, min(title.counts_from) as left_on
    from dated_entry as entry
    inner join core.tier_inclusion as inclusion on inclusion.tier = entry.level
    inner join core.recognition_event as title
        on title.enterprise_id = entry.enterprise_id
        and title.tier = inclusion.via_tier
        and title.counts_from > entry.named_on
    where title.event in ('recognition', 'review_passed')
    group by entry.enterprise_id, entry.level, entry.named_on
),
final_list as (
    select reading.reading_id, reading.tier, reading.event_on, inside.area_code
    from core.source_reading as reading
    inner join core.reading_area as inside on inside.reading_id = reading.reading_id
    where reading.kind = 'pool' and reading.is_final
),
left_out as (
    select entry.enterprise_id, entry.level, entry.named_on, entry.area_code, min(final_list.event_on) as left_on
    from dated_entry as entry
    inner join final_list
        on final_list.tier = entry.level
        and final_list.area_code = entry.area_code
        and final_list.event_on > entry.named_on
    left join dated_entry as again
        on again.enterprise_id = entry.enterprise_id
        and again.level = entry.level
        and again.reading_id = final_list.reading_id
    where again.enterprise_id is null
    group by entry.enterprise_id, entry.level, entry.named_on, entry.area_code
),
moved as (
    select entry.enterprise_id, entry.level, entry.named_on, entry.area_code, min(later.named_on) as left_on
    from dated_entry as entry
    inner join dated_entry as later
        on later.enterprise_id = entry.enterprise_id
        and later.level = entry.level
        and later.area_code <> entry.area_code
        and later.named_on > entry.named_on
    group by entry.enterprise_id, entry.level, entry.named_on, entry.area_code
)
select
    entry.enterprise_id, entry.level, entry.entered_on,
    least(recognised.left_on, left_out.left_on, moved.left_on) as left_on,
    entry.area_code, entry.reading_id, entry.file_id, entry.sheet, entry.row, entry."column"
from dated_entry as entry
left join recognised
    on recognised.enterprise_id = entry.enterprise_id
    and recognised.level = entry.level
    and recognised.named_on = entry.named_on
left join left_out
    on left_out.enterprise_id = entry.enterprise_id
    and left_out.level = entry.level
    and left_out.named_on = entry.named_on
    and left_out.area_code = entry.area_code
left join moved
    on moved.enterprise_id = entry.enterprise_id
    and moved.level = entry.level
    and moved.named_on = entry.named_on
    and moved.area_code = entry.area_code
order by entry.enterprise_id, entry.level, entry.entered_on, entry.file_id, entry.sheet, entry.row;

drop table dated_entry;
