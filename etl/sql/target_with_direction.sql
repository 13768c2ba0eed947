-- one row per target, area, due date and decision, with the direction and the tier of its indicator
select target.*, indicator.direction, indicator.tier
from core.target as target
inner join core.indicator as indicator on indicator.indicator_id = target.indicator_id;
