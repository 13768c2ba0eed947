-- one row per measure, period and unit that owes it under a plan: when it was due, when it first came, in which file
with recursive received as (
    select file_id, received_on, supersedes from core.source_file
    union
    select received.file_id, older.received_on, older.supersedes
    from received
    inner join core.source_file as older on older.file_id = received.supersedes
),
-- a file that replaces another came in time when the first one did
receipt as (
    select received.file_id, min(received.received_on) as first_on, max(received.received_on) as received_on
    from received
    group by received.file_id
),
indicator as (
    select
        target.indicator_id, min(target.starts_on) as starts_on, max(target.due_on) as ends_on,
        min(target.owner_units) as owner_units
    from core.target as target
    where target.plan_id = $plan_id
        -- events are counted from their records: a month without one owes nothing
        and target.indicator_id not in (select indicator_id from core.activity_indicator)
    group by target.indicator_id
),
formula as (
    select
        indicator.indicator_id, indicator.starts_on, indicator.ends_on,
        coalesce(nullif(split_part(indicator.owner_units, ',', 1), ''), plan.area_code) as owner,
        source.population, source.numerator, source.denominator, source.numerator_from, source.denominator_from,
        definition.frequency, definition.grace_months,
        source.formula = 'reported' and (source.numerator is null or source.denominator is null) as is_whole
    from indicator
    inner join core.plan as plan on plan.plan_id = $plan_id
    inner join mart.indicator_source as source on source.indicator_id = indicator.indicator_id
    inner join core.indicator as definition on definition.indicator_id = indicator.indicator_id
),
part as (
    select *, numerator as measure, numerator_from as level from formula where numerator is not null and not is_whole
    union all
    select *, denominator, denominator_from
    from formula
    where denominator is not null and not is_whole and denominator_from in ('area', 'enterprise')
    union all
    select *, indicator_id, 'area' from formula where is_whole
),
asked as (
    select
        part.indicator_id, part.measure, part.level, part.owner, part.population, part.grace_months,
        coalesce(definition.frequency, part.frequency) as frequency,
        part.starts_on, part.ends_on
    from part
    left join core.measure_definition as definition on definition.measure = part.measure
),
period as (
    select
        asked.indicator_id, asked.measure, asked.level, asked.owner, asked.population, asked.frequency,
        calendar.month_end as period_end,
        last_day(calendar.month_end + asked.grace_months * interval 1 month) as due_on
    from asked
    inner join core.calendar as calendar
        on calendar.month_end between asked.starts_on and asked.ends_on
        and case asked.frequency
            when 'month' then true
            when 'quarter' then extract(month from calendar.month_end) % 3 = 0
            when 'year' then extract(month from calendar.month_end) = 12
            else false
        end
    where calendar.month_end > $since and calendar.month_end <= $until
),
district as (
    select unit.area_code
    from core.plan_area as unit
    inner join core.plan as plan on plan.plan_id = unit.plan_id
    where unit.plan_id = $plan_id and unit.is_summed and unit.area_code <> plan.area_code
),
-- who has ever stated a measure of areas goes on stating it; what nobody ever stated the responsible unit owes
stated as (
    select distinct asked.measure, value.area_code
    from asked
    inner join core.reported_value as value on value.indicator_id in (asked.measure, asked.indicator_id)
    where asked.level = 'area'
),
owed_by_area as (
    select
        period.*, district.area_code as reporter, district.area_code,
        cast(null as bigint) as asked, cast(null as bigint) as answered
    from period
    inner join stated on stated.measure = period.measure
    inner join district on district.area_code = stated.area_code
    where period.level = 'area'
    union all
    select period.*, period.owner, plan.area_code, null, null
    from period
    inner join core.plan as plan on plan.plan_id = $plan_id
    where period.level = 'area'
        and (
            exists (
                select 1 from stated where stated.measure = period.measure and stated.area_code = plan.area_code
            )
            or not exists (
                select 1
                from stated
                inner join district on district.area_code = stated.area_code
                where stated.measure = period.measure
            )
        )
),
holder as (
    select distinct
        period.measure, period.frequency, period.period_end, district.area_code, tenure.enterprise_id
    from period
    inner join core.tenure as tenure
        on tenure.tier = period.population
        and tenure.status in ('in_force', 'awaiting_review')
        and tenure.from_on <= period.period_end
        and tenure.to_on > period.period_end
    inner join core.area_closure as closure on closure.area_code = tenure.area_code
    inner join district on district.area_code = closure.ancestor_code
    where period.level = 'enterprise'
),
answer as (
    select
        holder.measure, holder.frequency, holder.period_end, holder.area_code,
        count(distinct holder.enterprise_id) as asked,
        count(distinct value.enterprise_id) as answered
    from holder
    left join core.enterprise_value as value
        on value.enterprise_id = holder.enterprise_id
        and value.measure = holder.measure
        and value.period_end = holder.period_end
    group by holder.measure, holder.frequency, holder.period_end, holder.area_code
),
owed as (
    select * from owed_by_area
    union all
    select period.*, answer.area_code, answer.area_code, answer.asked, answer.answered
    from period
    inner join answer
        on answer.measure = period.measure
        and answer.frequency = period.frequency
        and answer.period_end = period.period_end
    where period.level = 'enterprise'
),
statement as (
    select value.area_code, value.indicator_id as measure, value.period_end, value.file_id, 'area' as level
    from core.reported_value as value
    union
    select holder.area_code, holder.measure, holder.period_end, value.file_id, 'enterprise'
    from holder
    inner join core.enterprise_value as value
        on value.enterprise_id = holder.enterprise_id
        and value.measure = holder.measure
        and value.period_end = holder.period_end
),
found as (
    select
        owed.reporter, owed.area_code, owed.level, owed.measure, owed.frequency, owed.period_end,
        min(owed.due_on) as due_on, max(owed.asked) as asked, max(owed.answered) as answered,
        min(receipt.first_on) as received_on,
        arg_max(file.original_name, concat(cast(receipt.received_on as varchar), receipt.file_id)) as file_name
    from owed
    left join statement
        on statement.level = owed.level
        and statement.area_code = owed.area_code
        and statement.period_end = owed.period_end
        and (statement.measure = owed.measure or (owed.level = 'area' and statement.measure = owed.indicator_id))
    left join receipt on receipt.file_id = statement.file_id
    left join core.source_file as file on file.file_id = statement.file_id
    group by owed.reporter, owed.area_code, owed.level, owed.measure, owed.frequency, owed.period_end
)
select
    found.reporter,
    found.area_code,
    found.level,
    found.measure,
    found.frequency,
    found.period_end,
    found.due_on,
    found.asked,
    found.answered,
    found.received_on,
    found.file_name,
    case
        when found.reporter = found.area_code and $language = 'zh' then area.name_zh
        when found.reporter = found.area_code then area.name_en
        when $language = 'zh' then unit.name_zh
        else unit.name_en
    end as reporter_name,
    coalesce(
        case $language when 'zh' then definition.name_zh else definition.name_en end,
        case $language when 'zh' then indicator.name_zh else indicator.name_en end
    ) as measure_name,
from found
left join core.area as area on area.area_code = found.area_code
left join core.plan_unit as unit on unit.plan_id = $plan_id and unit.unit = found.reporter
left join core.measure_definition as definition on definition.measure = found.measure
left join core.indicator as indicator on indicator.indicator_id = found.measure
order by
    found.period_end desc, found.reporter <> found.area_code, area.sort, found.reporter, found.level, found.frequency,
    found.measure
