-- one row per reading of a report whose accepted values are not all kept: there must be none
with kept as (
    select reading_id, count(*) as kept
    from (
        select reading_id from core.enterprise_value
        union all
        select reading_id from core.reported_value
    ) as value
    group by reading_id
)
select reading.reading_id, reading.accepted, coalesce(kept.kept, 0) as kept
from core.source_reading as reading
left join kept on kept.reading_id = reading.reading_id
where reading.kind in ('enterprise_values', 'area_values') and reading.accepted <> coalesce(kept.kept, 0);
