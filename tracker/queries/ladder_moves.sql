-- one row per rung and area inside a viewed area on a date, and per rung of the area itself at the end of each year before
select
    move.rung,
    move.area_code,
    move.as_of,
    move.stock_before,
    move.entries,
    move.moved_in,
    move.promotions,
    move.exits,
    move.moved_out,
    move.stock,
    move.is_known,
from mart.ladder_move as move
where (
        move.as_of = $as_of
        and move.area_code in (
            select inside.area_code from core.area_closure as inside where inside.ancestor_code = $area_code
        )
    )
    or (
        move.area_code = $area_code
        and move.as_of < $as_of
        and month(move.as_of) = 12
        and move.as_of >= (select min(starts_on) - interval 1 day from core.plan where plan_id = $plan_id)
    )
order by move.rung, move.area_code, move.as_of
