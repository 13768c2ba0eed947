-- one row per history counted in a tier and area at an as-of date whose last title ends by a day unless reviewed: those
-- with the same history hold the same titles on every day
with example as (
    select distinct example_id from core.history
),
ending as (
    select event.enterprise_id, event.tier, event.event_on
    from core.recognition_event as event
    inner join example on example.example_id = event.enterprise_id
    where event.event in ('revoked', 'lapsed', 'moved_out')
),
held as (
    select tenure.enterprise_id, tenure.tier, tenure.status, tenure.area_code
    from core.example_tenure as tenure
    inner join core.area_closure as closure on closure.area_code = tenure.area_code
    inner join core.plan_area as plan_area
        on plan_area.area_code = closure.ancestor_code and plan_area.plan_id = $plan_id
    where
        plan_area.area_code = $area_code
        and tenure.tier = $tier
        and tenure.status in ('in_force', 'awaiting_review')
        and tenure.from_on <= cast($as_of as date)
        and tenure.to_on > cast($as_of as date)
),
-- of several titles that count, the one that ends last
claim as (
    select
        held.enterprise_id, held.status, held.area_code,
        granted.tier as via_tier, granted.valid_to,
        -- the month of its last day: of the window, or of the wait for a review, as in mart.expiry
        last_day(
            case
                when held.status = 'awaiting_review' and granted.expires_on <= cast($as_of as date)
                then granted.awaiting_until
                else granted.expires_on
            end
            - interval 1 day
        ) as month_end,
        row_number() over (
            partition by held.enterprise_id
            order by granted.expires_on desc, inclusion.distance, granted.event_id
        ) as place
    from held
    inner join core.tier_inclusion as inclusion on inclusion.tier = held.tier
    inner join core.recognition_event as granted
        on granted.enterprise_id = held.enterprise_id
        and granted.tier = inclusion.via_tier
        and granted.event in ('recognition', 'review_passed')
        and granted.event_on <= cast($as_of as date)
        and granted.awaiting_until > cast($as_of as date)
    where not exists (
        select 1
        from ending
        where
            ending.enterprise_id = granted.enterprise_id
            and ending.tier = granted.tier
            and ending.event_on > granted.event_on
            and ending.event_on <= cast($as_of as date)
    )
)
select
    claim.enterprise_id as example_id,
    claim.area_code,
    area.sort as area_sort,
    area.name_zh as area_zh,
    area.name_en as area_en,
    claim.status,
    claim.via_tier,
    claim.valid_to,
    claim.month_end
from claim
inner join core.area as area on area.area_code = claim.area_code
where
    claim.place = 1
    and claim.month_end <= cast($until as date)
order by claim.month_end, area.sort, claim.enterprise_id
