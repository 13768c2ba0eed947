-- one row per source file of the build, newest first
select
    file_id,
    original_name,
    kind,
    issuer,
    received_on,
    withdrawn_on,
    announced,
    read,
    accepted,
    out_of_area,
    rejected,
    duplicate,
from core.source_file
order by received_on desc, original_name
