-- one row per measure that enterprises are asked for, with its unit
select measure, unit from core.measure_definition where level = 'enterprise' order by measure
