-- one row per indicator, area and period: what the enterprises that hold the title on its last day answered, added up
create table mart.enterprise_answer as
with asked as (
    select
        indicator_id, formula, population,
        case when numerator_from = 'enterprise' then numerator end as numerator,
        case when denominator_from = 'enterprise' then denominator end as denominator
    from mart.indicator_source
    where numerator_from = 'enterprise' or denominator_from = 'enterprise'
),
measure as (
    select numerator as measure from asked where numerator is not null
    union
    select denominator as measure from asked where denominator is not null
),
-- Of two values of one cell the one in the newest file counts. Decimals: their sum is the same in any order.
-- No measure reaches 10^16 of its unit; what claims to is no answer.
stated as (
    select
        value.enterprise_id, value.measure, value.period_end, cast(value.value as decimal(28, 12)) as amount,
        row_number() over (
            partition by value.enterprise_id, value.measure, value.period_end
            order by
                file.received_on desc nulls last, value.file_id desc,
                value.sheet desc nulls last, value.row desc nulls last, value."column" desc nulls last, value.value desc
        ) as place
    from core.enterprise_value as value
    inner join measure on measure.measure = value.measure
    left join core.source_file as file on file.file_id = value.file_id
    where abs(value.value) < 1e16
),
number as (
    select enterprise_id, measure, period_end, amount from stated where place = 1
),
answer as (
    select
        asked.indicator_id, asked.formula, asked.population, number.enterprise_id, number.period_end,
        case when number.measure = asked.numerator then number.amount end as numerator,
        case when number.measure = asked.denominator then number.amount end as denominator
    from asked
    inner join number on number.measure = coalesce(asked.numerator, asked.denominator)
    where asked.numerator is null or asked.denominator is null
    union all
    select
        asked.indicator_id, asked.formula, asked.population, top.enterprise_id, top.period_end,
        top.amount as numerator, bottom.amount as denominator
    from asked
    inner join number as top on top.measure = asked.numerator
    inner join number as bottom
        on bottom.measure = asked.denominator
        and bottom.enterprise_id = top.enterprise_id
        and bottom.period_end = top.period_end
),
-- a mean of ratios asks for a ratio: an enterprise without key processes has none
counted as (
    select
        indicator_id, formula, population, enterprise_id, period_end, numerator, denominator,
        case when denominator > 0 then cast(numerator as double) / cast(denominator as double) end as ratio
    from answer
    where formula <> 'mean_of_enterprise_ratios' or denominator > 0
),
unit_sum as (
    select
        counted.indicator_id, tenure.area_code, counted.period_end,
        count(*) as answered,
        sum(case when counted.numerator > 0 then 1 else 0 end) as yes,
        sum(counted.numerator) as numerator,
        sum(counted.denominator) as denominator,
        sum(case when counted.formula = 'mean_of_enterprise_ratios' and abs(counted.ratio) < 1e16
            then cast(counted.ratio as decimal(28, 12)) end) as ratios
    from counted
    inner join core.tenure as tenure
        on tenure.enterprise_id = counted.enterprise_id
        and tenure.tier = counted.population
        and tenure.from_on <= counted.period_end
        and tenure.to_on > counted.period_end
        and tenure.status in ('in_force', 'awaiting_review')
    group by counted.indicator_id, tenure.area_code, counted.period_end
)
select
    unit_sum.indicator_id,
    closure.ancestor_code as area_code,
    unit_sum.period_end,
    cast(sum(unit_sum.answered) as integer) as answered,
    cast(sum(unit_sum.yes) as integer) as yes,
    sum(unit_sum.numerator) as numerator,
    sum(unit_sum.denominator) as denominator,
    sum(unit_sum.ratios) as ratios
from unit_sum
inner join core.area_closure as closure on closure.area_code = unit_sum.area_code
group by unit_sum.indicator_id, closure.ancestor_code, unit_sum.period_end
order by unit_sum.indicator_id, closure.ancestor_code, unit_sum.period_end;
