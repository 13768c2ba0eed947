-- one row per enterprise, tier and stretch of days [from_on, to_on) with one status; stretches never overlap

-- numbers instead of names and ids: millions of stretches are compared and sorted by them
create temporary table tier_number as
select tier, row_number() over (order by tier) as tier_number from core.tier_inclusion group by tier;

create temporary table area_number as
select area_code, row_number() over (order by area_code) as area_number
from core.recognition_event
group by area_code;

-- Enterprises with the same events hold their titles alike (history.sql): one of them is looked at.
-- one row per title or publicity with what ends it
create temporary table granted as
with
-- a publicity ends with the decision, with a removal, with the final list of its batch, or after its months
decision as (
    select event.enterprise_id, event.tier, event.event_on, coalesce(event.counts_from, event.event_on) as takes_effect_on
    from core.recognition_event as event
    inner join core.example on example.enterprise_id = event.enterprise_id
    where event.event in ('recognition', 'review_passed', 'revoked', 'lapsed', 'moved_out')
),
decided_batch as (
    select reading.tier, reading.batch, inside.area_code, min(reading.event_on) as decided_on
    from core.source_reading as reading
    inner join core.reading_area as inside on inside.reading_id = reading.reading_id
    where reading.event = 'recognition' and reading.is_final
    group by reading.tier, reading.batch, inside.area_code
),
publicity as (
    select
        shown.event_id,
        least(
            shown.publicity_until,
            coalesce(min(decision.takes_effect_on), shown.publicity_until),
            coalesce(min(decided_batch.decided_on), shown.publicity_until)
        ) as shown_until
    from core.recognition_event as shown
    inner join core.example on example.enterprise_id = shown.enterprise_id
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
    group by shown.event_id, shown.publicity_until
)
select
    event.event_number, event.enterprise_id, event.tier, tier.tier_number as via_number, area.area_number, event.event_on,
    event.counts_from, event.expires_on, event.awaiting_until, removed.removed_on, publicity.shown_until
from core.recognition_event as event
inner join core.example on example.enterprise_id = event.enterprise_id
inner join tier_number as tier on tier.tier = event.tier
inner join area_number as area on area.area_code = event.area_code
left join core.removed_title as removed on removed.event_id = event.event_id
left join publicity on publicity.event_id = event.event_id
where event.event in ('recognition', 'review_passed', 'publicity', 'review_publicity');

-- a higher title counts in the lower tiers of the ladder; distance 0 is the tier's own title. Where spans of a holder
-- (an enterprise in a tier) overlap, the smallest precedence counts: status, nearest title, newest event, first id
create temporary table span as
with own_span as (
    select event_number, enterprise_id, tier, event_on, 1 as status_rank,
        counts_from as from_on, least(expires_on, coalesce(removed_on, expires_on)) as to_on
    from granted
    where shown_until is null
    union all
    select event_number, enterprise_id, tier, event_on, 2 as status_rank,
        greatest(counts_from, expires_on) as from_on, least(awaiting_until, coalesce(removed_on, awaiting_until)) as to_on
    from granted
    where shown_until is null
    union all
    select event_number, enterprise_id, tier, event_on, 3 as status_rank,
        event_on as from_on, shown_until as to_on
    from granted
    where shown_until is not null
)
select
    own_span.enterprise_id * 1000 + tier.tier_number as holder,
    own_span.event_number, own_span.status_rank, own_span.from_on, own_span.to_on,
    case when inclusion.distance = 0 then own_span.status_rank end as own_status_rank,
    case when inclusion.distance > 0 and own_span.status_rank <= 2 then 1 else 0 end as is_held_higher,
    (
        (own_span.status_rank * 100 + inclusion.distance) * 100000
        + date_diff('day', own_span.event_on, date '2199-12-31')
    ) * 1000000000 + own_span.event_number as precedence
from own_span
inner join core.tier_inclusion as inclusion on inclusion.via_tier = own_span.tier
inner join tier_number as tier on tier.tier = inclusion.tier
where own_span.from_on < own_span.to_on;

