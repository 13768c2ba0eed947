-- one row per area, with its enterprises in the pool of a title on a day; none at all where nobody was in it
with entry as (
    select enterprise_id, area_code
    from core.pool_entry
    where level = $tier and (entered_on is null or entered_on <= $on) and (left_on is null or left_on > $on)
)
select area.area_code, cast(count(distinct entry.enterprise_id) as double) as value
from core.area as area
left join core.area_closure as closure on closure.ancestor_code = area.area_code
left join entry on entry.area_code = closure.area_code
where exists (select 1 from entry)
group by area.area_code
order by area.area_code;
