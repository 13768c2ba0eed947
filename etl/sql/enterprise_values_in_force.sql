-- one row per value in force of the enterprises that a report speaks of: the newest statement of each period
with known as (
    select asked.subject, enterprise.enterprise_id
    from asked
    inner join core.enterprise as enterprise on enterprise.uscc = asked.uscc
    union
    select asked.subject, enterprise.enterprise_id
    from asked
    inner join core.enterprise as enterprise on enterprise.name_key = asked.name_key
    where asked.uscc is null or enterprise.uscc is null
),
stated as (
    select
        known.subject, value.measure, value.period_end, value.value,
        row_number() over (
            partition by known.subject, value.measure, value.period_end
            order by file.received_on desc nulls last, value.file_id desc, value.sheet desc, value.row desc
        ) as place
    from known
    inner join core.enterprise_value as value on value.enterprise_id = known.enterprise_id
    left join core.source_file as file on file.file_id = value.file_id
)
select subject, measure, period_end, value from stated where place = 1 and value is not null;
