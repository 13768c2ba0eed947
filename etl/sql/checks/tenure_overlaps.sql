-- one row per two stretches of one enterprise and tier that overlap: there must be none
-- Enterprises with the same events hold the same stretches (history.sql).
select one.enterprise_id, one.tier, one.from_on, one.to_on, other.from_on as other_from_on
from core.example_tenure as one
inner join core.example_tenure as other
    on other.enterprise_id = one.enterprise_id
    and other.tier = one.tier
    and other.from_on > one.from_on
    and other.from_on < one.to_on;
