-- one row per tier: whether its holders count in the tier that is compared, and whether it stands below that
select
    tier.tier,
    coalesce(inclusion.via_tier is not null, false) as counts,
    coalesce(tier.ladder_rank < compared.ladder_rank, false) as is_lower
from core.tier as tier
inner join core.tier as compared on compared.tier = $tier
left join core.tier_inclusion as inclusion on inclusion.tier = $tier and inclusion.via_tier = tier.tier
order by tier.sort;
