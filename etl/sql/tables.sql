-- one row per entry, as stated above each table; filled by etl/build.py from the catalogue and the inbox
create schema core;
create schema mart;
create schema meta;

-- one row per recognition, review, publicity, change or removal of one enterprise on one list
create table core.recognition_event (
    event_id varchar not null,
    enterprise_id bigint not null,
    tier varchar not null,
    event varchar not null,
    batch varchar,
    cohort_year integer,
    event_on date not null,
    valid_from date,
    valid_to date,
    valid_to_estimated boolean not null,
    counts_from date,
    expires_on date,
    awaiting_until date,
    publicity_until date,
    is_derived boolean not null,
    dated_by varchar,
    document_no varchar,
    name_as_printed varchar,
    title_as_printed varchar,
    area_code varchar not null,
    area_inferred boolean not null,
    -- what the list says, where a person decided another area
    area_printed varchar,
    reading_id varchar not null,
    file_id varchar not null,
    sheet varchar,
    row integer,
    "column" varchar,
    -- the place of its event_id among all: millions are ordered by it in a tenth of the time
    event_number bigint not null
);

-- one row per measure and column of a sheet in which enterprises state it: what their values share, written once
create table core.value_series (
    series_number bigint not null,
    measure varchar not null,
    file_id varchar not null,
    sheet varchar,
    "column" varchar,
    reading_id varchar
);

-- one row per enterprise measure and period, with the row of its cell
create table core.value_cell (
    enterprise_id bigint not null,
    series_number bigint not null,
    period_end date not null,
    value double,
    value_text varchar,
    row integer
);

-- one row per enterprise measure and period, with its cell
create view core.enterprise_value as
select
    cell.enterprise_id, series.measure, cell.period_end, cell.value, cell.value_text, series.file_id, series.sheet,
    cell.row, series."column", series.reading_id
from core.value_cell as cell
inner join core.value_series as series on series.series_number = cell.series_number;

-- one row per reported value of an area and period, with its cell; how many months the period lasts, where that is known
create table core.reported_value (
    area_code varchar not null,
    indicator_id varchar not null,
    period_end date not null,
    value double,
    numerator double,
    denominator double,
    sample_size integer,
    file_id varchar not null,
    sheet varchar,
    row integer,
    "column" varchar,
    reading_id varchar,
    value_text varchar,
    period_months integer
);
