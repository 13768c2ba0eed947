-- one row per indicator that is no tier count, area of a plan that has a target for it, month end and basis
insert into mart.observation (
    indicator_id, area_code, period_end, basis, value, numerator, denominator,
    source_period_end, expected_units, reported_units, state
)
with used as (
    select distinct
        target.indicator_id, target.basis, target.plan_id, plan.area_code as whole_code,
        source.is_count and target.basis not in ('ratio', 'growth', 'rank') as is_count
    from core.target as target
    inner join mart.indicator_source as source on source.indicator_id = target.indicator_id
    inner join core.plan as plan on plan.plan_id = target.plan_id
),
grid as (
    select indicator_id, basis, whole_code as area_code, is_count from used
    union
    select used.indicator_id, used.basis, unit.area_code, used.is_count
    from used
    inner join core.plan_area as unit on unit.plan_id = used.plan_id
    union
    select used.indicator_id, used.basis, target.area_code, used.is_count
    from used
    inner join core.target as target
        on target.plan_id = used.plan_id and target.indicator_id = used.indicator_id and target.basis = used.basis
),
-- the units whose reports make up the whole where it reports nothing itself
unit as (
    select distinct used.indicator_id, used.basis, used.whole_code, unit.area_code
    from used
    inner join core.plan_area as unit on unit.plan_id = used.plan_id
    inner join mart.indicator_source as source on source.indicator_id = used.indicator_id
    where source.is_asked_from_areas and unit.is_summed and unit.area_code <> used.whole_code
),
month as (
    select
        month_end, extract(year from month_end) as year,
        12 * extract(year from month_end) + extract(month from month_end) as month_number
    from core.calendar
),
period as (
    select
        value.indicator_id, value.area_code, value.period_end, value.value, value.numerator, value.denominator,
        value.expected_units, value.reported_units, value.increase,
        extract(year from value.period_end) as year,
        12 * extract(year from value.period_end) + extract(month from value.period_end) as month_number,
        case
            when 100 * value.reported_units < source.minimum_coverage_percent * value.expected_units then 0
            else 1
        end as is_enough
    from mart.period_value as value
    inner join mart.indicator_source as source on source.indicator_id = value.indicator_id
),
-- beside each period the next one, and the newest before it that enough had answered for
in_turn as (
    select
        indicator_id, area_code, period_end, year, is_enough,
        lead(period_end) over (partition by indicator_id, area_code order by period_end) as next_period_end,
        max(case when is_enough = 1 then period_end end) over (
            partition by indicator_id, area_code
            order by period_end
            rows between unbounded preceding and 1 preceding
        ) as enough_before
    from period
),
-- A value holds until the next is due and its grace is over: answers that come in early and are still too few do not
-- push it out before. A cell that says there is none (—) is no answer either, in the same way: silence takes nothing
-- away, only the withdrawal or replacement of a file does.
held as (
    select
        grid.indicator_id, grid.area_code, grid.basis, grid.is_count, month.month_end, month.month_number,
        case
            when
                newest.is_enough = 0
                and (grid.basis <> 'annual' or extract(year from newest.enough_before) = month.year)
                and month.month_number
                    - (12 * extract(year from newest.enough_before) + extract(month from newest.enough_before))
                <= source.holds_months
                then newest.enough_before
            else newest.period_end
        end as period_end
    from grid
    inner join mart.indicator_source as source on source.indicator_id = grid.indicator_id
    cross join month
    left join in_turn as newest
        on newest.indicator_id = grid.indicator_id
        and newest.area_code = grid.area_code
        and newest.period_end <= month.month_end
        and (newest.next_period_end is null or newest.next_period_end > month.month_end)
        and (grid.basis <> 'annual' or newest.year = month.year)
),
-- each area's own value on a month end. An annual task begins anew each year; what was new in a period, beyond what is
-- booked of the same months before, is booked in the month of its end, so that months add up
own as (
    select
        held.indicator_id, held.area_code, held.basis, held.is_count, held.month_end,
        source.population, source.minimum_coverage_percent, population.enterprises,
        period.period_end as source_period_end,
        case
            when held.basis = 'new' and period.month_number < held.month_number then 0
            when held.basis = 'new' then coalesce(period.increase, period.value)
            else period.value
        end as value,
        period.numerator, period.denominator, period.reported_units,
        case when source.denominator_from = 'population' and population.enterprises = 0 then 0 else 1 end as is_due,
        coalesce(
            period.expected_units,
            case
                when source.is_asked_from_enterprises then population.enterprises
                when source.denominator_from = 'population' and population.enterprises = 0 then 0
                else 1
            end
        ) as expected_units,
        case when held.month_number - period.month_number > source.holds_months then 1 else 0 end as is_stale,
        case
            when held.is_count then period.value is not null
            else period.numerator is not null and period.denominator is not null
        end as has_parts
    from held
    inner join mart.indicator_source as source on source.indicator_id = held.indicator_id
    left join period
        on period.indicator_id = held.indicator_id
        and period.area_code = held.area_code
        and period.period_end = held.period_end
    left join mart.population as population
        on population.tier = source.population
        and population.area_code = held.area_code
        and population.day = held.month_end
),
-- the freshest of what the units report
freshest as (
    select unit.whole_code, own.indicator_id, own.basis, own.month_end, min(own.is_stale) as is_stale
    from unit
    inner join own
        on own.indicator_id = unit.indicator_id and own.basis = unit.basis and own.area_code = unit.area_code
    where own.has_parts
    group by unit.whole_code, own.indicator_id, own.basis, own.month_end
),
-- stale units stay out of a sum, unless nothing fresher is left of any
part as (
    select
        unit.whole_code, own.indicator_id, own.basis, own.month_end, own.is_count, own.is_due, own.is_stale,
        own.expected_units, own.reported_units, own.source_period_end, own.numerator, own.denominator,
        case when abs(own.value) < 1e16 then cast(own.value as decimal(28, 12)) end as value,
        own.has_parts and own.is_stale = freshest.is_stale as is_part
    from unit
    inner join own
        on own.indicator_id = unit.indicator_id and own.basis = unit.basis and own.area_code = unit.area_code
    left join freshest
        on freshest.whole_code = unit.whole_code
        and freshest.indicator_id = own.indicator_id
        and freshest.basis = own.basis
        and freshest.month_end = own.month_end
),
summed as (
    select
        indicator_id, whole_code as area_code, basis, month_end,
        sum(case when is_part and is_count then value end) as value,
        sum(case when is_part and not is_count then numerator end) as numerator,
        sum(case when is_part and not is_count then denominator end) as denominator,
        min(case when is_part then source_period_end end) as source_period_end,
        max(case when is_part then source_period_end end) as newest_period_end,
        max(case when is_part then is_stale end) as is_stale,
        sum(case when is_part then 1 else is_due end) as expected_units,
        sum(case when is_part then 1 else 0 end) as reported_units,
        sum(expected_units) as asked,
        sum(case when is_part then reported_units else 0 end) as answered
    from part
    group by indicator_id, whole_code, basis, month_end
),
candidate as (
    select
        indicator_id, area_code, basis, month_end, source_period_end, is_stale, 0 as is_partial, 1 as is_own,
        value, numerator, denominator, expected_units, reported_units,
        expected_units as asked, reported_units as answered
    from own
    where source_period_end is not null
    union all
    select
        summed.indicator_id, summed.area_code, summed.basis, summed.month_end, summed.source_period_end,
        summed.is_stale,
        case when summed.reported_units < summed.expected_units then 1 else 0 end as is_partial,
        0 as is_own,
        coalesce(
            cast(summed.value as double),
            case
                when summed.denominator > 0 and not source.is_growth
                    then source.scale * cast(summed.numerator as double) / cast(summed.denominator as double)
                -- growth of the whole is that of the sums, and only of one and the same period
                when summed.denominator > 0 and summed.numerator >= 0
                    and summed.source_period_end = summed.newest_period_end
                    and extract(year from summed.source_period_end) > coalesce(source.growth_base_year, 0)
                    then source.scale * (
                        power(
                            cast(summed.numerator as double) / cast(summed.denominator as double),
                            cast(1 as double) / case
                                when source.growth_base_year is null then 1
                                else extract(year from summed.source_period_end) - source.growth_base_year
                            end
                        ) - 1
                    )
            end
        ) as value,
        summed.numerator, summed.denominator, summed.expected_units, summed.reported_units,
        summed.asked, summed.answered
    from summed
    inner join mart.indicator_source as source on source.indicator_id = summed.indicator_id
    where summed.reported_units > 0
),
-- what holds before what is stale, the whole before a part, the newest period, the area's own word
ranked as (
    select
        indicator_id, area_code, basis, month_end, source_period_end, is_stale, is_partial,
        value, numerator, denominator, expected_units, reported_units, asked, answered,
        row_number() over (
            partition by indicator_id, area_code, basis, month_end
            order by is_stale, is_partial, source_period_end desc, is_own desc
        ) as place
    from candidate
)
select
    own.indicator_id,
    own.area_code,
    own.month_end as period_end,
    own.basis,
    ranked.value,
    cast(ranked.numerator as double) as numerator,
    cast(ranked.denominator as double) as denominator,
    ranked.source_period_end,
    cast(coalesce(ranked.expected_units, summed.expected_units, own.expected_units, 0) as integer) as expected_units,
    cast(coalesce(ranked.reported_units, 0) as integer) as reported_units,
    case
        when ranked.source_period_end is null and own.population is not null and coalesce(own.enterprises, 0) = 0
            then 'no_data'
        when ranked.source_period_end is null then 'not_reported'
        when ranked.is_stale = 1 then 'stale'
        when ranked.value is null then 'no_data'
        when 100 * ranked.answered < own.minimum_coverage_percent * ranked.asked then 'sample_too_small'
        when ranked.is_partial = 1 then 'partial'
        else 'ok'
    end as state
from own
left join ranked
    on ranked.indicator_id = own.indicator_id
    and ranked.area_code = own.area_code
    and ranked.basis = own.basis
    and ranked.month_end = own.month_end
    and ranked.place = 1
left join summed
    on summed.indicator_id = own.indicator_id
    and summed.area_code = own.area_code
    and summed.basis = own.basis
    and summed.month_end = own.month_end
order by own.indicator_id, own.area_code, own.basis, own.month_end;
