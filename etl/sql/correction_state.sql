-- one row per correction: what became of it in this build
select distinct correction_id, state
from core.correction;
