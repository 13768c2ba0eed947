-- one row per indicator that is no tier count: who states each part of its formula, and how long its values hold
create table mart.indicator_source as
with area_measure as (
    select measure from core.measure_definition where level = 'area'
),
sourced as (
    select
        indicator.indicator_id, indicator.formula, indicator.population, indicator.numerator, indicator.denominator,
        indicator.unit, indicator.minimum_coverage_percent, indicator.frequency, indicator.grace_months,
        indicator.growth_base_year,
        -- a part that is asked from areas is theirs, as is all where no tier is asked; the rest the enterprises answer
        case
            when indicator.formula = 'reported' or indicator.population is null then 'area'
            when indicator.formula <> 'mean_of_enterprise_ratios' and top.measure is not null then 'area'
            else 'enterprise'
        end as numerator_from,
        case
            when indicator.formula = 'reported' or indicator.population is null then 'area'
            when indicator.formula = 'ratio_of_sums' and bottom.measure is not null then 'area'
            when indicator.formula in ('ratio_of_sums', 'mean_of_enterprise_ratios') then 'enterprise'
            -- officers that the districts report are divided by all enterprises, for no enterprise was asked
            when top.measure is not null then 'population'
            else 'answered'
        end as denominator_from
    from core.indicator as indicator
    left join area_measure as top on top.measure = indicator.numerator
    left join area_measure as bottom on bottom.measure = indicator.denominator
    where indicator.formula not in ('tier_count', 'rank')
)
select
    indicator_id,
    formula,
    population,
    numerator,
    denominator,
    numerator_from,
    denominator_from,
    numerator_from = 'enterprise' or denominator_from = 'enterprise' as is_asked_from_enterprises,
    numerator_from = 'area' or denominator_from = 'area' as is_asked_from_areas,
    -- only what is counted or paid adds up over areas; an index, a grade or a number of days does not
    formula = 'reported'
    and unit in (
        'enterprise', 'item', 'piece', 'award', 'person', 'project', 'event', 'time', '10k_yuan', '100m_yuan'
    ) as is_count,
    case unit when 'percent' then 100 else 1 end as scale,
    formula = 'growth' as is_growth,
    growth_base_year,
    minimum_coverage_percent,
    -- months from the end of a period to the month in which its value still holds; null: until the next one
    case frequency when 'year' then 12 when 'quarter' then 3 when 'month' then 1 end + grace_months as holds_months
from sourced
order by indicator_id;
