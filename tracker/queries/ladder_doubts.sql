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
-- every title in every tier in which it counts
title as (
    select
        inclusion.tier, granted.enterprise_id, granted.event, granted.event_on, granted.awaiting_until,
        case when granted.event = 'review_passed' then 'review' when granted.dated_by = 'held' then 'held' end as kind,
        inclusion.distance, granted.event_id
    from core.recognition_event as granted
    join core.example as example on example.enterprise_id = granted.enterprise_id
    join core.tier_inclusion as inclusion on inclusion.via_tier = granted.tier
    where granted.event in ('recognition', 'review_passed')
),
first_title as (
    select tier, enterprise_id, event_on, kind
    from title
    qualify row_number() over (partition by enterprise_id, tier order by event_on, event, distance, event_id) = 1
),
came as (
    select first_title.tier, stands.area_code, looked_at.as_of, first_title.kind, first_title.event_on as listed_on,
        first_title.enterprise_id
    from first_title
    join (select tier, enterprise_id, min(from_on) as came_on from stretch group by tier, enterprise_id) as arrival
        using (tier, enterprise_id)
    join looked_at on arrival.came_on > looked_at.year_before and arrival.came_on <= looked_at.as_of
    join stretch as stands
        on stands.tier = first_title.tier and stands.enterprise_id = first_title.enterprise_id
        and stands.from_on <= looked_at.as_of and stands.to_on > looked_at.as_of
    where first_title.kind is not null
),
ended as (
    select
        stood.tier, stood.enterprise_id, stood.area_code, looked_at.as_of,
        max(later.to_on) as went_on,
        arg_max(later.status, later.to_on) as last_status,
    from looked_at
    join stretch as stood on stood.from_on <= looked_at.year_before and stood.to_on > looked_at.year_before
    join stretch as later
        on later.tier = stood.tier and later.enterprise_id = stood.enterprise_id and later.from_on <= looked_at.as_of
    group by stood.tier, stood.enterprise_id, stood.area_code, looked_at.as_of
    having max(later.to_on) <= looked_at.as_of
),
went as (
    select ended.tier, ended.area_code, ended.as_of, 'unreviewed' as kind, max(title.event_on) as listed_on,
        ended.enterprise_id
    from ended
    join title
        on title.tier = ended.tier and title.enterprise_id = ended.enterprise_id
        and title.awaiting_until = ended.went_on
    where ended.last_status = 'awaiting_review'
        and not exists (
            select 1
            from core.recognition_event as removal
            join core.tier_inclusion as inclusion on inclusion.via_tier = removal.tier
            where removal.event in ('revoked', 'lapsed', 'moved_out')
                and removal.enterprise_id = ended.enterprise_id
                and removal.event_on = ended.went_on
                and inclusion.tier = ended.tier
        )
    group by ended.tier, ended.area_code, ended.as_of, ended.enterprise_id
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
