-- one row per enterprise that a tier count of an area holds on one of two days only, with what changed it
with asked as (
    select tier from core.indicator where indicator_id = $indicator_id
),
-- by history, which many enterprises share: those with the same have the same titles on every day
held as (
    select
        tenure.enterprise_id as example_id,
        tenure.from_on,
        tenure.to_on,
        tenure.from_on <= $earlier and tenure.to_on > $earlier as is_earlier,
        tenure.from_on <= $later and tenure.to_on > $later as is_later,
        inside.area_code is not null as is_inside,
    from core.example_tenure as tenure
    join asked on asked.tier = tenure.tier
    left join core.area_closure as inside
        on inside.area_code = tenure.area_code and inside.ancestor_code = $area_code
    where tenure.status in ('in_force', 'awaiting_review')
),
counted as (
    select
        example_id,
        max(case when is_earlier and is_inside then 1 else 0 end) as count_earlier,
        max(case when is_later and is_inside then 1 else 0 end) as count_later,
        bool_or(is_earlier) and bool_or(is_later) as is_elsewhere,
        min(case when from_on > $earlier then from_on end) as came_on,
        max(case when to_on <= $later then to_on end) as went_on,
    from held
    group by example_id
),
changed as (
    select
        history.enterprise_id,
        count_later - count_earlier as amount,
        is_elsewhere,
        case when is_elsewhere then null when count_later > count_earlier then came_on else went_on end as changed_on,
    from counted
    join core.history as history using (example_id)
    where count_later <> count_earlier
),
-- what begins a title (1) or ends one (-1) and on which day: a join by equals only, or 100,000 names take a minute
dated as (
    select
        event.enterprise_id,
        event.event,
        event.event_on,
        event.file_id,
        event.row,
        event.event_id,
        inclusion.distance,
        case when event.event in ('recognition', 'review_passed') then 1 else -1 end as amount,
        case when event.event in ('recognition', 'review_passed') then event.counts_from else event.event_on end
            as changed_on,
    from core.recognition_event as event
    join core.tier_inclusion as inclusion on inclusion.via_tier = event.tier
    join asked on asked.tier = inclusion.tier
    -- who came or went did so after the earlier day and by the later
    where (
            event.event in ('recognition', 'review_passed')
            and event.counts_from > $earlier
            and event.counts_from <= $later
        )
        or (
            event.event in ('revoked', 'lapsed', 'moved_out')
            and event.event_on > $earlier
            and event.event_on <= $later
        )
),
-- what begins a title on the day on which the enterprise came, or ends one on the day on which it went
cause as (
    select
        changed.enterprise_id,
        changed.amount,
        changed.is_elsewhere,
        changed.changed_on,
        dated.event,
        dated.event_on,
        dated.file_id,
        dated.row,
        row_number() over (
            partition by changed.enterprise_id order by dated.event, dated.distance, dated.event_id
        ) as place,
    from changed
    left join dated
        on dated.enterprise_id = changed.enterprise_id
        and dated.amount = changed.amount
        and dated.changed_on = changed.changed_on
)

select
    case
        when cause.is_elsewhere then 'moved'
        when cause.amount > 0 and cause.event_on <= $earlier then 'window_begun'
        when cause.event = 'recognition' then 'recognised'
        else coalesce(cause.event, 'expired')
    end as part,
    cause.amount,
    enterprise.name,
    enterprise.uscc,
    cause.changed_on,
    file.original_name as file_name,
    cause.row,
from cause
join core.enterprise using (enterprise_id)
left join core.source_file as file on file.file_id = cause.file_id
where cause.place = 1
order by cause.amount desc, part, cause.changed_on, enterprise.name
