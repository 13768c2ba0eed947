-- one row per day on which a period ends of which enterprises stated a measure
select distinct period_end
from core.enterprise_value
where measure = $measure
