-- one row per plan, count target, area with a task, due date and as-of month: what could be counted on the day that decides

create temporary table task as
with version as (
    select
        target.plan_id, target.target_id, target.indicator_id, indicator.tier, target.area_code, target.due_on,
        target.exempt_on, calendar.month_end as as_of, least(calendar.month_end, last_day(target.due_on)) as judged_on,
        row_number() over (
            partition by target.plan_id, target.target_id, target.area_code, target.due_on, calendar.month_end
            order by target.decided_on desc nulls last
        ) as place
    from core.target as target
    inner join core.indicator as indicator on indicator.indicator_id = target.indicator_id
    inner join core.calendar as calendar on target.decided_on is null or target.decided_on <= calendar.month_end
    where indicator.formula = 'tier_count' and target.basis = 'in_force'
)
select plan_id, target_id, indicator_id, tier, area_code, due_on, as_of, judged_on
from version
where place = 1 and (exempt_on is null or exempt_on > as_of);

-- titles that are decided before their window begins
create temporary table waiting as
select
    granted.event_id, granted.enterprise_id, granted.tier, granted.area_code, granted.event_on,
    least(granted.counts_from, coalesce(removed.removed_on, granted.counts_from)) as until_on
from core.recognition_event as granted
left join core.removed_title as removed on removed.event_id = granted.event_id
where granted.event in ('recognition', 'review_passed') and granted.event_on < granted.counts_from;

-- titles decided after the day, of batches under publicity on it
create temporary table later_title as
with
-- what comes after a day is only asked of days that are over
due_day as (
    select distinct tier, judged_on from task where judged_on < as_of
),
-- a batch is under publicity until its final list or until its months are over
shown_list as (
    select
        reading.reading_id, reading.tier, reading.batch, reading.area_code, reading.event_on,
        case reading.event when 'publicity' then 'recognition' else 'review_passed' end as title_event,
        max(event.publicity_until) as publicity_until
    from core.source_reading as reading
    inner join core.recognition_event as event on event.reading_id = reading.reading_id
    where reading.event in ('publicity', 'review_publicity')
    group by reading.reading_id, reading.tier, reading.batch, reading.area_code, reading.event_on, reading.event
),
final_list as (
    select reading.tier, reading.event, reading.batch, reading.event_on, covered.area_code
    from core.source_reading as reading
    inner join core.reading_area as covered on covered.reading_id = reading.reading_id
    where reading.event in ('recognition', 'review_passed') and reading.is_final
),
shown_batch as (
    select
        shown_list.tier, shown_list.title_event, shown_list.batch, covered.area_code, shown_list.event_on as shown_on,
        shown_list.publicity_until,
        least(shown_list.publicity_until, coalesce(min(final_list.event_on), shown_list.publicity_until)) as shown_until
    from shown_list
    inner join core.reading_area as covered on covered.reading_id = shown_list.reading_id
    left join final_list
        on final_list.tier = shown_list.tier
        and final_list.event = shown_list.title_event
        and final_list.batch is not distinct from shown_list.batch
        and final_list.area_code = covered.area_code
        and final_list.event_on >= shown_list.event_on
    group by
        shown_list.reading_id, shown_list.tier, shown_list.title_event, shown_list.batch, covered.area_code,
        shown_list.event_on, shown_list.publicity_until
)
select
    due_day.tier, due_day.judged_on, inclusion.distance,
    granted.enterprise_id, granted.area_code, granted.event_id, granted.event_on
from due_day
inner join core.tier_inclusion as inclusion on inclusion.tier = due_day.tier
inner join shown_batch
    on shown_batch.tier = inclusion.via_tier
    and shown_batch.shown_on <= due_day.judged_on
    and shown_batch.shown_until > due_day.judged_on
inner join core.recognition_event as granted
    on granted.tier = shown_batch.tier
    and granted.event = shown_batch.title_event
    and granted.batch is not distinct from shown_batch.batch
    and granted.area_code = shown_batch.area_code
    and granted.event_on > due_day.judged_on
    and granted.event_on < shown_batch.publicity_until;

