-- one row per enterprise that a tier count of an area holds on one of two days only, with what changed it; of each part
-- that adds or takes away the first $most by their day, and one row without a name for the rest
with asked as (
    select tier from core.indicator where indicator_id = $indicator_id
),
-- by history, which many enterprises share: those with the same have the same titles on every day
held as (
    select
        tenure.enterprise_id as example_id,
        tenure.from_on,
        tenure.to_on,
        tenure.from_on <= $earlier as is_earlier,
        tenure.to_on > $later as is_later,
        inside.area_code is not null as is_inside,
    from core.example_tenure as tenure
    join asked on asked.tier = tenure.tier
    left join core.area_closure as inside
        on inside.area_code = tenure.area_code and inside.ancestor_code = $area_code
    where tenure.status in ('in_force', 'awaiting_review')
        and tenure.from_on <= $later
        and tenure.to_on > $earlier
        -- who is held from the one day to the other has not changed
        and (tenure.from_on > $earlier or tenure.to_on <= $later)
),
counted as (
    select
        example_id,
        max(case when is_later and is_inside then 1 else 0 end)
            - max(case when is_earlier and is_inside then 1 else 0 end) as amount,
        bool_or(is_earlier) and bool_or(is_later) as is_elsewhere,
        min(case when not is_earlier then from_on end) as came_on,
        max(case when not is_later then to_on end) as went_on,
    from held
    group by example_id
),
differing as (
    select
        example_id,
        amount,
        is_elsewhere,
        case when is_elsewhere then null when amount > 0 then came_on else went_on end as changed_on,
    from counted
    where amount <> 0
),
-- what begins a title (1) or ends one (-1) and on which day: a join by equals only, or 100,000 names take a minute
dated as (
    select
        event.enterprise_id,
        event.event,
        event.event_on,
        event.event_number,
        event.file_id,
        event.row,
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
        differing.example_id,
        differing.amount,
        differing.changed_on,
        dated.event,
        dated.event_on,
        dated.distance,
        case
            when differing.is_elsewhere then 'moved'
            when differing.amount > 0 and dated.event_on <= $earlier then 'window_begun'
            when dated.event = 'recognition' then 'recognised'
            else coalesce(dated.event, 'expired')
        end as part,
    from differing
    left join dated
        on dated.enterprise_id = differing.example_id
        and dated.amount = differing.amount
        and dated.changed_on = differing.changed_on
    qualify row_number() over (
        partition by differing.example_id order by dated.event, dated.distance, dated.event_number
    ) = 1
),
-- a history is listed by its first enterprise: those of the first histories alone can be among the first
first_of as (
    select *
    from cause
    qualify row_number() over (partition by part, amount order by changed_on, example_id) <= $most
),
listed as (
    select first_of.*, history.enterprise_id
    from first_of
    join core.history as history using (example_id)
    qualify row_number() over (partition by part, amount order by changed_on, history.enterprise_id) <= $most
),
-- whose own row tells of it: of the events with which its history came or went the first
named as (
    select
        listed.enterprise_id,
        listed.part,
        listed.amount,
        listed.changed_on,
        arg_min(dated.file_id, dated.event_number) as file_id,
        arg_min(dated.row, dated.event_number) as row,
    from listed
    left join dated
        on dated.enterprise_id = listed.enterprise_id
        and dated.amount = listed.amount
        and dated.changed_on = listed.changed_on
        and dated.event = listed.event
        and dated.event_on = listed.event_on
        and dated.distance = listed.distance
    group by listed.enterprise_id, listed.part, listed.amount, listed.changed_on
),
others as (
    select part, amount, sum(number) as number
    from (
        select part, amount, 1 as number from cause join core.history using (example_id)
        union all
        select part, amount, -1 from named
    ) as counted_and_named
    group by part, amount
),
told as (
    select part, amount, enterprise_id, changed_on, file_id, row from named
    union all
    select part, amount * number, null, null, null, null from others where number > 0
)

select
    told.part,
    told.amount,
    enterprise.name,
    enterprise.uscc,
    told.changed_on,
    file.original_name as file_name,
    told.row,
from told
left join core.enterprise as enterprise on enterprise.enterprise_id = told.enterprise_id
left join core.source_file as file on file.file_id = told.file_id
order by told.amount > 0 desc, told.part, enterprise.name is null, told.changed_on, enterprise.name
