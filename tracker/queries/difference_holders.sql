-- one row per enterprise of some buckets that a tier count of an area holds on a day, by the basis of its target
-- as in difference_digest.sql
with asked as (
    select enterprise_id, uscc, name_key, name
    from core.enterprise
    where hash(uscc, name_key, name) % 16384 in (select unnest($buckets))
),
counted as (
    select tenure.enterprise_id, tenure.tier, tenure.area_code, tenure.status
    from core.tenure
    join asked using (enterprise_id)
    where $basis = 'in_force'
        and tenure.status in ('in_force', 'awaiting_review')
        and tenure.from_on <= $day
        and tenure.to_on > $day
    union all
    select first_title.enterprise_id, first_title.tier, first_title.area_code, cast(null as varchar) as status
    from core.first_title
    join asked using (enterprise_id)
    where first_title.first_on <= $day
        and ($basis = 'ever' or ($basis = 'new' and first_title.is_new and first_title.first_on >= $starts_on))
)

select enterprise.enterprise_id, enterprise.uscc, enterprise.name_key, enterprise.name, counted.status
from counted
join core.indicator on indicator.tier = counted.tier and indicator.indicator_id = $indicator_id
join core.area_closure as inside on inside.area_code = counted.area_code and inside.ancestor_code = $area_code
join asked as enterprise using (enterprise_id)
order by enterprise.enterprise_id
