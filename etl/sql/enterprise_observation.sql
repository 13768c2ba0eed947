-- one row per indicator, area and period: what the enterprises that hold the title on its last day answered, added up

-- tables, because DuckDB must know how few rows these have before it joins them with millions
create temporary table asked as
select
    indicator_id, formula, population,
    row_number() over (order by indicator_id) as indicator_number,
    case when numerator_from = 'enterprise' then numerator end as numerator,
    case when denominator_from = 'enterprise' then denominator end as denominator
from mart.indicator_source
where is_asked_from_enterprises;

-- numbers instead of names and hashes: sorting five million cells by them takes about a fifth of the time
create temporary table question as
select
    measure, population,
    cast(row_number() over (order by measure, population) as integer) as question_number
from (
    select numerator as measure, population from asked where numerator is not null
    union
    select denominator as measure, population from asked where denominator is not null
) as named;

create temporary table answered_period as
select
    question.question_number, question.measure, stated.period_end, question.population,
    dense_rank() over (order by question.population, stated.period_end) as period_number
from (
    select distinct series.measure, cell.period_end
    from (select distinct series_number, period_end from core.value_cell) as cell
    inner join core.value_series as series on series.series_number = cell.series_number
) as stated
inner join question on question.measure = stated.measure;

-- the newer the file, the larger the precedence of what its cells state
create temporary table asked_series as
with file as (
    select file_id, row_number() over (order by received_on nulls first, file_id) as file_number
    from core.source_file
)
select
    series.series_number, series.measure,
    dense_rank() over (order by file.file_number nulls first, series.sheet nulls first) as precedence
from core.value_series as series
left join file on file.file_id = series.file_id;

create table mart.enterprise_answer as
with part as (
    select asked.indicator_number, question.question_number, 1 as is_numerator
    from asked
    inner join question on question.measure = asked.numerator and question.population = asked.population
    union all
    select asked.indicator_number, question.question_number, 0 as is_numerator
    from asked
    inner join question on question.measure = asked.denominator and question.population = asked.population
),
area as (
    select area_code, cast(row_number() over (order by area_code) as integer) as area_number
    from core.area_closure
    group by area_code
),
-- who is asked: the holders of the title on the last day of the period
holder as (
    select tenure.enterprise_id * 1000000 + period.period_number as holder_number, area.area_number
    from core.tenure as tenure
    inner join (select distinct population, period_end, period_number from answered_period) as period
        on period.population = tenure.tier
        and tenure.from_on <= period.period_end
        and tenure.to_on > period.period_end
    inner join area on area.area_code = tenure.area_code
    where tenure.status in ('in_force', 'awaiting_review')
),
-- Of two values of one cell the one in the newest file counts. Decimals: their sum is the same in any order.
-- No measure reaches 10^16 of its unit; what claims to is no answer.
stated as (
    select
        period.question_number, value.enterprise_id, holder.area_number, value.period_end,
        cast(value.value as decimal(28, 12)) as amount,
        row_number() over (
            partition by holder.holder_number * 1000 + period.question_number
            order by series.precedence * 100000000 + coalesce(value.row, 0) desc, value.value desc
        ) as place
    from core.value_cell as value
    inner join asked_series as series on series.series_number = value.series_number
    inner join answered_period as period
        on period.measure = series.measure
        and period.period_end = value.period_end
    inner join holder on holder.holder_number = value.enterprise_id * 1000000 + period.period_number
    where abs(value.value) < 1e16
),
answer as (
    select
        part.indicator_number, stated.enterprise_id, stated.area_number, stated.period_end,
        max(case when part.is_numerator = 1 then stated.amount end) as numerator,
        max(case when part.is_numerator = 0 then stated.amount end) as denominator
    from stated
    inner join part on part.question_number = stated.question_number
    where stated.place = 1
    group by part.indicator_number, stated.enterprise_id, stated.area_number, stated.period_end
),
-- where a formula has two parts, only who stated both has answered; a mean of ratios asks for a ratio: an enterprise
-- without key processes has none
counted as (
    select
        answer.indicator_number, answer.area_number, answer.period_end, answer.numerator, answer.denominator,
        case when asked.formula = 'mean_of_enterprise_ratios'
            then cast(answer.numerator as double) / cast(answer.denominator as double) end as ratio
    from answer
    inner join asked on asked.indicator_number = answer.indicator_number
    where
        (asked.numerator is null or answer.numerator is not null)
        and (asked.denominator is null or answer.denominator is not null)
        and (asked.formula <> 'mean_of_enterprise_ratios' or answer.denominator > 0)
),
unit_sum as (
    select
        indicator_number, area_number, period_end,
        count(*) as answered,
        sum(case when numerator > 0 then 1 else 0 end) as yes,
        sum(numerator) as numerator,
        sum(denominator) as denominator,
        sum(case when abs(ratio) < 1e16 then cast(ratio as decimal(28, 12)) end) as ratios
    from counted
    group by indicator_number, area_number, period_end
)
select
    asked.indicator_id,
    closure.ancestor_code as area_code,
    unit_sum.period_end,
    cast(sum(unit_sum.answered) as integer) as answered,
    cast(sum(unit_sum.yes) as integer) as yes,
    sum(unit_sum.numerator) as numerator,
    sum(unit_sum.denominator) as denominator,
    sum(unit_sum.ratios) as ratios
from unit_sum
inner join asked on asked.indicator_number = unit_sum.indicator_number
inner join area on area.area_number = unit_sum.area_number
inner join core.area_closure as closure on closure.area_code = area.area_code
group by asked.indicator_id, closure.ancestor_code, unit_sum.period_end
order by asked.indicator_id, closure.ancestor_code, unit_sum.period_end;

drop table asked;
drop table asked_series;
drop table question;
drop table answered_period;
