-- one row per tier and area with its number in this build: a hundred thousand numbers are read faster than words
select 'tier' as kind, sort as number, tier as code from core.tier
union all
select 'area' as kind, rowid as number, area_code as code from core.area
