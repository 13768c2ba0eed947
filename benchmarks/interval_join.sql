-- one row per tier, area and month end at which a title is held: each title joined with every month end that it covers
select tenure.tier, closure.ancestor_code as area_code, calendar.month_end, count(*) as titles
from core.calendar as calendar
inner join core.tenure as tenure on tenure.from_on <= calendar.month_end and calendar.month_end < tenure.to_on
inner join core.area_closure as closure on closure.area_code = tenure.area_code
where tenure.status in ('in_force', 'awaiting_review')
group by tenure.tier, closure.ancestor_code, calendar.month_end
