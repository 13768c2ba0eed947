-- one row per count of titles, area, month and basis whose parts do not add up to it: there must be none
with parts as (
    select
        observation.indicator_id, area.parent_code as area_code, observation.period_end, observation.basis,
        sum(observation.in_force) as in_force, sum(observation.awaiting) as awaiting,
        sum(observation.publicity) as publicity, sum(observation.own_title) as own_title,
        -- titles ever held and new ones have only a value, and a part that no list tells of has none
        case when count(observation.value) = count(*) then sum(observation.value) end as value
    from mart.observation as observation
    inner join core.indicator as indicator on indicator.indicator_id = observation.indicator_id
    inner join core.area as area on area.area_code = observation.area_code
    where indicator.formula = 'tier_count'
    group by observation.indicator_id, area.parent_code, observation.period_end, observation.basis
)
select
    whole.indicator_id, whole.area_code, whole.period_end, whole.basis,
    whole.in_force, parts.in_force as parts_in_force, whole.value, parts.value as parts_value
from mart.observation as whole
inner join parts
    on parts.indicator_id = whole.indicator_id
    and parts.area_code = whole.area_code
    and parts.period_end = whole.period_end
    and parts.basis = whole.basis
where
    whole.in_force <> parts.in_force
    or whole.awaiting <> parts.awaiting
    or whole.publicity <> parts.publicity
    or whole.own_title <> parts.own_title
    or whole.value <> parts.value;
