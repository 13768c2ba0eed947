-- Districts' objections to numbers, in office.sqlite: they move no number themselves.

-- one row per objection: which number it is about, what both sides say, who raised it when
CREATE TABLE objection (
  objection_id TEXT NOT NULL PRIMARY KEY,
  plan_id TEXT NOT NULL,
  area_code TEXT NOT NULL,
  target_id TEXT NOT NULL,
  as_of office_day NOT NULL,
  build_id TEXT NOT NULL,
  ours REAL,
  theirs REAL NOT NULL,
  raised_by TEXT NOT NULL,
  raised_on office_day NOT NULL,
  note TEXT NOT NULL,
  at office_time NOT NULL,
  by TEXT NOT NULL
);
CREATE TRIGGER objection_not_changed BEFORE UPDATE ON objection
BEGIN SELECT RAISE(ABORT, 'an objection is never changed'); END;
CREATE TRIGGER objection_not_removed BEFORE DELETE ON objection
BEGIN SELECT RAISE(ABORT, 'an objection is never removed'); END;

-- one row per file of an objection, kept in the folder objections under its content hash; outcome: sums of a comparison
CREATE TABLE objection_file (
  objection_id TEXT NOT NULL REFERENCES objection,
  role TEXT NOT NULL CHECK (role IN ('list', 'evidence', 'comparison')),
  name TEXT NOT NULL,
  content_hash TEXT NOT NULL,
  outcome office_json,
  at office_time NOT NULL,
  by TEXT NOT NULL
);

-- one row per decision about an objection, only ever added to; the newest holds
CREATE TABLE objection_decision (
  objection_id TEXT NOT NULL REFERENCES objection,
  number INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'accepted', 'rejected', 'partly')),
  note TEXT NOT NULL,
  decided_on office_day NOT NULL,
  at office_time NOT NULL,
  by TEXT NOT NULL,
  PRIMARY KEY (objection_id, number)
);
CREATE TRIGGER objection_decision_not_changed BEFORE UPDATE ON objection_decision
BEGIN SELECT RAISE(ABORT, 'a decision about an objection is never changed'); END;
CREATE TRIGGER objection_decision_not_removed BEFORE DELETE ON objection_decision
BEGIN SELECT RAISE(ABORT, 'a decision about an objection is never removed'); END;
