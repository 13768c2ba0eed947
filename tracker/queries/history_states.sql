-- one row per history whose enterprises hold, held, are shown for or are groomed for a tier (any tier: its highest) on a
-- date: those with the same history stand at the same place on every day
with asked as (
    select tier, sort from core.tier where $tier = '' or tier = $tier
),
-- tiers, areas and states as numbers, lowest state first: words of a hundred thousand rows take seconds
held as (
    select
        tenure.enterprise_id as example_id,
        via.sort as title,
        area.rowid as area,
        case tenure.status when 'in_force' then 0 when 'awaiting_review' then 1 else 2 end as status,
        asked.sort,
    from core.example_tenure as tenure
    join asked using (tier)
    join core.tier as via on via.tier = tenure.via_tier
    join core.area on area.area_code = tenure.area_code
    where tenure.from_on <= $as_of and tenure.to_on > $as_of
        and ($tier <> '' or tenure.is_highest)
),
-- several titles: the one that is held best, of these the highest
best as (
    select
        example_id,
        arg_min(title, 100 * status - sort) as title,
        min(status) as status,
        arg_min(area, 100 * status - sort) as area,
    from held
    group by example_id
),
ever as (
    select
        first_title.enterprise_id as example_id,
        max(asked.sort) as title,
        min(first_title.first_on) as first_on,
        arg_min(area.rowid, 100 * date_diff('day', date '1970-01-01', first_title.first_on) - asked.sort) as area,
        bool_or(first_title.is_new) as is_new,
    from core.example_first_title as first_title
    join asked using (tier)
    join core.area on area.area_code = first_title.area_code
    where first_title.first_on <= $as_of
    group by first_title.enterprise_id
),
known as (
    select
        example_id,
        coalesce(best.title, ever.title) as title,
        coalesce(best.status, 3) as status,
        coalesce(best.area, ever.area) as area,
        ever.area as first_area,
        ever.first_on,
        coalesce(ever.is_new, false) as is_new,
    from best
    full outer join ever using (example_id)
),
example as (
    select distinct example_id from core.history
),
pool as (
    select
        example.example_id,
        max(asked.sort) as title,
        arg_max(area.rowid, pool_entry.entered_on) as area,
    from core.pool_entry
    join example on example.example_id = pool_entry.enterprise_id
    join asked on asked.tier = pool_entry.level
    join core.area on area.area_code = pool_entry.area_code
    where pool_entry.entered_on <= $as_of and (pool_entry.left_on is null or pool_entry.left_on > $as_of)
    group by example.example_id
),
stood as (
    select example_id, title, status, area, first_area, first_on, is_new
    from known
    union all
    select pool.example_id, pool.title, 4, pool.area, null, null, false
    from pool
    anti join known using (example_id)
)

select
    example_id,
    cast(title as bigint) as title,
    cast(status as tinyint) as status,
    cast(area as bigint) as area,
    cast(first_area as bigint) as first_area,
    first_on,
    is_new,
from stood
order by example_id
