-- one row per tier-count indicator and area: enterprises whose publicity ran out by a date, no decision of them on record
with ended as (
    select shown.enterprise_id as example_id, shown.tier, shown.via_tier, shown.area_code, shown.to_on
    from core.example_tenure as shown
    where shown.status = 'publicity'
        and shown.to_on <= $as_of
        and not exists (
            select 1
            from core.example_tenure as later
            where later.enterprise_id = shown.enterprise_id
                and later.tier = shown.tier
                and later.from_on >= shown.to_on
                and later.from_on <= $as_of
        )
),
-- what ended otherwise was decided: by a removal, or by the final list of the batch
run_out as (
    select ended.example_id, ended.tier, ended.area_code, event.tier as via_tier, event.event_on
    from ended
    join core.recognition_event as event
        on event.enterprise_id = ended.example_id
        and event.tier = ended.via_tier
        and event.publicity_until = ended.to_on
),
undecided as (
    select distinct run_out.example_id, run_out.tier, run_out.area_code
    from run_out
    where not exists (
        select 1
        from core.recognition_event as decision
        where decision.enterprise_id = run_out.example_id
            and decision.tier = run_out.via_tier
            and decision.event in ('recognition', 'review_passed', 'revoked', 'lapsed', 'moved_out')
            and decision.event_on between run_out.event_on and $as_of
    )
)

select
    indicator.indicator_id,
    undecided.tier,
    closure.ancestor_code as area_code,
    cast(count(*) as integer) as lapsed_publicity,
from undecided
join core.history using (example_id)
join core.area_closure as closure using (area_code)
join core.indicator on indicator.tier = undecided.tier and indicator.formula = 'tier_count'
group by indicator.indicator_id, undecided.tier, closure.ancestor_code
