-- one row per enterprise that bears one of some codes or names, former ones included
select enterprise.enterprise_id
from core.enterprise as enterprise
where list_contains($codes, enterprise.uscc) or list_contains($names, enterprise.name_key)
union
select former.enterprise_id
from core.enterprise_name as former
where list_contains($names, former.name_key)
order by 1;
