-- one row per reading whose accepted rows are not all events or pool entries: there must be none
with kept as (
    select reading_id, count(*) as kept from core.recognition_event where not is_derived group by reading_id
)
select reading.reading_id, reading.accepted, coalesce(kept.kept, 0) as kept
from core.source_reading as reading
left join kept on kept.reading_id = reading.reading_id
where reading.kind = 'list' and reading.accepted <> coalesce(kept.kept, 0);