-- the spans of one event only follow one another: these are stretches already
create temporary table of_several_events as
select granted.enterprise_id * 1000 + tier.tier_number as holder
from granted
inner join core.tier_inclusion as inclusion on inclusion.via_tier = granted.tier
inner join tier_number as tier on tier.tier = inclusion.tier
group by granted.enterprise_id * 1000 + tier.tier_number
having count(*) > 1;

create temporary table tangled as
select
    span.holder, span.event_number, span.status_rank, span.from_on, span.to_on, span.own_status_rank,
    span.is_held_higher, span.precedence
from span
inner join of_several_events on of_several_events.holder = span.holder;

create or replace table core.example_tenure as
with edge as (
    select holder, from_on as day from tangled
    union all
    select holder, to_on as day from tangled
),
stretch as (
    select holder, day as from_on, lead(day) over (partition by holder order by day) as to_on from edge
),
covering as (
    select
        stretch.holder, stretch.from_on, stretch.to_on,
        min(tangled.precedence) as precedence,
        min(tangled.status_rank) as status_rank,
        min(tangled.own_status_rank) as own_status_rank,
        max(tangled.is_held_higher) as is_held_higher
    from stretch
    inner join tangled
        on tangled.holder = stretch.holder
        and tangled.from_on <= stretch.from_on
        and tangled.to_on >= stretch.to_on
    where stretch.from_on < stretch.to_on
    group by stretch.holder, stretch.from_on, stretch.to_on
),
chosen as (
    select
        covering.holder, covering.from_on, covering.to_on, granted.via_number, granted.area_number,
        covering.status_rank, covering.own_status_rank, covering.is_held_higher,
        ((granted.via_number * 10000 + granted.area_number) * 10 + covering.status_rank) * 100
        + coalesce(covering.own_status_rank, 0) * 10 + covering.is_held_higher as state
    from covering
    inner join granted on granted.event_number = covering.precedence % 1000000000
),
marked as (
    select
        holder, from_on, to_on, via_number, area_number, status_rank, own_status_rank, is_held_higher,
        case
            when lag(to_on) over of_holder = from_on and lag(state) over of_holder = state then 0
            else 1
        end as starts_new
    from chosen
    window of_holder as (partition by holder order by from_on)
),
numbered as (
    select
        holder, from_on, to_on, via_number, area_number, status_rank, own_status_rank, is_held_higher,
        sum(starts_new) over (
            partition by holder order by from_on rows between unbounded preceding and current row
        ) as island
    from marked
),
joined as (
    select
        holder, min(from_on) as from_on, max(to_on) as to_on, min(via_number) as via_number,
        min(area_number) as area_number, min(status_rank) as status_rank, min(own_status_rank) as own_status_rank,
        min(is_held_higher) as is_held_higher
    from numbered
    group by holder, island
    union all
    select
        span.holder, span.from_on, span.to_on, granted.via_number, granted.area_number, span.status_rank,
        span.own_status_rank, span.is_held_higher
    from span
    inner join granted on granted.event_number = span.event_number
    left join of_several_events on of_several_events.holder = span.holder
    where of_several_events.holder is null
)
select
    cast((joined.holder - tier.tier_number) / 1000 as bigint) as enterprise_id,
    tier.tier,
    via.tier as via_tier,
    case joined.status_rank when 1 then 'in_force' when 2 then 'awaiting_review' else 'publicity' end as status,
    joined.from_on,
    joined.to_on,
    area.area_code,
    joined.is_held_higher = 0 as is_highest,
    case joined.own_status_rank when 1 then 'in_force' when 2 then 'awaiting_review' when 3 then 'publicity' end
        as own_status
from joined
inner join tier_number as tier on tier.tier_number = joined.holder % 1000
inner join tier_number as via on via.tier_number = joined.via_number
inner join area_number as area on area.area_number = joined.area_number
order by joined.holder, joined.from_on;

create view core.tenure as
select
    history.enterprise_id, held.tier, held.via_tier, held.status, held.from_on, held.to_on, held.area_code,
    held.is_highest, held.own_status
from core.history as history
inner join core.example_tenure as held on held.enterprise_id = history.example_id;

drop table tangled;
drop table of_several_events;
drop table span;
drop table granted;
drop table area_number;
drop table tier_number;
