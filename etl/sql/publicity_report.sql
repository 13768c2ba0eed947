-- one row per enterprise that stands on a batch's publicity list or on its decided list only, with its name
select
    difference.tier, difference.event, difference.batch, difference.area_code, difference.in_publicity,
    difference.in_final, difference.is_final, difference.publicity_on, difference.final_on, enterprise.name
from mart.publicity_difference as difference
inner join core.enterprise as enterprise on enterprise.enterprise_id = difference.enterprise_id
order by difference.final_on, difference.tier, difference.event, difference.batch, difference.in_publicity desc,
    difference.area_code, enterprise.name;
