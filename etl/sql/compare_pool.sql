-- one row per entry of one of some enterprises into a cultivation pool that it has not left by a day
select
    pool.enterprise_id, pool.level, pool.entered_on, pool.area_code,
    file.original_name as file, pool.sheet as file_sheet, pool.row as file_row
from core.pool_entry as pool
inner join (select unnest(cast($enterprise_ids as bigint[])) as enterprise_id) as asked
    on asked.enterprise_id = pool.enterprise_id
left join core.source_file as file on file.file_id = pool.file_id
where pool.left_on is null or pool.left_on > $day
order by pool.enterprise_id, pool.entered_on, pool.file_id, pool.sheet, pool.row;
