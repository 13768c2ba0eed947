-- one row per tier asked for (none: every tier) and history in an area whose enterprises may come to it: where they
-- stand nearest; those with the same history stand at the same place on every day
with asked as (
    select tier, recruits_from as below from core.tier where $tier in ('', tier)
),
inside as (
    select area_code from core.area_closure where ancestor_code = $area_code
),
example as (
    select distinct example_id as enterprise_id from core.history
),
held as (
    select enterprise_id, tier, status, area_code, from_on
    from core.example_tenure
    where from_on <= $as_of and to_on > $as_of
),
recommended as (
    select event.enterprise_id, event.tier, event.area_code, event.event_on as since_on, event.batch
    from core.recognition_event as event
    join asked using (tier)
    join example using (enterprise_id)
    where event.event = 'recommended' and event.event_on <= $as_of
        and event.event_on > cast($as_of as date) - to_months(
            cast((select value from core.threshold where threshold_id = 'publicity_months') as integer)
        )
),
standing as (
    select 1 as rank, 'publicity' as standing, held.tier, held.enterprise_id, held.area_code, held.from_on as since_on
    from held
    join asked using (tier)
    where held.status = 'publicity'
    union all
    -- a recommendation ends with whatever follows of the tier, and with the final list of its batch
    select 2, 'recommended', recommended.tier, recommended.enterprise_id, recommended.area_code, recommended.since_on
    from recommended
    where not exists (
            from core.recognition_event as later
            where later.enterprise_id = recommended.enterprise_id and later.tier = recommended.tier
                and later.event in ('publicity', 'recognition', 'review_passed', 'revoked', 'lapsed', 'moved_out')
                and later.event_on >= recommended.since_on and later.event_on <= $as_of
        )
        and not exists (
            from core.source_reading as reading
            join core.reading_area as covered using (reading_id)
            where reading.event = 'recognition' and reading.is_final and reading.tier = recommended.tier
                and reading.batch = recommended.batch and covered.area_code = recommended.area_code
                and reading.event_on >= recommended.since_on and reading.event_on <= $as_of
        )
    union all
    select 3, 'pool', pool.level, pool.enterprise_id, pool.area_code, pool.entered_on
    from core.pool_entry as pool
    join asked on asked.tier = pool.level
    join example using (enterprise_id)
    where (pool.entered_on is null or pool.entered_on <= $as_of)
        and (pool.left_on is null or pool.left_on > $as_of)
    union all
    select 4, 'below', asked.tier, held.enterprise_id, held.area_code, held.from_on
    from held
    join asked on asked.below = held.tier
    where held.status in ('in_force', 'awaiting_review')
),
nearest as (
    select standing.*
    from standing
    where standing.area_code in (from inside)
        and not exists (
            from held
            where held.enterprise_id = standing.enterprise_id and held.tier = standing.tier
                and held.status in ('in_force', 'awaiting_review')
        )
    qualify row_number() over (
        partition by standing.tier, standing.enterprise_id
        order by standing.rank, standing.since_on desc nulls last, standing.area_code
    ) = 1
),
-- a title that was taken away bars from the next three years' applications
removed as (
    select event.enterprise_id, max(event.event_on) as revoked_on
    from core.recognition_event as event
    join example on example.enterprise_id = event.enterprise_id
    where event.event = 'revoked' and event.event_on <= $as_of and event.event_on > cast($as_of as date) - interval 3 year
    group by event.enterprise_id
)

select
    nearest.tier,
    nearest.enterprise_id as example_id,
    nearest.standing,
    nearest.area_code,
    nearest.since_on,
    removed.revoked_on,
from nearest
left join removed using (enterprise_id)
order by nearest.tier, nearest.rank, nearest.enterprise_id