create table mart.closing as
with tier_day as (
    select distinct tier, judged_on from task
),
-- of those alone whom a decision may concern: everybody's stretches are millions
held as (
    select enterprise_id, tier, from_on, to_on
    from core.tenure
    where
        status in ('in_force', 'awaiting_review')
        and enterprise_id in (select enterprise_id from waiting union all select enterprise_id from later_title)
),
decided as (
    select
        tier_day.tier, tier_day.judged_on, waiting.enterprise_id, waiting.area_code,
        row_number() over (
            partition by tier_day.tier, tier_day.judged_on, waiting.enterprise_id
            order by inclusion.distance, waiting.event_on desc, waiting.event_id
        ) as place
    from tier_day
    inner join core.tier_inclusion as inclusion on inclusion.tier = tier_day.tier
    inner join waiting
        on waiting.tier = inclusion.via_tier
        and waiting.event_on <= tier_day.judged_on
        and waiting.until_on > tier_day.judged_on
    left join held
        on held.enterprise_id = waiting.enterprise_id
        and held.tier = tier_day.tier
        and held.from_on <= tier_day.judged_on
        and held.to_on > tier_day.judged_on
    where held.enterprise_id is null
),
-- an enterprise stands in the first column that fits, so that the columns can be added up
shown as (
    select tier_day.tier, tier_day.judged_on, tenure.enterprise_id, tenure.area_code
    from tier_day
    inner join core.tenure as tenure
        on tenure.tier = tier_day.tier
        and tenure.status = 'publicity'
        and tenure.from_on <= tier_day.judged_on
        and tenure.to_on > tier_day.judged_on
    left join decided
        on decided.tier = tier_day.tier
        and decided.judged_on = tier_day.judged_on
        and decided.enterprise_id = tenure.enterprise_id
    where decided.enterprise_id is null
),
later as (
    select
        title.tier, title.judged_on, title.enterprise_id, title.area_code, title.event_on as decided_on,
        row_number() over (
            partition by title.tier, title.judged_on, title.enterprise_id
            order by title.event_on, title.distance, title.event_id
        ) as place
    from later_title as title
    left join held
        on held.enterprise_id = title.enterprise_id
        and held.tier = title.tier
        and held.from_on <= title.judged_on
        and held.to_on > title.judged_on
    left join decided
        on decided.tier = title.tier
        and decided.judged_on = title.judged_on
        and decided.enterprise_id = title.enterprise_id
    where held.enterprise_id is null and decided.enterprise_id is null
),
decided_count as (
    select decided.tier, decided.judged_on, closure.ancestor_code as area_code, count(*) as enterprises
    from decided
    inner join core.area_closure as closure on closure.area_code = decided.area_code
    where decided.place = 1
    group by decided.tier, decided.judged_on, closure.ancestor_code
),
shown_count as (
    select shown.tier, shown.judged_on, closure.ancestor_code as area_code, count(*) as enterprises
    from shown
    inner join core.area_closure as closure on closure.area_code = shown.area_code
    group by shown.tier, shown.judged_on, closure.ancestor_code
),
later_count as (
    select task.plan_id, task.target_id, task.area_code, task.due_on, task.as_of, count(*) as enterprises
    from task
    inner join core.area_closure as closure on closure.ancestor_code = task.area_code
    inner join later
        on later.tier = task.tier
        and later.judged_on = task.judged_on
        and later.area_code = closure.area_code
        and later.decided_on <= task.as_of
    where later.place = 1
    group by task.plan_id, task.target_id, task.area_code, task.due_on, task.as_of
)
select
    task.plan_id,
    task.target_id,
    task.indicator_id,
    task.area_code,
    task.due_on,
    task.as_of,
    task.judged_on,
    -- titles awaiting their review count, and are named beside; before the first list nothing is known
    case when observation.state = 'ok' then observation.in_force + observation.awaiting end as in_force,
    case when observation.state = 'ok' then observation.awaiting end as awaiting,
    cast(coalesce(decided_count.enterprises, 0) as integer) as decided,
    cast(coalesce(shown_count.enterprises, 0) as integer) as publicity,
    cast(coalesce(later_count.enterprises, 0) as integer) as decided_later
from task
left join mart.observation as observation
    on observation.indicator_id = task.indicator_id
    and observation.area_code = task.area_code
    and observation.period_end = task.judged_on
    and observation.basis = 'in_force'
left join decided_count
    on decided_count.tier = task.tier
    and decided_count.area_code = task.area_code
    and decided_count.judged_on = task.judged_on
left join shown_count
    on shown_count.tier = task.tier
    and shown_count.area_code = task.area_code
    and shown_count.judged_on = task.judged_on
left join later_count
    on later_count.plan_id = task.plan_id
    and later_count.target_id = task.target_id
    and later_count.area_code = task.area_code
    and later_count.due_on = task.due_on
    and later_count.as_of = task.as_of
order by task.plan_id, task.target_id, task.area_code, task.due_on, task.as_of;

drop table later_title;
drop table waiting;
drop table task;
