-- one row per value in force of the areas that a report speaks of: the newest statement of each period
with stated as (
    select
        asked.subject, value.indicator_id as measure, value.period_end, value.value,
        row_number() over (
            partition by asked.subject, value.indicator_id, value.period_end
            order by file.received_on desc nulls last, value.file_id desc, value.sheet desc, value.row desc
        ) as place
    from (select distinct subject, area_code from asked) as asked
    inner join core.reported_value as value on value.area_code = asked.area_code
    left join core.source_file as file on file.file_id = value.file_id
)
select subject, measure, period_end, value from stated where place = 1 and value is not null;
