-- one row per indicator of rank, area that is ranked and month end: 1 is the best place, equals share the better one
insert into mart.observation (
    indicator_id, area_code, period_end, basis, value, numerator, denominator,
    source_period_end, expected_units, reported_units, state
)
with ranked as (
    select
        indicator.indicator_id, counted.indicator_id as counted_id, indicator.rank_basis, among.area_code
    from core.indicator as indicator
    inner join core.indicator_among as among on among.indicator_id = indicator.indicator_id
    inner join core.indicator as counted on counted.indicator_id = indicator.numerator
    where indicator.formula = 'rank'
),
-- titles in force on the day; new ones since the year began
counted as (
    select
        ranked.indicator_id, ranked.area_code, observation.period_end, observation.state,
        case
            when ranked.rank_basis = 'new' then sum(observation.value) over (
                partition by ranked.indicator_id, ranked.area_code, extract(year from observation.period_end)
                order by observation.period_end
                rows between unbounded preceding and current row
            )
            else observation.value
        end as titles
    from ranked
    inner join mart.observation as observation
        on observation.indicator_id = ranked.counted_id
        and observation.area_code = ranked.area_code
        and observation.basis = ranked.rank_basis
),
known as (
    select indicator_id, area_code, period_end, case when state = 'ok' then titles end as titles from counted
),
placed as (
    select
        indicator_id, area_code, period_end, titles,
        case when titles is not null then rank() over (
            partition by indicator_id, period_end order by titles desc nulls last
        ) end as place,
        max(titles) over (partition by indicator_id, period_end) as most,
        count(*) over (partition by indicator_id, period_end) as areas,
        count(titles) over (partition by indicator_id, period_end) as known_areas
    from known
)
select
    indicator_id,
    area_code,
    period_end,
    'rank' as basis,
    -- a race of one has no winner
    case when known_areas > 1 then cast(place as double) end as value,
    titles as numerator,
    cast(most as double) as denominator,
    period_end as source_period_end,
    cast(areas as integer) as expected_units,
    cast(known_areas as integer) as reported_units,
    case
        when titles is null or known_areas < 2 then 'not_reported'
        when known_areas < areas then 'partial'
        else 'ok'
    end as state
from placed
order by indicator_id, area_code, period_end;
