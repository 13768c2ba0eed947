-- one row per rung, area, day, kind and day of a list: enterprises that came or went though no list tells when
-- Days and areas are those of ladder_moves.sql. Came: first seen on a review list or in a ledger without a day, they held
-- the title before. Went: the wait for a review ended and no result was loaded. Counted through who stands for all with
-- the same events (etl/sql/history.sql).
with day as (
    select cast($as_of as date) as as_of
    union
    select month_end
    from core.calendar
    where month(month_end) = 12
        and month_end < $as_of
        and month_end >= (select min(starts_on) - interval 1 day from core.plan where plan_id = $plan_id)
),
looked_at as (
    select as_of, cast(make_date(cast(year(as_of) as integer) - 1, 12, 31) as date) as year_before from day
),
inside as (
    select area_code, ancestor_code
    from core.area_closure
    where ancestor_code in (select below.area_code from core.area_closure as below where below.ancestor_code = $area_code)
),
stretch as (
    select tier, enterprise_id, status, area_code, from_on, to_on
    from core.example_tenure
    where status in ('in_force', 'awaiting_review')
),
-- who was not newly recognised first: only a review list, or a ledger, tells of the title
first_title as (
    select
        first.tier, first.enterprise_id, first.first_on,
        case when bool_or(granted.event = 'recognition') then 'held' else 'review' end as kind,
    from core.example_first_title as first
    join core.tier_inclusion as inclusion on inclusion.tier = first.tier
    join core.recognition_event as granted
        on granted.enterprise_id = first.enterprise_id
        and granted.event_on = first.first_on
        and granted.tier = inclusion.via_tier
        and granted.event in ('recognition', 'review_passed')
    where not first.is_new
    group by first.tier, first.enterprise_id, first.first_on
),
arrival as (
    select stretch.tier, stretch.enterprise_id, min(stretch.from_on) as came_on
    from stretch
    join first_title using (tier, enterprise_id)
    group by stretch.tier, stretch.enterprise_id
),
came as (
    select first_title.tier, stands.area_code, looked_at.as_of, first_title.kind, first_title.first_on as listed_on,
        first_title.enterprise_id
    from first_title
    join arrival using (tier, enterprise_id)
    join looked_at on arrival.came_on > looked_at.year_before and arrival.came_on <= looked_at.as_of
    join stretch as stands
        on stands.tier = first_title.tier and stands.enterprise_id = first_title.enterprise_id
        and stands.from_on <= looked_at.as_of and stands.to_on > looked_at.as_of
),
-- whose last stretch by the day was the wait for a review
waited as (
    select ended.tier, ended.enterprise_id, ended.to_on as went_on, looked_at.as_of, looked_at.year_before
    from looked_at
    join stretch as ended
        on ended.status = 'awaiting_review'
        and ended.to_on > looked_at.year_before and ended.to_on <= looked_at.as_of
    where not exists (
        select 1
        from stretch as later
        where later.tier = ended.tier and later.enterprise_id = ended.enterprise_id
            and later.from_on >= ended.to_on and later.from_on <= looked_at.as_of
    )
),
ended as (
    select waited.tier, waited.enterprise_id, stood.area_code, waited.as_of, waited.went_on
    from waited
    join stretch as stood
        on stood.tier = waited.tier and stood.enterprise_id = waited.enterprise_id
        and stood.from_on <= waited.year_before and stood.to_on > waited.year_before
),
went as (
    select ended.tier, ended.area_code, ended.as_of, 'unreviewed' as kind,
        max(event.event_on) filter (event.awaiting_until = ended.went_on) as listed_on,
        ended.enterprise_id
    from ended
    join core.tier_inclusion as inclusion on inclusion.tier = ended.tier
    join core.recognition_event as event
        on event.enterprise_id = ended.enterprise_id and event.tier = inclusion.via_tier
    group by ended.tier, ended.area_code, ended.as_of, ended.enterprise_id, ended.went_on
    having not bool_or(event.event in ('revoked', 'lapsed', 'moved_out') and event.event_on = ended.went_on)
),
doubted as (
    select tier, area_code, as_of, kind, listed_on, enterprise_id from came
    union all
    select tier, area_code, as_of, kind, listed_on, enterprise_id from went
)
select
    doubted.tier as rung,
    inside.ancestor_code as area_code,
    doubted.as_of,
    doubted.kind,
    doubted.listed_on,
    cast(sum(example.enterprises) as integer) as enterprises,
from doubted
join core.example as example on example.enterprise_id = doubted.enterprise_id
join inside on inside.area_code = doubted.area_code
group by doubted.tier, inside.ancestor_code, doubted.as_of, doubted.kind, doubted.listed_on
order by doubted.tier, inside.ancestor_code, doubted.as_of, doubted.kind, doubted.listed_on
