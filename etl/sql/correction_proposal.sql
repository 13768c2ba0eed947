-- one row per refused cell or asked value of the build: where it stands, whose it is, what is the matter
select
    rejected.file_id, rejected.sheet, rejected.row, rejected."column", 'rule' as said_by, rejected.rule as said,
    rejected.value, rejected.candidates, cast(null as double) as number, cast(null as double) as compared_with,
    rejected.name_as_printed as subject, cast(null as varchar) as measure, cast(null as date) as period_end,
    rejected.number as refuses
from core.rejected_row as rejected
-- a row that somebody took out waits for nobody
where rejected.rule <> 'row_dropped'
union all
select
    question.file_id, question.sheet, question.row, question."column", 'measure' as said_by, question.question as said,
    cast(null as varchar) as value, cast(null as varchar) as candidates, question.value as number,
    question.compared_with, coalesce(enterprise.name, area.name_zh) as subject, question.measure, question.period_end,
    cast(0 as bigint) as refuses
from core.value_question as question
left join core.enterprise as enterprise on enterprise.enterprise_id = question.enterprise_id
left join core.area as area on area.area_code = question.area_code
where question.reason is null
order by 1, 2, 3, 4, 6;
