-- one row per indicator, area and period for which it has a value of its own, as its formula gives it
create table mart.period_value as
with given_or_counted as (
    select
        area_code, indicator_id, period_end, value, numerator, denominator, file_id, sheet, row,
        coalesce(period_months, 1) as months, 0 as is_counted
    from core.reported_value
    union all
    select
        area_code, indicator_id, period_end, value, cast(null as double), cast(null as double),
        cast(null as varchar), cast(null as varchar), cast(null as integer), extract(month from period_end), 1
    from mart.activity_count
),
-- records of events come before a number that somebody states of them
stated as (
    select
        value.area_code, value.indicator_id as name, value.period_end,
        12 * extract(year from value.period_end) + extract(month from value.period_end) as last_month,
        12 * extract(year from value.period_end) + extract(month from value.period_end) - value.months + 1 as first_month,
        case when abs(value.value) < 1e16 then cast(value.value as decimal(28, 12)) end as value,
        case when abs(value.numerator) < 1e16 then cast(value.numerator as decimal(28, 12)) end as numerator,
        case when abs(value.denominator) < 1e16 then cast(value.denominator as decimal(28, 12)) end as denominator,
        row_number() over (
            partition by value.area_code, value.indicator_id, value.period_end
            order by
                value.is_counted desc, file.received_on desc nulls last, value.file_id desc,
                value.sheet desc nulls last, value.row desc nulls last, value.value desc nulls last
        ) as place,
        row_number() over (
            partition by
                value.area_code, value.indicator_id, value.months,
                extract(year from value.period_end), extract(month from value.period_end)
            order by
                value.period_end desc, value.is_counted desc, file.received_on desc nulls last, value.file_id desc,
                value.sheet desc nulls last, value.row desc nulls last, value.value desc nulls last
        ) as place_of_months
    from given_or_counted as value
    left join core.source_file as file on file.file_id = value.file_id
    where value.value is not null or (value.numerator is not null and value.denominator is not null)
),
part as (
    select indicator_id, 'value' as role, indicator_id as name from mart.indicator_source where formula = 'reported'
    union all
    select indicator_id, 'numerator' as role, numerator as name
    from mart.indicator_source
    where numerator_from = 'area' and numerator is not null
    union all
    select indicator_id, 'denominator' as role, denominator as name
    from mart.indicator_source
    where denominator_from = 'area' and denominator is not null
    union all
    select indicator_id, 'base' as role, numerator as name from mart.indicator_source where is_growth
),
-- the parts of a reported ratio stand beside its value, or under names of their own
given as (
    select
        part.indicator_id, stated.area_code, stated.period_end,
        max(case when part.role = 'value' then stated.value end) as value,
        coalesce(
            max(case when part.role = 'value' then stated.numerator end),
            max(case when part.role = 'numerator' then stated.value end)
        ) as numerator,
        coalesce(
            max(case when part.role = 'value' then stated.denominator end),
            max(case when part.role = 'denominator' then stated.value end)
        ) as denominator
    from part
    inner join stated on stated.name = part.name and stated.place = 1
    where part.role <> 'base'
    group by part.indicator_id, stated.area_code, stated.period_end
),
-- Of statements about the same months (一季度, 上半年) only the widest counts, from the month in which it ends
months as (
    select name, area_code, first_month, last_month, value from stated where place_of_months = 1 and value is not null
),
covered as (
    select
        months.name, months.area_code, months.first_month, months.last_month, months.value,
        min(wider.last_month) as until_month
    from months
    left join months as wider
        on wider.name = months.name
        and wider.area_code = months.area_code
        and wider.first_month <= months.last_month
        and wider.last_month >= months.first_month
        and (
            wider.first_month < months.first_month
            or (wider.first_month = months.first_month and wider.last_month > months.last_month)
        )
    group by months.name, months.area_code, months.first_month, months.last_month, months.value
),
booked as (
    select name, area_code, last_month as month_number, value
    from covered
    where until_month is null or until_month > last_month
    union all
    select name, area_code, until_month, -value from covered where until_month > last_month
),
increase as (
    select name, area_code, month_number, sum(value) as value from booked group by name, area_code, month_number
),
-- growth compares with the same period of the year before, or of the year from which its average counts
compared as (
    select
        given.indicator_id, given.area_code, given.period_end, given.value, given.numerator,
        coalesce(base.value, given.denominator) as denominator
    from given
    inner join mart.indicator_source as source on source.indicator_id = given.indicator_id
    left join part on part.indicator_id = given.indicator_id and part.role = 'base'
    left join stated as base
        on base.name = part.name
        and base.place = 1
        and base.area_code = given.area_code
        and extract(year from base.period_end) = coalesce(
            source.growth_base_year, extract(year from given.period_end) - 1
        )
        and extract(month from base.period_end) = extract(month from given.period_end)
),
by_area as (
    select
        source.indicator_id, given.area_code, given.period_end, source.scale, given.value,
        -- a count is no ratio, whatever stands beside it
        case
            when source.is_count then null
            when source.numerator_from = 'area' then given.numerator
            -- where nobody holds the title there is nothing to ask, and the share is a true zero
            when population.enterprises = 0 then 0
            else answer.numerator
        end as numerator,
        case
            when source.is_count then null
            when source.denominator_from = 'area' then given.denominator
            when source.denominator_from = 'population' then population.enterprises
            else answer.denominator
        end as denominator,
        cast(null as double) as mean_ratio,
        case when source.is_asked_from_enterprises then population.enterprises else 1 end as expected_units,
        case when source.is_asked_from_enterprises then coalesce(answer.answered, 0) else 1 end as reported_units
    from compared as given
    inner join mart.indicator_source as source on source.indicator_id = given.indicator_id
    left join mart.enterprise_answer as answer
        on answer.indicator_id = given.indicator_id
        and answer.area_code = given.area_code
        and answer.period_end = given.period_end
    left join mart.population as population
        on population.tier = source.population
        and population.area_code = given.area_code
        and population.day = given.period_end
),
by_enterprise as (
    select
        source.indicator_id, answer.area_code, answer.period_end, source.scale,
        cast(null as decimal(28, 12)) as value,
        case source.formula when 'share_of_enterprises' then answer.yes else answer.numerator end as numerator,
        case source.denominator_from when 'answered' then answer.answered else answer.denominator end as denominator,
        cast(answer.ratios as double) / answer.answered as mean_ratio,
        population.enterprises as expected_units,
        answer.answered as reported_units
    from mart.enterprise_answer as answer
    inner join mart.indicator_source as source on source.indicator_id = answer.indicator_id
    inner join mart.population as population
        on population.tier = source.population
        and population.area_code = answer.area_code
        and population.day = answer.period_end
    where not source.is_asked_from_areas
),
own as (
    select
        indicator_id, area_code, period_end, scale, value, numerator, denominator, mean_ratio,
        expected_units, reported_units
    from by_area
    union all
    select
        indicator_id, area_code, period_end, scale, value, numerator, denominator, mean_ratio,
        expected_units, reported_units
    from by_enterprise
)
select
    own.indicator_id,
    own.area_code,
    own.period_end,
    -- a ratio over zero is no value; its parts stay, for they belong to the ratio of the whole
    coalesce(
        cast(own.value as double),
        own.scale * own.mean_ratio,
        case
            when own.denominator > 0 and not source.is_growth
                then own.scale * cast(own.numerator as double) / cast(own.denominator as double)
            when own.denominator > 0 and own.numerator >= 0
                and extract(year from own.period_end) > coalesce(source.growth_base_year, 0)
                then own.scale * (
                    power(
                        cast(own.numerator as double) / cast(own.denominator as double),
                        cast(1 as double) / case
                            when source.growth_base_year is null then 1
                            else extract(year from own.period_end) - source.growth_base_year
                        end
                    ) - 1
                )
        end
    ) as value,
    own.numerator,
    own.denominator,
    own.expected_units,
    own.reported_units,
    -- what the period adds to what is booked of its months before
    case
        when source.formula = 'reported' and own.value is not null then coalesce(cast(increase.value as double), 0)
    end as increase
from own
inner join mart.indicator_source as source on source.indicator_id = own.indicator_id
left join increase
    on increase.name = own.indicator_id
    and increase.area_code = own.area_code
    and increase.month_number = 12 * extract(year from own.period_end) + extract(month from own.period_end)
where own.value is not null or (own.numerator is not null and own.denominator is not null)
order by own.indicator_id, own.area_code, own.period_end;
