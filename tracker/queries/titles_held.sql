-- one row per history and tier that its enterprises hold on a date, inclusively of higher titles
select distinct enterprise_id as example_id, tier
from core.example_tenure
where from_on <= $as_of and to_on > $as_of and status in ('in_force', 'awaiting_review')
