-- one row: the first day on which a publicity ended in whatever way, and how many values look like a mistaken unit
select
    (select min(to_on) from core.example_tenure where status = 'publicity') as first_publicity_end,
    (
        select count(*)
        from core.value_question
        where question in ('unit_jump', 'implausible', 'percent_as_fraction') and reason is null
    ) as doubtful_values,
