-- one row per tier, area and month whose ladder does not stand where the count of the tier does, or does not add up
select move.rung, move.area_code, move.as_of
from mart.ladder_move as move
inner join core.indicator as indicator on indicator.tier = move.rung and indicator.formula = 'tier_count'
inner join mart.observation as observation
    on observation.indicator_id = indicator.indicator_id
    and observation.area_code = move.area_code
    and observation.period_end = move.as_of
    and observation.basis = 'in_force'
left join mart.ladder_move as before
    on before.rung = move.rung
    and before.area_code = move.area_code
    and before.as_of = last_day(date_trunc('year', move.as_of) - interval 1 day)
where
    observation.value <> move.stock
    or move.stock_before <> coalesce(before.stock, 0)
    or move.entries < 0
    or move.promotions < 0
    or move.exits < 0;
