-- one row per day on which a period ends of which enterprises stated any of some measures
select distinct period_end
from core.enterprise_value
where measure in (select unnest($measures))
