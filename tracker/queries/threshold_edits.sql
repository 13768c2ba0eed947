-- one row per edit of a threshold, newest first: what it was, what it became, who, why, and whether it holds
select
    edit.edit_no,
    edit.threshold_id,
    case $language when 'zh' then threshold.name_zh else threshold.name_en end as name,
    threshold.unit,
    edit.before,
    coalesce(edit.value, edit.default_value) as value,
    edit.value is null as is_withdrawal,
    edit.default_value,
    edit.edited_by,
    edit.edited_at,
    edit.reason,
    edit.is_in_force,
from core.threshold_edit as edit
join core.threshold using (threshold_id)
order by edit.edit_no desc
