-- one row: the newest month of a build
select max(period_end) as newest
from mart.observation
