-- one row per ledger whose stated titles do not add up: each is kept, said by a notice, undated or nobody's
with kept as (
    select reading_id, count(*) as kept
    from (
        select reading_id from core.recognition_event where not is_derived
        union all
        select reading_id from core.pool_entry
    ) as entry
    group by reading_id
)
select
    reading.reading_id, reading.stated, reading.repeated, reading.undated, reading.unplaced, coalesce(kept.kept, 0) as kept
from core.source_reading as reading
left join kept on kept.reading_id = reading.reading_id
where
    reading.kind = 'ledger'
    and reading.stated <> reading.repeated + reading.undated + reading.unplaced + coalesce(kept.kept, 0);
