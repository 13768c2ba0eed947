-- one row per reading and area that it covers: the areas inside its own, without those it leaves out (不含宁波)
create table core.reading_area as
select reading.reading_id, inside.area_code
from core.source_reading as reading
inner join core.area_closure as inside on inside.ancestor_code = reading.area_code
left join core.reading_exclusion as outside
    on outside.reading_id = reading.reading_id and outside.area_code = inside.area_code
where outside.area_code is null;
