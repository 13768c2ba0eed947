-- one row per source file and reading of it, newest file first: what was read and what became of it
with announced as (
    select
        reading_id,
        max(case when scope = 'total' then announced end) as announced,
        count(*) filter (where scope <> 'total') as announced_parts,
        bool_or(announced <> read) as announced_differs,
    from core.announced_number
    group by reading_id
),
-- subtotals inside other subtotals would count twice
part as (
    select number.reading_id, sum(number.announced) as announced
    from core.announced_number as number
    where number.scope <> 'total' and not exists (
        select 1
        from core.announced_number as wider
        join core.area_closure as closure on closure.ancestor_code = wider.scope
        where wider.reading_id = number.reading_id and wider.scope <> number.scope and closure.area_code = number.scope
    )
    group by number.reading_id
)

select
    file.original_name,
    file.issuer,
    file.received_on,
    file.withdrawn_on,
    reading.reading_id,
    reading.kind,
    reading.event,
    reading.batch,
    reading.event_on,
    reading.period_end,
    case $language when 'zh' then tier.short_zh else tier.short_en end as tier_short,
    case $language when 'zh' then area.short_zh else area.short_en end as area_short,
    coalesce(announced.announced, cast(part.announced as bigint)) as announced,
    -- how many subtotals make it up where no total is printed
    case when announced.announced is null then announced.announced_parts end as announced_parts,
    announced.announced_differs,
    reading.read,
    reading.accepted,
    reading.out_of_area,
    reading.rejected,
    reading.rejected_cells,
    reading.duplicate,
    reading.blank,
    reading.is_complete,
    reading.accepted_by,
    reading.accepted_on,
    reading.accept_reason,
from core.source_file as file
left join core.source_reading as reading on reading.file_id = file.file_id
left join announced on announced.reading_id = reading.reading_id
left join part on part.reading_id = reading.reading_id
left join core.area on area.area_code = reading.area_code
left join core.tier on tier.tier = reading.tier
order by file.received_on desc, file.original_name, reading.reading_id
