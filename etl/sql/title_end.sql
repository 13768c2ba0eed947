-- one row per tier, tier of the title that ends last, area, as-of month, status, last month and month of effect
-- Only what is dated by the as-of month counts: a later review, removal or list changes nothing here.
create temp table title_end as
with
-- a title as it stands in every tier in which it counts
claim as (
    select
        granted.event_id, granted.enterprise_id, inclusion.tier, granted.tier as via_tier, inclusion.distance,
        granted.area_code, granted.event_on, granted.counts_from, granted.expires_on, granted.awaiting_until,
        example.enterprises,
        least(granted.awaiting_until, coalesce(removed.removed_on, granted.awaiting_until)) as gone_on
    from core.recognition_event as granted
    inner join example on example.enterprise_id = granted.enterprise_id
    inner join core.tier_inclusion as inclusion on inclusion.via_tier = granted.tier
    left join core.removed_title as removed on removed.event_id = granted.event_id
    where granted.event in ('recognition', 'review_passed')
),
held as (
    select tenure.enterprise_id, tenure.tier, tenure.status, tenure.area_code, calendar.month_end as as_of
    from example_tenure as tenure
    inner join example on example.enterprise_id = tenure.enterprise_id
    inner join core.calendar as calendar
        on tenure.from_on <= calendar.month_end and tenure.to_on > calendar.month_end
    where tenure.status in ('in_force', 'awaiting_review')
),
-- decided by the as-of month, with a window that has not begun
decided as (
    select claim.enterprise_id, claim.tier, 'decided' as status, claim.area_code, calendar.month_end as as_of
    from claim
    inner join core.calendar as calendar
        on claim.event_on <= calendar.month_end
        and claim.counts_from > calendar.month_end
        and claim.gone_on > calendar.month_end
    left join held
        on held.enterprise_id = claim.enterprise_id and held.tier = claim.tier and held.as_of = calendar.month_end
    where held.enterprise_id is null
),
counted as (
    select enterprise_id, tier, status, area_code, as_of from held
    union all
    select enterprise_id, tier, status, area_code, as_of from decided
),
ranked as (
    select
        counted.tier, counted.area_code, counted.as_of,
        -- passed its review already, with a new window that has not begun
        case
            when counted.status = 'awaiting_review' and claim.expires_on > counted.as_of then 'renewed'
            else counted.status
        end as status,
        claim.via_tier, claim.counts_from, claim.expires_on, claim.awaiting_until, claim.enterprises,
        row_number() over (
            partition by counted.enterprise_id, counted.tier, counted.as_of
            order by claim.expires_on desc, claim.distance, claim.event_id
        ) as place
    from counted
    inner join claim
        on claim.enterprise_id = counted.enterprise_id
        and claim.tier = counted.tier
        and claim.event_on <= counted.as_of
        and claim.gone_on > counted.as_of
)
select
    ranked.tier,
    ranked.via_tier,
    closure.ancestor_code as area_code,
    ranked.as_of,
    ranked.status,
    -- the month of the last day: of the window, or of the wait for a review
    last_day(
        case when ranked.status = 'awaiting_review' then ranked.awaiting_until else ranked.expires_on end
        - interval 1 day
    ) as month_end,
    -- the first month end at which the title is no longer, or newly, in force
    last_day(case when ranked.status = 'decided' then ranked.counts_from else ranked.expires_on end) as takes_effect,
    cast(sum(ranked.enterprises) as integer) as titles
from ranked
inner join core.area_closure as closure on closure.area_code = ranked.area_code
where ranked.place = 1
group by
    ranked.tier, ranked.via_tier, closure.ancestor_code, ranked.as_of, ranked.status,
    ranked.awaiting_until, ranked.expires_on, ranked.counts_from;
