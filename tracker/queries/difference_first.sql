-- one row per enterprise that first held a title of a tier, or a higher one, between two days in an area
select
    case when first_title.is_new then 'recognised' else 'review_passed' end as part,
    1 as amount,
    enterprise.name,
    enterprise.uscc,
    first_title.first_on as changed_on,
    cast(null as varchar) as file_name,
    cast(null as integer) as row,
from core.first_title
join core.indicator on indicator.tier = first_title.tier
join core.area_closure as inside
    on inside.area_code = first_title.area_code and inside.ancestor_code = $area_code
join core.enterprise using (enterprise_id)
where indicator.indicator_id = $indicator_id
    and first_title.first_on > $earlier
    and first_title.first_on <= $later
    and (first_title.is_new or $basis = 'ever')
order by first_title.first_on, enterprise.name
