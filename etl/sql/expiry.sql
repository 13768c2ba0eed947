-- one row per tier, area, as-of month and month in which counted titles end unless reviewed
create table mart.expiry as
select
    tier,
    area_code,
    as_of,
    month_end,
    cast(sum(titles) as integer) as titles,
    cast(sum(case when status in ('awaiting_review', 'renewed') then titles else 0 end) as integer) as awaiting
from title_end
where status <> 'decided'
group by tier, area_code, as_of, month_end
order by tier, area_code, as_of, month_end;
