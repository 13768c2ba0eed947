-- one row per tier and bucket of enterprises: a number that is the same in two builds where both count the same
-- enterprises of the bucket on every day
-- in which area an enterprise counts follows from what lies in what
with placed as (
    select area_code, sum(hash(ancestor_code)) as inside from core.area_closure group by area_code
),
counted as (
    select tenure.enterprise_id as example_id, tenure.tier, hash(placed.inside, tenure.from_on, tenure.to_on) as said
    from core.example_tenure as tenure
    join placed using (area_code)
    where tenure.status in ('in_force', 'awaiting_review')
    union all
    select
        first_title.enterprise_id,
        first_title.tier,
        hash(placed.inside, first_title.first_on, first_title.is_new, 'first'),
    from core.example_first_title as first_title
    join placed using (area_code)
),
-- by history, which many enterprises share: those with the same have the same titles on every day
of_history as (
    select example_id, tier, sum(said) as said from counted group by example_id, tier
),
named as (
    select history.example_id, hash(enterprise.uscc, enterprise.name_key, enterprise.name) as who
    from core.history as history
    join core.enterprise as enterprise on enterprise.enterprise_id = history.enterprise_id
)

select
    indicator.indicator_id,
    cast(named.who % 16384 as integer) as bucket,
    cast(sum(hash(named.who, of_history.said)) % 9223372036854775807 as bigint) as digest,
from core.indicator
join of_history using (tier)
join named using (example_id)
group by indicator.indicator_id, named.who % 16384
