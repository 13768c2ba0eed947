-- one row per area that an indicator of rank compares on a date, best first: its place and its titles
select
    observation.area_code,
    case $language when 'zh' then area.name_zh else area.name_en end as area_name,
    observation.numerator as titles,
    cast(observation.value as integer) as place,
from mart.observation as observation
join core.area using (area_code)
join core.indicator using (indicator_id)
where observation.indicator_id = $indicator_id
    and observation.period_end = $as_of
    and observation.basis = 'rank'
    and indicator.formula = 'rank'
order by observation.value nulls last, area.sort, observation.area_code
