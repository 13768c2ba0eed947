-- one row per tier: a number that is the same in two builds where both count the same enterprises on every day
with named as (
    select enterprise_id, hash(uscc, name_key, name) as who from core.enterprise
),
-- in which area an enterprise counts follows from what lies in what
placed as (
    select area_code, sum(hash(ancestor_code)) as inside from core.area_closure group by area_code
),
counted as (
    select tenure.tier, hash(who, inside, tenure.from_on, tenure.to_on) as said
    from core.tenure
    join named using (enterprise_id)
    join placed using (area_code)
    where tenure.status in ('in_force', 'awaiting_review')
    union all
    select first_title.tier, hash(who, inside, first_title.first_on, first_title.is_new)
    from core.first_title
    join named using (enterprise_id)
    join placed using (area_code)
)

select indicator.indicator_id, cast(sum(counted.said) as varchar) as digest
from core.indicator
left join counted using (tier)
where indicator.tier is not null
group by indicator.indicator_id
