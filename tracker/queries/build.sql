-- one row: the build itself
select build_id, built_at, version, is_demo, data_cutoff, inputs_hash, catalog_hash, previous_build_id
from meta.build
