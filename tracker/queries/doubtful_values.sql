-- one row per indicator, area and basis at an as-of date: stated values behind its number that look like a mistaken unit
with question as (
    select distinct
        dense_rank() over (order by file_id, sheet, row, "column", measure, period_end) as question_id,
        measure, period_end, area_code, enterprise_id,
    from core.value_question
    -- whoever gave a reason has looked
    where question in ('unit_jump', 'implausible', 'percent_as_fraction') and reason is null
),
shown as (
    select indicator_id, area_code, basis, source_period_end
    from mart.observation
    where period_end = $as_of and source_period_end is not null
),
asked as (
    select question.*, source.indicator_id, source.population
    from question
    join mart.indicator_source as source
        on question.measure in (source.numerator, source.denominator)
        or (source.formula = 'reported' and source.indicator_id = question.measure)
),
-- what an area states itself stands behind its own number
own as (
    select asked.question_id, asked.area_code as stated_by, shown.indicator_id, shown.area_code, shown.basis
    from asked
    join shown
        on shown.indicator_id = asked.indicator_id
        and shown.area_code = asked.area_code
        and shown.source_period_end = asked.period_end
),
-- and behind the sum of an area around it, unless that states its number itself
summed as (
    select own.question_id, shown.indicator_id, shown.area_code, shown.basis
    from own
    join core.area_closure as closure on closure.area_code = own.stated_by and closure.ancestor_code <> own.stated_by
    join shown
        on shown.indicator_id = own.indicator_id
        and shown.area_code = closure.ancestor_code
        and shown.basis = own.basis
    anti join mart.period_value as stated
        on stated.indicator_id = shown.indicator_id
        and stated.area_code = shown.area_code
        and stated.period_end = shown.source_period_end
),
-- an enterprise is asked where it holds the title on the last day of the period
answered as (
    select asked.question_id, shown.indicator_id, shown.area_code, shown.basis
    from asked
    join core.tenure as tenure
        on tenure.enterprise_id = asked.enterprise_id
        and tenure.tier = asked.population
        and tenure.status in ('in_force', 'awaiting_review')
        and tenure.from_on <= asked.period_end
        and tenure.to_on > asked.period_end
    join core.area_closure as closure on closure.area_code = tenure.area_code
    join shown
        on shown.indicator_id = asked.indicator_id
        and shown.area_code = closure.ancestor_code
        and shown.source_period_end = asked.period_end
),
behind as (
    select question_id, indicator_id, area_code, basis from own
    union
    select question_id, indicator_id, area_code, basis from summed
    union
    select question_id, indicator_id, area_code, basis from answered
)

select indicator_id, area_code, basis, cast(count(*) as integer) as doubtful_values
from behind
group by indicator_id, area_code, basis
