-- one row per enterprise that first held a title of a tier, or a higher one, between two days in an area; of new titles
-- and of others each the first $most by their day, and one row without a name for the rest
-- by history, which many enterprises share: those with the same have the same titles on every day
with first_held as (
    select
        first_title.enterprise_id as example_id,
        case when first_title.is_new then 'recognised' else 'review_passed' end as part,
        first_title.first_on as changed_on,
    from core.example_first_title as first_title
    join core.indicator on indicator.tier = first_title.tier
    join core.area_closure as inside
        on inside.area_code = first_title.area_code and inside.ancestor_code = $area_code
    where indicator.indicator_id = $indicator_id
        and first_title.first_on > $earlier
        and first_title.first_on <= $later
        and (first_title.is_new or $basis = 'ever')
),
listed as (
    select first_held.part, first_held.changed_on, history.enterprise_id
    from first_held
    join core.history as history using (example_id)
    qualify row_number() over (partition by part order by changed_on, history.enterprise_id) <= $most
),
others as (
    select part, sum(number) as number
    from (
        select part, 1 as number from first_held join core.history using (example_id)
        union all
        select part, -1 from listed
    ) as held_and_listed
    group by part
),
told as (
    select part, 1 as amount, enterprise_id, changed_on from listed
    union all
    select part, number, null, null from others where number > 0
)

select
    told.part,
    told.amount,
    enterprise.name,
    enterprise.uscc,
    told.changed_on,
    cast(null as varchar) as file_name,
    cast(null as integer) as row,
from told
left join core.enterprise as enterprise on enterprise.enterprise_id = told.enterprise_id
order by enterprise.name is null, told.changed_on, enterprise.name
