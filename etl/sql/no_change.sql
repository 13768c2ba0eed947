-- one row per change against the build before: none, as there is no earlier build
create table meta.change (
    plan_id varchar,
    indicator_id varchar,
    target_id varchar,
    area_code varchar,
    due_on date,
    as_of_before date,
    as_of date,
    value_before double,
    value_after double,
    state_before varchar,
    state_after varchar
);
