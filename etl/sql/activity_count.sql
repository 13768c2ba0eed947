-- one row per indicator that counts events, area and month end of a year in which some were held there: how many so far
create table mart.activity_count as
with held as (
    select
        fed.indicator_id, closure.ancestor_code as area_code, activity.held_on,
        extract(year from activity.held_on) as year
    from core.activity as activity
    inner join core.activity_indicator as fed on fed.activity = activity.activity
    inner join core.area_closure as closure on closure.area_code = activity.area_code
    where not activity.is_repeated
),
beginning as (
    select indicator_id, area_code, year, min(held_on) as first_on
    from held
    group by indicator_id, area_code, year
)
select
    beginning.indicator_id, beginning.area_code, month.month_end as period_end,
    cast(count(*) as double) as value
from beginning
inner join core.calendar as month
    on extract(year from month.month_end) = beginning.year and month.month_end >= beginning.first_on
inner join held
    on held.indicator_id = beginning.indicator_id
    and held.area_code = beginning.area_code
    and held.year = beginning.year
    and held.held_on <= month.month_end
group by beginning.indicator_id, beginning.area_code, month.month_end
order by beginning.indicator_id, beginning.area_code, month.month_end;
