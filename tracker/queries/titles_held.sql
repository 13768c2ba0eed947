-- one row per enterprise and tier that it holds on a date, inclusively of higher titles
select distinct enterprise_id, tier
from core.tenure
where from_on <= $as_of and to_on > $as_of and status in ('in_force', 'awaiting_review')
