-- one row per plan that the build was made with, in the order of the catalogue
select plan.plan_id, case $language when 'zh' then plan.short_zh else plan.short_en end as short
from core.plan
order by plan.rowid
