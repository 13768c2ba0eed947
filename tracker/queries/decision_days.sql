-- one row per day on which targets of a plan were decided
select distinct decided_on
from core.target
where plan_id = $plan_id and decided_on is not null
order by decided_on
