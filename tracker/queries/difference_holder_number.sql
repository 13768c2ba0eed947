-- one row: how many enterprises a tier count of an area holds on a day, by the basis of its target
with counted as (
    select tenure.tier, tenure.area_code
    from core.tenure
    where $basis = 'in_force'
        and tenure.status in ('in_force', 'awaiting_review')
        and tenure.from_on <= $day
        and tenure.to_on > $day
    union all
    select first_title.tier, first_title.area_code
    from core.first_title
    where first_title.first_on <= $day
        and ($basis = 'ever' or ($basis = 'new' and first_title.is_new and first_title.first_on >= $starts_on))
)

select count(*) as number
from counted
join core.indicator on indicator.tier = counted.tier and indicator.indicator_id = $indicator_id
join core.area_closure as inside on inside.area_code = counted.area_code and inside.ancestor_code = $area_code
