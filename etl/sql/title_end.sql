-- one row per tier, tier of the title that ends last, area, as-of month, status, last month and month of effect
-- Only what is dated by the as-of month counts: a later review, removal or list changes nothing here.
create temp table title_end as
with
-- a title as it stands in every tier in which it counts; of several the one that ends last is looked at
claim as (
    select
        granted.enterprise_id, inclusion.tier, granted.tier as via_tier,
        granted.area_code, granted.event_on, granted.counts_from, granted.expires_on, granted.awaiting_until,
        example.enterprises,
        row_number() over (order by granted.expires_on desc, inclusion.distance, granted.event_number) as claim_number,
        least(granted.awaiting_until, coalesce(removed.removed_on, granted.awaiting_until)) as gone_on
    from core.recognition_event as granted
    inner join core.example on example.enterprise_id = granted.enterprise_id
    inner join core.tier_inclusion as inclusion on inclusion.via_tier = granted.tier
    left join core.removed_title as removed on removed.event_id = granted.event_id
    where granted.event in ('recognition', 'review_passed')
),
stretch as (
    select
        enterprise_id, tier, status, area_code, from_on, to_on,
        row_number() over (order by enterprise_id, tier, from_on) as stretch_number
    from core.example_tenure
    where status in ('in_force', 'awaiting_review')
),
held as (
    select stretch.stretch_number, stretch.enterprise_id, stretch.tier, calendar.month_end as as_of
    from stretch
    inner join core.calendar as calendar
        on stretch.from_on <= calendar.month_end and stretch.to_on > calendar.month_end
),
-- decided by the as-of month, with a window that has not begun
decided as (
    select claim.enterprise_id, claim.tier, claim.area_code, calendar.month_end as as_of
    from claim
    inner join core.calendar as calendar
        on claim.event_on <= calendar.month_end
        and claim.counts_from > calendar.month_end
        and claim.gone_on > calendar.month_end
    left join held
        on held.enterprise_id = claim.enterprise_id and held.tier = claim.tier and held.as_of = calendar.month_end
    where held.enterprise_id is null
),
-- by the number of the stretch alone: there are millions of stretches and months
latest as (
    select held.stretch_number, held.as_of, min(claim.claim_number) as claim_number
    from held
    inner join claim
        on claim.enterprise_id = held.enterprise_id
        and claim.tier = held.tier
        and claim.event_on <= held.as_of
        and claim.gone_on > held.as_of
    group by held.stretch_number, held.as_of
),
ranked as (
    select stretch.tier, latest.as_of, stretch.area_code, stretch.status, latest.claim_number
    from latest
    inner join stretch on stretch.stretch_number = latest.stretch_number
    union all
    select
        decided.tier, decided.as_of, min(decided.area_code) as area_code, 'decided' as status,
        min(claim.claim_number) as claim_number
    from decided
    inner join claim
        on claim.enterprise_id = decided.enterprise_id
        and claim.tier = decided.tier
        and claim.event_on <= decided.as_of
        and claim.gone_on > decided.as_of
    group by decided.enterprise_id, decided.tier, decided.as_of
),
ending as (
    select
        ranked.tier, claim.via_tier, ranked.area_code, ranked.as_of,
        -- passed its review already, with a new window that has not begun
        case
            when ranked.status = 'awaiting_review' and claim.expires_on > ranked.as_of then 'renewed'
            else ranked.status
        end as status,
        claim.awaiting_until, claim.expires_on, claim.counts_from, sum(claim.enterprises) as enterprises
    from ranked
    inner join claim on claim.claim_number = ranked.claim_number
    group by
        ranked.tier, claim.via_tier, ranked.area_code, ranked.as_of, ranked.status,
        claim.awaiting_until, claim.expires_on, claim.counts_from
)
select
    ending.tier,
    ending.via_tier,
    closure.ancestor_code as area_code,
    ending.as_of,
    ending.status,
    -- the month of the last day: of the window, or of the wait for a review
    last_day(
        case when ending.status = 'awaiting_review' then ending.awaiting_until else ending.expires_on end
        - interval 1 day
    ) as month_end,
    -- the first month end at which the title is no longer, or newly, in force
    last_day(case when ending.status = 'decided' then ending.counts_from else ending.expires_on end) as takes_effect,
    cast(sum(ending.enterprises) as integer) as titles
from ending
inner join core.area_closure as closure on closure.area_code = ending.area_code
group by
    ending.tier, ending.via_tier, closure.ancestor_code, ending.as_of, ending.status,
    ending.awaiting_until, ending.expires_on, ending.counts_from;
