-- one row per enterprise that an area counts in a tier on a day, as it comes with the first build there is
select
    'first' as part,
    1 as amount,
    enterprise.name,
    enterprise.uscc,
    -- the day of the title, not of its last change into another state
    (
        select min(earlier.from_on)
        from core.tenure as earlier
        where earlier.enterprise_id = tenure.enterprise_id and earlier.tier = tenure.tier
    ) as changed_on,
    cast(null as varchar) as file_name,
    cast(null as integer) as row,
    tenure.area_code
from core.tenure as tenure
inner join core.indicator as indicator
    on indicator.tier = tenure.tier and indicator.indicator_id = $indicator_id
inner join core.area_closure as inside
    on inside.area_code = tenure.area_code and inside.ancestor_code = $area_code
inner join core.enterprise as enterprise on enterprise.enterprise_id = tenure.enterprise_id
where
    tenure.status in ('in_force', 'awaiting_review')
    and tenure.from_on <= $day
    and tenure.to_on > $day
order by enterprise.name
