-- one row per indicator that counts the holders of a tier
select indicator_id, tier from core.indicator where formula = 'tier_count' order by indicator_id
