-- one row per stretch of days in which one of some enterprises holds, or is shown for, a tier
select
    tenure.enterprise_id, tenure.tier, tenure.via_tier, tenure.status, tenure.from_on, tenure.to_on, tenure.area_code
from core.tenure as tenure
inner join (select unnest(cast($enterprise_ids as bigint[])) as enterprise_id) as asked
    on asked.enterprise_id = tenure.enterprise_id
order by tenure.enterprise_id, tenure.tier, tenure.from_on;
