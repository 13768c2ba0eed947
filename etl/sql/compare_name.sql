-- one row per name, current or former, of every enterprise that some names or credit codes may mean
with found as (
    select enterprise.enterprise_id
    from core.enterprise as enterprise
    inner join (select unnest(cast($name_keys as varchar[])) as name_key) as asked
        on asked.name_key = enterprise.name_key
    union
    select former.enterprise_id
    from core.enterprise_name as former
    inner join (select unnest(cast($name_keys as varchar[])) as name_key) as asked on asked.name_key = former.name_key
    union
    select enterprise.enterprise_id
    from core.enterprise as enterprise
    inner join (select unnest(cast($usccs as varchar[])) as uscc) as asked on asked.uscc = enterprise.uscc
),
known as (
    select enterprise_id, name_key, true as is_current from core.enterprise
    union all
    select enterprise_id, name_key, false as is_current from core.enterprise_name
)
select enterprise.enterprise_id, enterprise.uscc, enterprise.name, known.name_key, known.is_current
from found
inner join core.enterprise as enterprise on enterprise.enterprise_id = found.enterprise_id
inner join known on known.enterprise_id = found.enterprise_id
order by enterprise.enterprise_id, known.is_current desc, known.name_key;
