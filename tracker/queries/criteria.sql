-- one row per criterion of a version of the rules, in the order of the rules, as its entry of the catalogue in JSON
select definition
from core.criterion
where version_id = $version_id
order by sort
