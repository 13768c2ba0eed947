-- one row per enterprise that was ever placed in an area: among these the nearest name is looked for
select distinct enterprise.enterprise_id, enterprise.name, enterprise.name_key
from core.enterprise_area as placed
inner join core.area_closure as inside on inside.area_code = placed.area_code
inner join core.enterprise as enterprise on enterprise.enterprise_id = placed.enterprise_id
where inside.ancestor_code = $area_code
order by enterprise.enterprise_id;
