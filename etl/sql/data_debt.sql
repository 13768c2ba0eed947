-- one row per data debt: something that makes a published number less certain, with where and how many
create table core.data_debt as
with rejected as (
    select
        case when kind in ('enterprise_values', 'area_values') then 'values_rejected' else 'rows_rejected' end as kind,
        reading_id, tier, area_code, rejected as number, cast(null as varchar) as detail
    from core.source_reading
    where rejected > 0
),
-- cells of ledgers, whose rows stay for their other cells
cells as (
    select
        'cells_rejected' as kind, reading_id, tier, area_code, rejected_cells as number, cast(null as varchar) as detail
    from core.source_reading
    where rejected_cells > 0
),
announced as (
    select
        'announced_differs' as kind, announced_number.reading_id, reading.tier,
        case announced_number.scope when 'total' then reading.area_code else announced_number.scope end as area_code,
        announced_number.announced as number,
        cast(announced_number.read as varchar) as detail
    from core.announced_number as announced_number
    inner join core.source_reading as reading on reading.reading_id = announced_number.reading_id
    where announced_number.announced <> announced_number.read
),
estimated as (
    select
        'window_estimated' as kind, reading.reading_id, event.tier, reading.area_code, count(*) as number,
        cast(null as varchar) as detail
    from core.recognition_event as event
    inner join core.source_reading as reading on reading.reading_id = event.reading_id
    where event.valid_to_estimated and coalesce(event.dated_by, 'row') not in ('catalog', 'year')
    group by reading.reading_id, event.tier, reading.area_code
),
-- titles of ledgers that took their day from elsewhere
dated as (
    select
        concat('ledger_dated_by_', event.dated_by) as kind, reading.reading_id, event.tier, reading.area_code,
        count(*) as number,
        case event.dated_by when 'year' then min(reading.year_day) when 'held' then cast(min(event.event_on) as varchar) end
            as detail
    from core.recognition_event as event
    inner join core.source_reading as reading on reading.reading_id = event.reading_id
    where event.dated_by in ('notice', 'catalog', 'year', 'held')
    group by event.dated_by, reading.reading_id, event.tier, reading.area_code
),
differing as (
    select
        'ledger_differs' as kind, difference.reading_id, difference.tier, reading.area_code,
        count(distinct concat(difference.sheet, ' ', cast(difference.row as varchar))) as number,
        min(concat(difference.name_as_printed, ' ', difference.ledger_says, ' / ', difference.notice_says)) as detail
    from core.ledger_difference as difference
    inner join core.source_reading as reading on reading.reading_id = difference.reading_id
    group by difference.reading_id, difference.tier, reading.area_code
),
unassigned as (
    select
        'area_unassigned' as kind, event.reading_id, event.tier, event.area_code, count(*) as number,
        cast(null as varchar) as detail
    from core.recognition_event as event
    inner join core.area as area on area.area_code = event.area_code
    -- a province that follows its cities misses nothing where only the city is known
    where area.kind = 'unassigned' and not event.is_derived
        and area.parent_code in (
            select part.parent_code
            from core.plan_area as unit
            inner join core.area as part on part.area_code = unit.area_code
        )
    group by event.reading_id, event.tier, event.area_code
),
-- titles whose months of waiting ran out while no review result was ever loaded
overdue as (
    select
        'review_overdue' as kind, cast(null as varchar) as reading_id, tenure.tier, tenure.area_code,
        count(*) as number, cast(null as varchar) as detail
    from core.tenure as tenure
    inner join core.recognition_event as title
        on title.enterprise_id = tenure.enterprise_id
        and title.tier = tenure.tier
        and title.awaiting_until = tenure.to_on
    where
        tenure.status = 'awaiting_review'
        and tenure.via_tier = tenure.tier
        and tenure.to_on <= (select max(month_end) from core.calendar)
    group by tenure.tier, tenure.area_code
),
-- publicities whose months ran out while no decision was ever loaded
undecided as (
    select
        'publicity_overdue' as kind, shown.reading_id, tenure.tier, reading.area_code, count(*) as number,
        cast(null as varchar) as detail
    from core.tenure as tenure
    inner join core.recognition_event as shown
        on shown.enterprise_id = tenure.enterprise_id
        and shown.tier = tenure.tier
        and shown.publicity_until = tenure.to_on
        and shown.event in ('publicity', 'review_publicity')
    inner join core.source_reading as reading on reading.reading_id = shown.reading_id
    where
        tenure.status = 'publicity'
        and tenure.via_tier = tenure.tier
        and tenure.to_on <= (select max(month_end) from core.calendar)
    group by shown.reading_id, tenure.tier, reading.area_code
),
-- a whole number is printed as one
question as (
    select
        question, reading_id, enterprise_id, area_code, "column", row, reason,
        case
            when compared_with = floor(compared_with) then cast(cast(compared_with as decimal(38, 0)) as varchar)
            else cast(compared_with as varchar)
        end as compared_before,
        case
            when value = floor(value) then cast(cast(value as decimal(38, 0)) as varchar)
            else cast(value as varchar)
        end as shown_value
    from core.value_question
),
-- values that ask for a reason, with one of them: whose, in which cell, before and after, and the reason if given;
-- areas and indicators in details are codes in brackets, which readers see as names in their language
asked as (
    select
        question.question as kind, question.reading_id, cast(null as varchar) as tier, reading.area_code,
        count(*) as number,
        min(concat(
            coalesce(enterprise.name, concat('[area:', question.area_code, ']')), ' ', question."column", cast(question.row as varchar), ': ',
            case when question.compared_before is null then '' else concat(question.compared_before, ' → ') end,
            question.shown_value,
            case when question.reason is null then '' else concat(' (', question.reason, ')') end
        )) as detail
    from question
    inner join core.source_reading as reading on reading.reading_id = question.reading_id
    left join core.enterprise as enterprise on enterprise.enterprise_id = question.enterprise_id
    group by question.question, question.reading_id, reading.area_code
),
-- days of lists that look odd, with the cell of the first where a row has its own
odd_day as (
    select
        asked.question as kind, asked.reading_id, reading.tier, reading.area_code, greatest(asked.number, 1) as number,
        concat(
            case
                when asked.row is null then ''
                else concat(coalesce(asked.sheet, ''), ' ', coalesce(asked."column", ''), cast(asked.row as varchar), ': ')
            end,
            cast(asked.day as varchar), ' / ', cast(asked.compared_with as varchar),
            case when asked.other is null then '' else concat(' ', asked.other) end
        ) as detail
    from core.day_question as asked
    inner join core.source_reading as reading on reading.reading_id = asked.reading_id
),
identity as (
    select
        question as kind, cast(null as varchar) as reading_id, cast(null as varchar) as tier,
        cast(null as varchar) as area_code, count(*) as number,
        min(concat(coalesce(uscc, ''), ' ', coalesce(name_key, ''), ' ', array_to_string(others, '、'))) as detail
    from core.identity_question
    group by question
),
repeated as (
    select
        'rows_repeated' as kind, reading.reading_id, reading.tier, reading.area_code, gap.number,
        cast(null as varchar) as detail
    from core.reading_gap as gap
    inner join core.source_reading as reading on reading.reading_id = gap.reading_id
    where gap.gap = 'duplicate'
),
-- corrections that apply nowhere any more, or where something else is printed than they expect
unapplied as (
    select
        concat('correction_', correction.cause) as kind, cast(null as varchar) as reading_id, correction.tier,
        correction.area_code, count(*) as number,
        min(concat(
            correction.correction_id, ' ', coalesce(file.original_name, correction.enterprise, concat('[area:', correction.area_code, ']')), ' ',
            coalesce(correction.sheet, ''), ' ', coalesce(correction."column", ''),
            coalesce(cast(correction.row as varchar), ''),
            ': ', correction.expected,
            case when correction.old_value is null then '' else concat(' / ', correction.old_value) end
        )) as detail
    from core.correction as correction
    left join core.source_file as file on file.file_id = correction.file_id
    where correction.state in ('not_needed', 'guard_failed')
    group by correction.correction_id, correction.cause, correction.tier, correction.area_code
),
-- what areas state of events that are also on record, the newest statement of each period
event_stated as (
    select
        value.area_code, value.indicator_id, value.period_end, value.value, value.reading_id,
        row_number() over (
            partition by value.area_code, value.indicator_id, value.period_end
            order by file.received_on desc, value.file_id desc, value.sheet desc, value.row desc
        ) as place
    from core.reported_value as value
    inner join core.source_file as file on file.file_id = value.file_id
    where value.value is not null and value.indicator_id in (select indicator_id from core.activity_indicator)
),
-- another number than there are records
event_differs as (
    select
        'activity_differs' as kind, stated.reading_id, cast(null as varchar) as tier, stated.area_code,
        stated.value as number,
        concat(
            '[indicator:', stated.indicator_id, '] ', cast(stated.period_end as varchar), ' ',
            cast(counted.value as integer)
        ) as detail
    from event_stated as stated
    inner join mart.activity_count as counted
        on counted.indicator_id = stated.indicator_id
        and counted.area_code = stated.area_code
        and counted.period_end = stated.period_end
    where stated.place = 1 and stated.value <> counted.value
),
-- a number without records, in an area whose whole is counted by records
event_unrecorded as (
    select
        'activity_unrecorded' as kind, stated.reading_id, cast(null as varchar) as tier, stated.area_code,
        stated.value as number,
        concat('[indicator:', stated.indicator_id, '] ', cast(stated.period_end as varchar)) as detail
    from event_stated as stated
    where
        stated.place = 1
        -- none reported and none recorded agree
        and stated.value <> 0
        and not exists (
            select 1
            from mart.activity_count as counted
            where
                counted.indicator_id = stated.indicator_id
                and counted.area_code = stated.area_code
                and counted.period_end = stated.period_end
        )
        and exists (
            select 1
            from mart.activity_count as counted
            inner join core.area_closure as closure on closure.ancestor_code = counted.area_code
            where
                counted.indicator_id = stated.indicator_id
                and closure.area_code = stated.area_code
                and counted.period_end = stated.period_end
        )
),
unreadable as (
    select
        'file_unreadable' as kind, cast(null as varchar) as reading_id, cast(null as varchar) as tier,
        cast(null as varchar) as area_code, 1 as number, file.original_name as detail
    from core.unreadable_file as unreadable
    inner join core.source_file as file on file.file_id = unreadable.file_id
),
-- files that were lost, and without which somebody decided to go on
given_up as (
    select
        'file_given_up' as kind, cast(null as varchar) as reading_id, cast(null as varchar) as tier,
        cast(null as varchar) as area_code, count(*) as number, concat(given_up_by, ' ', reason) as detail
    from core.given_up_file
    group by given_up_by, reason
),
debt as (
    select kind, reading_id, tier, area_code, cast(number as integer) as number, detail from given_up
    union all
    select kind, reading_id, tier, area_code, cast(number as integer) as number, detail from event_differs
    union all
    select kind, reading_id, tier, area_code, cast(number as integer) as number, detail from event_unrecorded
    union all
    select kind, reading_id, tier, area_code, cast(number as integer) as number, detail from unreadable
    union all
    select kind, reading_id, tier, area_code, cast(number as integer) as number, detail from repeated
    union all
    select kind, reading_id, tier, area_code, cast(number as integer) as number, detail from unapplied
    union all
    select kind, reading_id, tier, area_code, cast(number as integer) as number, detail from rejected
    union all
    select kind, reading_id, tier, area_code, cast(number as integer) as number, detail from cells
    union all
    select kind, reading_id, tier, area_code, cast(number as integer) as number, detail from announced
    union all
    select kind, reading_id, tier, area_code, cast(number as integer) as number, detail from estimated
    union all
    select kind, reading_id, tier, area_code, cast(number as integer) as number, detail from dated
    union all
    select kind, reading_id, tier, area_code, cast(number as integer) as number, detail from differing
    union all
    select kind, reading_id, tier, area_code, cast(number as integer) as number, detail from unassigned
    union all
    select kind, reading_id, tier, area_code, cast(number as integer) as number, detail from overdue
    union all
    select kind, reading_id, tier, area_code, cast(number as integer) as number, detail from undecided
    union all
    select kind, reading_id, tier, area_code, cast(number as integer) as number, detail from asked
    union all
    select kind, reading_id, tier, area_code, cast(number as integer) as number, detail from odd_day
    union all
    select kind, reading_id, tier, area_code, cast(number as integer) as number, detail from identity
)
-- what keeps a reading from being complete may have been accepted by somebody; it stays a debt
select kind, reading_id, tier, area_code, number, detail, accepted_by, accepted_on, accept_reason
from (
    select
        debt.kind, debt.reading_id, debt.tier, debt.area_code, debt.number, debt.detail,
        reading.accepted_by, reading.accepted_on, reading.accept_reason,
        -- a file read twice, as shown to the public and as decided, owes the same only once; what is open stands
        row_number() over (
            partition by debt.kind, coalesce(owner.file_id, ''), debt.tier, debt.area_code, debt.number, debt.detail
            order by reading.accepted_by is not null, debt.reading_id desc
        ) as place
    from debt
    left join core.source_reading as owner on owner.reading_id = debt.reading_id
    left join core.source_reading as reading
        on reading.reading_id = debt.reading_id
        and debt.kind in ('rows_rejected', 'values_rejected', 'cells_rejected', 'rows_repeated', 'announced_differs')
) as found
where place = 1
order by kind, reading_id, tier, area_code, detail;
