-- one row: the newest entry of the audit when the build was made
select entry, hash
from meta.audit_head
