-- one row per enterprise of a build: how links name it, everything by which it can be found, who stands for its history
with former as (
    select
        enterprise_id,
        string_agg(name, ', ' order by last_seen_on desc, name) as former_names,
        string_agg(name_key || ' ' || initials, ' ' order by name) as former_keys,
    from core.enterprise_name
    group by enterprise_id
)

select
    enterprise.enterprise_id,
    coalesce(enterprise.uscc, enterprise.name_key) as code,
    enterprise.name,
    enterprise.uscc,
    enterprise.initials,
    former.former_names,
    concat_ws(' ', enterprise.name_key, enterprise.uscc, enterprise.initials, former.former_keys) as search_key,
    history.example_id,
from core.enterprise
left join core.history as history using (enterprise_id)
left join former using (enterprise_id)
