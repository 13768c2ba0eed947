-- one row per enterprise of an area that may come to a tier, once: shown, recommended, in its pool, or on the rung below
with asked as (
    select tier, coalesce(recruits_from, '') as below from core.tier where tier = $tier
),
inside as (
    select area_code from core.area_closure where ancestor_code = $area_code
),
held as (
    select tenure.enterprise_id, tenure.tier, tenure.via_tier, tenure.status, tenure.area_code, tenure.from_on
    from core.tenure
    join asked on tenure.tier in (asked.tier, asked.below)
    where tenure.from_on <= $as_of and tenure.to_on > $as_of
),
holder as (
    select enterprise_id from held where tier = $tier and status in ('in_force', 'awaiting_review')
),
recommended as (
    select enterprise_id, area_code, event_on as since_on, batch, tier
    from core.recognition_event
    where tier = $tier and event = 'recommended' and event_on <= $as_of
        and event_on > cast($as_of as date) - to_months(
            cast((select value from core.threshold where threshold_id = 'publicity_months') as integer)
        )
),
standing as (
    select 1 as rank, 'publicity' as standing, held.enterprise_id, held.area_code, held.from_on as since_on
    from held
    where held.tier = $tier and held.status = 'publicity'
    union all
    -- a recommendation ends with whatever follows of the tier, and with the final list of its batch
    select 2, 'recommended', recommended.enterprise_id, recommended.area_code, recommended.since_on
    from recommended
    where not exists (
            from core.recognition_event as later
            where later.enterprise_id = recommended.enterprise_id and later.tier = $tier
                and later.event in ('publicity', 'recognition', 'review_passed', 'revoked', 'lapsed', 'moved_out')
                and later.event_on >= recommended.since_on and later.event_on <= $as_of
        )
        and not exists (
            from core.source_reading as reading
            join core.reading_area as covered using (reading_id)
            where reading.event = 'recognition' and reading.is_final and reading.tier = $tier
                and reading.batch = recommended.batch and covered.area_code = recommended.area_code
                and reading.event_on >= recommended.since_on and reading.event_on <= $as_of
        )
    union all
    select 3, 'pool', pool.enterprise_id, pool.area_code, pool.entered_on
    from core.pool_entry as pool
    where pool.level = $tier
        and (pool.entered_on is null or pool.entered_on <= $as_of)
        and (pool.left_on is null or pool.left_on > $as_of)
    union all
    select 4, 'below', held.enterprise_id, held.area_code, held.from_on
    from held
    join asked on asked.below = held.tier
    where held.status in ('in_force', 'awaiting_review')
),
nearest as (
    select standing.*
    from standing
    where standing.area_code in (from inside)
        and standing.enterprise_id not in (from holder)
    qualify row_number() over (
        partition by standing.enterprise_id
        order by standing.rank, standing.since_on desc nulls last, standing.area_code
    ) = 1
),
-- a title that was taken away bars from the next three years' applications
removed as (
    select enterprise_id, max(event_on) as revoked_on
    from core.recognition_event
    where event = 'revoked' and event_on <= $as_of and event_on > cast($as_of as date) - interval 3 year
    group by enterprise_id
)

select
    nearest.enterprise_id,
    nearest.standing,
    nearest.area_code,
    nearest.since_on,
    removed.revoked_on,
from nearest
left join removed using (enterprise_id)
order by nearest.rank, nearest.enterprise_id
