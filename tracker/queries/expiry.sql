-- one row per tier, area of the plan and month of the next two years in which titles counted at an as-of date end
select expiry.tier, expiry.area_code, expiry.month_end, expiry.titles, expiry.awaiting
from mart.expiry as expiry
inner join core.plan_area as plan_area on plan_area.area_code = expiry.area_code and plan_area.plan_id = $plan_id
where
    expiry.as_of = cast($as_of as date)
    and expiry.month_end <= last_day(cast($as_of as date) + interval 24 month)
order by expiry.tier, plan_area.sort, expiry.month_end
