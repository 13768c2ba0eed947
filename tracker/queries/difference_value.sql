-- one row: the value of an indicator in an area at a month end by a basis; new titles are summed since a day
select sum(value) as value
from mart.observation
where indicator_id = $indicator_id
    and area_code = $area_code
    and basis = $basis
    and period_end <= $day
    and (period_end = $day or ($basis = 'new' and period_end >= $starts_on))
