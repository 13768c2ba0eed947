-- one row per other name of an enterprise, the latest first
select name, name_key, last_seen_on
from core.enterprise_name
where enterprise_id = $enterprise_id
order by last_seen_on desc, name
