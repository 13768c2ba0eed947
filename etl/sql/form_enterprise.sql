-- one row per reporting unit and enterprise that holds one of some titles there on a day, with those titles
select
    tenure.area_code, enterprise.enterprise_id, enterprise.name, enterprise.uscc,
    list_sort(list_distinct(list(tenure.tier))) as tiers
from core.tenure as tenure
inner join core.enterprise as enterprise on enterprise.enterprise_id = tenure.enterprise_id
where
    tenure.from_on <= $day
    and tenure.to_on > $day
    and tenure.status in ('in_force', 'awaiting_review')
    and list_contains($tiers, tenure.tier)
group by tenure.area_code, enterprise.enterprise_id, enterprise.name, enterprise.uscc
order by tenure.area_code, enterprise.name, enterprise.enterprise_id;
