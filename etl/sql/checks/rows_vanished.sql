-- one row per reading whose rows do not add up: each is accepted, out of area, rejected or a duplicate
select reading_id, read, accepted, out_of_area, rejected, duplicate
from core.source_reading
where read <> accepted + out_of_area + rejected + duplicate;
