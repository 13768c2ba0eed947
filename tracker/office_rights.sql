-- What version 2 added to office.sqlite: who may do what, and who did what.

-- one row per person who may sign in; sees_own_area is null where the common setting holds
CREATE TABLE person (
  name TEXT NOT NULL PRIMARY KEY,
  role TEXT NOT NULL CHECK (role IN ('leader', 'staff', 'editor', 'admin')),
  areas office_names NOT NULL,
  may_export INTEGER NOT NULL CHECK (may_export IN (0, 1)),
  sees_own_area INTEGER CHECK (sees_own_area IN (0, 1))
);

-- one row per setting of this installation
CREATE TABLE setting (
  name TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
);

-- one row per thing that somebody did; each carries a hash over the row before, so that a change shows
CREATE TABLE audit (
  entry INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  at TEXT NOT NULL,
  person TEXT NOT NULL,
  action TEXT NOT NULL,
  subject TEXT NOT NULL,
  source TEXT NOT NULL,
  hash TEXT NOT NULL
);
CREATE INDEX audit_by_time ON audit (at);
CREATE TRIGGER audit_not_changed BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'an entry of the audit is never changed'); END;
CREATE TRIGGER audit_not_removed BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'an entry of the audit is never removed'); END;
