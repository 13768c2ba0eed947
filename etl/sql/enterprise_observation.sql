-- one row per indicator, area and period: what the enterprises that hold the title on its last day answered, added up
create table mart.enterprise_answer as
with asked as (
    select
        indicator_id, formula, population,
        case when numerator_from = 'enterprise' then numerator end as numerator,
        case when denominator_from = 'enterprise' then denominator end as denominator
    from mart.indicator_source
    where is_asked_from_enterprises
),
part as (
    select indicator_id, 'numerator' as role, numerator as measure from asked where numerator is not null
    union all
    select indicator_id, 'denominator' as role, denominator as measure from asked where denominator is not null
),
-- numbers instead of names and hashes: sorting five million cells by them takes about a fifth of the time
measure as (
    select measure, cast(row_number() over (order by measure) as integer) as measure_number
    from part
    group by measure
),
file as (
    select file_id, cast(row_number() over (order by received_on nulls first, file_id) as integer) as file_number
    from core.source_file
),
-- Of two values of one cell the one in the newest file counts. Decimals: their sum is the same in any order.
-- No measure reaches 10^16 of its unit; what claims to is no answer.
stated as (
    select
        value.enterprise_id, measure.measure_number, value.period_end, cast(value.value as decimal(28, 12)) as amount,
        row_number() over (
            partition by value.enterprise_id, measure.measure_number, value.period_end
            order by
                file.file_number desc nulls last, value.sheet desc nulls last, value.row desc nulls last,
                value.value desc
        ) as place
    from core.enterprise_value as value
    inner join measure on measure.measure = value.measure
    left join file on file.file_id = value.file_id
    where abs(value.value) < 1e16
),
answered_part as (
    select part.indicator_id, part.role, stated.enterprise_id, stated.period_end, stated.amount
    from stated
    inner join measure on measure.measure_number = stated.measure_number
    inner join part on part.measure = measure.measure
    where stated.place = 1
),
-- where a formula has two parts, only who stated both has answered
answer as (
    select
        asked.indicator_id, asked.formula, asked.population, single.enterprise_id, single.period_end,
        case when single.role = 'numerator' then single.amount end as numerator,
        case when single.role = 'denominator' then single.amount end as denominator
    from asked
    inner join answered_part as single on single.indicator_id = asked.indicator_id
    where asked.numerator is null or asked.denominator is null
    union all
    select
        asked.indicator_id, asked.formula, asked.population, pair.enterprise_id, pair.period_end,
        max(case when pair.role = 'numerator' then pair.amount end) as numerator,
        max(case when pair.role = 'denominator' then pair.amount end) as denominator
    from asked
    inner join answered_part as pair on pair.indicator_id = asked.indicator_id
    where asked.numerator is not null and asked.denominator is not null
    group by asked.indicator_id, asked.formula, asked.population, pair.enterprise_id, pair.period_end
    having count(*) = 2
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
