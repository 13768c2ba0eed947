-- one row per enterprise, tier and stretch of days [from_on, to_on) with one status; stretches never overlap
create table core.tenure as
with ending as (
    select enterprise_id, tier, event_on
    from core.recognition_event
    where event in ('revoked', 'lapsed', 'moved_out')
),
-- few titles are ended by an event, so the first ending after each is looked up apart
ended as (
    select granted.event_id, min(ending.event_on) as ended_on
    from core.recognition_event as granted
    inner join ending
        on ending.enterprise_id = granted.enterprise_id
        and ending.tier = granted.tier
        and ending.event_on > granted.event_on
    where granted.event in ('recognition', 'review_passed')
    group by granted.event_id
),
title as (
    select
        granted.event_id, granted.enterprise_id, granted.tier, granted.area_code, granted.event_on,
        granted.counts_from, granted.expires_on, granted.awaiting_until, ended.ended_on
    from core.recognition_event as granted
    left join ended on ended.event_id = granted.event_id
    where granted.event in ('recognition', 'review_passed')
),
-- a publicity ends with the decision, with a removal, with the final list of its batch, or after its months
decision as (
    select enterprise_id, tier, event_on, coalesce(counts_from, event_on) as takes_effect_on
    from core.recognition_event
    where event in ('recognition', 'review_passed', 'revoked', 'lapsed', 'moved_out')
),
decided_batch as (
    select reading.tier, reading.batch, inside.area_code, min(reading.event_on) as decided_on
    from core.source_reading as reading
    inner join core.area_closure as inside on inside.ancestor_code = reading.area_code
    left join core.reading_exclusion as outside
        on outside.reading_id = reading.reading_id and outside.area_code = inside.area_code
    where reading.event = 'recognition' and reading.is_final and outside.area_code is null
    group by reading.tier, reading.batch, inside.area_code
),
publicity as (
    select
        shown.event_id, shown.enterprise_id, shown.tier, shown.area_code, shown.event_on,
        least(
            shown.publicity_until,
            coalesce(min(decision.takes_effect_on), shown.publicity_until),
            coalesce(min(decided_batch.decided_on), shown.publicity_until)
        ) as shown_until
    from core.recognition_event as shown
    left join decision
        on decision.enterprise_id = shown.enterprise_id
        and decision.tier = shown.tier
        and decision.event_on >= shown.event_on
    left join decided_batch
        on shown.event = 'publicity'
        and decided_batch.tier = shown.tier
        and decided_batch.batch = shown.batch
        and decided_batch.area_code = shown.area_code
        and decided_batch.decided_on >= shown.event_on
    where shown.event in ('publicity', 'review_publicity')
    group by
        shown.event_id, shown.enterprise_id, shown.tier, shown.area_code, shown.event_on, shown.publicity_until
),
own_span as (
    select event_id, enterprise_id, tier, area_code, event_on, 1 as status_rank,
        counts_from as from_on, least(expires_on, coalesce(ended_on, expires_on)) as to_on
    from title
    union all
    select event_id, enterprise_id, tier, area_code, event_on, 2 as status_rank,
        greatest(counts_from, expires_on) as from_on, least(awaiting_until, coalesce(ended_on, awaiting_until)) as to_on
    from title
    union all
    select event_id, enterprise_id, tier, area_code, event_on, 3 as status_rank, event_on as from_on, shown_until as to_on
    from publicity
),
-- a higher title counts in the lower tiers of the ladder; distance 0 is the tier's own title
span as (
    select
        own_span.event_id, own_span.enterprise_id, inclusion.tier, own_span.tier as via_tier, inclusion.distance,
        own_span.area_code, own_span.event_on, own_span.status_rank, own_span.from_on, own_span.to_on
    from own_span
    inner join core.tier_inclusion as inclusion on inclusion.via_tier = own_span.tier
    where own_span.from_on < own_span.to_on
),
-- most holders have spans that only follow one another: these are stretches already
followed as (
    select
        event_id, enterprise_id, tier, via_tier, distance, area_code, event_on, status_rank, from_on, to_on,
        case
            when from_on < max(to_on) over (
                partition by enterprise_id, tier order by from_on, to_on
                rows between unbounded preceding and 1 preceding
            )
            then 1
            else 0
        end as is_overlapping
    from span
),
overlapping as (
    select distinct enterprise_id, tier from followed where is_overlapping = 1
),
tangled as (
    select
        span.event_id, span.enterprise_id, span.tier, span.via_tier, span.distance, span.area_code, span.event_on,
        span.status_rank, span.from_on, span.to_on
    from span
    inner join overlapping on overlapping.enterprise_id = span.enterprise_id and overlapping.tier = span.tier
),
edge as (
    select enterprise_id, tier, from_on as day from tangled
    union
    select enterprise_id, tier, to_on as day from tangled
),
stretch as (
    select
        enterprise_id, tier, day as from_on,
        lead(day) over (partition by enterprise_id, tier order by day) as to_on
    from edge
),
covering as (
    select
        stretch.enterprise_id, stretch.tier, stretch.from_on, stretch.to_on,
        tangled.via_tier, tangled.status_rank, tangled.area_code,
        min(case when tangled.distance = 0 then tangled.status_rank end)
            over (partition by stretch.enterprise_id, stretch.tier, stretch.from_on) as own_status_rank,
        max(case when tangled.distance > 0 and tangled.status_rank <= 2 then 1 else 0 end)
            over (partition by stretch.enterprise_id, stretch.tier, stretch.from_on) as is_held_higher,
        row_number() over (
            partition by stretch.enterprise_id, stretch.tier, stretch.from_on
            order by tangled.status_rank, tangled.distance, tangled.event_on desc, tangled.event_id
        ) as place
    from stretch
    inner join tangled
        on tangled.enterprise_id = stretch.enterprise_id
        and tangled.tier = stretch.tier
        and tangled.from_on <= stretch.from_on
        and tangled.to_on >= stretch.to_on
    where stretch.to_on is not null
),
chosen as (
    select enterprise_id, tier, from_on, to_on, via_tier, status_rank, own_status_rank, area_code, is_held_higher
    from covering
    where place = 1
    union all
    select
        followed.enterprise_id, followed.tier, followed.from_on, followed.to_on, followed.via_tier,
        followed.status_rank,
        case when followed.distance = 0 then followed.status_rank end as own_status_rank,
        followed.area_code,
        case when followed.distance > 0 and followed.status_rank <= 2 then 1 else 0 end as is_held_higher
    from followed
    left join overlapping on overlapping.enterprise_id = followed.enterprise_id and overlapping.tier = followed.tier
    where overlapping.enterprise_id is null
),
marked as (
    select
        enterprise_id, tier, from_on, to_on, via_tier, status_rank, own_status_rank, area_code, is_held_higher,
        case
            when lag(to_on) over enterprise_tier = from_on
                and lag(via_tier) over enterprise_tier = via_tier
                and lag(status_rank) over enterprise_tier = status_rank
                and coalesce(lag(own_status_rank) over enterprise_tier, 0) = coalesce(own_status_rank, 0)
                and lag(area_code) over enterprise_tier = area_code
                and lag(is_held_higher) over enterprise_tier = is_held_higher
            then 0
            else 1
        end as starts_new
    from chosen
    window enterprise_tier as (partition by enterprise_id, tier order by from_on)
),
numbered as (
    select
        enterprise_id, tier, from_on, to_on, via_tier, status_rank, own_status_rank, area_code, is_held_higher,
        sum(starts_new) over (
            partition by enterprise_id, tier order by from_on rows between unbounded preceding and current row
        ) as island
    from marked
)
select
    enterprise_id,
    tier,
    via_tier,
    case status_rank when 1 then 'in_force' when 2 then 'awaiting_review' else 'publicity' end as status,
    min(from_on) as from_on,
    max(to_on) as to_on,
    area_code,
    is_held_higher = 0 as is_highest,
    case own_status_rank when 1 then 'in_force' when 2 then 'awaiting_review' when 3 then 'publicity' end as own_status
from numbered
group by enterprise_id, tier, via_tier, status_rank, own_status_rank, area_code, is_held_higher, island
order by enterprise_id, tier, from_on;
