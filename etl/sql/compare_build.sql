-- one row: the build itself, and the months whose numbers it holds
select
    build.build_id, build.built_at, build.is_demo, build.data_cutoff,
    min(calendar.month_end) as first_month_end,
    max(calendar.month_end) as last_month_end
from meta.build as build
cross join core.calendar as calendar
group by build.build_id, build.built_at, build.is_demo, build.data_cutoff;
