-- one row per tier and area (with all above it): how many of some enterprises hold the tier on a day
select tenure.tier, closure.ancestor_code as area_code, count(*) as number
from core.tenure as tenure
inner join core.area_closure as closure on closure.area_code = tenure.area_code
where
    list_contains($enterprise_ids, tenure.enterprise_id)
    and tenure.status in ('in_force', 'awaiting_review')
    and tenure.from_on <= $day
    and tenure.to_on > $day
group by tenure.tier, closure.ancestor_code
order by tenure.tier, closure.ancestor_code;
