-- one row per enterprise, tier and change of its title after one day and up to another, inside an area
with inside as (
    select area_code from core.area_closure where ancestor_code = $area_code
),
stated as (
    select
        event.enterprise_id,
        event.tier,
        event.event as change,
        event.event_on as changed_on,
        event.area_code,
        event.batch,
        event.document_no,
        event.is_derived,
    from core.recognition_event as event
    join inside using (area_code)
    where event.event in ('recognition', 'review_passed', 'lapsed', 'revoked', 'moved_out')
        and event.event_on > $since and event.event_on <= $as_of
),
-- by history, which many enterprises share: those with the same have the same titles on every day
held as (
    select enterprise_id, tier
    from core.example_tenure
    where own_status = 'in_force' and from_on <= $as_of and to_on > $as_of
),
-- a window that ended and that nothing followed: the title awaits its review, or the wait is over
without_title as (
    select
        tenure.enterprise_id as example_id,
        tenure.tier,
        max(tenure.to_on) as changed_on,
        arg_max(tenure.area_code, tenure.to_on) as area_code,
    from core.example_tenure as tenure
    join inside using (area_code)
    anti join held on held.enterprise_id = tenure.enterprise_id and held.tier = tenure.tier
    where tenure.own_status = 'in_force' and tenure.to_on > $since and tenure.to_on <= $as_of
    group by tenure.enterprise_id, tenure.tier
),
removed as (
    select enterprise_id, tier from stated where change in ('lapsed', 'revoked', 'moved_out')
),
ended as (
    select
        history.enterprise_id,
        without_title.tier,
        'expired' as change,
        without_title.changed_on,
        without_title.area_code,
    from without_title
    join core.history as history using (example_id)
    anti join removed
        on removed.enterprise_id = history.enterprise_id and removed.tier = without_title.tier
),
changed as (
    select enterprise_id, tier, change, changed_on, area_code, batch, document_no, is_derived from stated
    union all
    select enterprise_id, tier, change, changed_on, area_code, null, null, false from ended
)
select
    changed.change,
    changed.area_code,
    changed.tier,
    case $language when 'zh' then tier.short_zh else tier.short_en end as tier_short,
    enterprise.name,
    enterprise.uscc,
    changed.batch,
    changed.document_no,
    changed.changed_on,
    changed.is_derived,
from changed
join core.enterprise using (enterprise_id)
join core.tier using (tier)
order by tier.sort desc, changed.changed_on, enterprise.name, enterprise.enterprise_id, changed.change
