-- one row per batch for which the catalogue states the day on which it is expected
select tier, batch, expected_on
from core.batch
where expected_on is not null
