-- one row: the enterprise that a link names by its credit code or, where it has none, by its name as a key
select enterprise_id, uscc, name, name_key
from core.enterprise
where uscc = $code or (uscc is null and name_key = $code)
