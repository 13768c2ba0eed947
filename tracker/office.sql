-- The tables of office.sqlite: what moves no number. Days and times are ISO texts, names a JSON list.

-- one row per plan and day of a meeting; agenda is a list of target ids, null for the default order
CREATE TABLE meeting (
  meeting_id TEXT NOT NULL PRIMARY KEY,
  plan_id TEXT NOT NULL,
  name TEXT NOT NULL,
  held_on office_day NOT NULL,
  build_id TEXT NOT NULL,
  as_of office_day NOT NULL,
  agenda office_names,
  UNIQUE (plan_id, held_on)
);

-- one row per decision: what never changes of it
CREATE TABLE decision (
  decision_id TEXT NOT NULL PRIMARY KEY,
  meeting_id TEXT NOT NULL REFERENCES meeting,
  target_id TEXT,
  area_code TEXT
);

-- one row per version of a decision, only ever added to
CREATE TABLE decision_version (
  decision_id TEXT NOT NULL REFERENCES decision,
  version INTEGER NOT NULL,
  text TEXT NOT NULL,
  responsible TEXT NOT NULL,
  due_on office_day NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'in_progress', 'closed')),
  at office_time NOT NULL,
  by TEXT NOT NULL,
  PRIMARY KEY (decision_id, version)
);
CREATE TRIGGER decision_version_not_changed BEFORE UPDATE ON decision_version
BEGIN SELECT RAISE(ABORT, 'a version of a decision is never changed'); END;
CREATE TRIGGER decision_version_not_removed BEFORE DELETE ON decision_version
BEGIN SELECT RAISE(ABORT, 'a version of a decision is never removed'); END;

-- one row per decision as it stands
CREATE VIEW decision_now AS
SELECT decision.decision_id, decision.meeting_id, meeting.plan_id, decision.target_id, decision.area_code,
  newest.version, newest.text, newest.responsible, newest.due_on, newest.state, newest.at, newest.by,
  first.at AS created_at, first.by AS created_by, decision.rowid AS created_order
FROM decision
JOIN meeting ON meeting.meeting_id = decision.meeting_id
JOIN decision_version AS first ON first.decision_id = decision.decision_id AND first.version = 1
JOIN decision_version AS newest ON newest.decision_id = decision.decision_id
WHERE newest.version = (
  SELECT max(version) FROM decision_version WHERE decision_version.decision_id = decision.decision_id
);

-- one row per mark that a build was reported at a meeting
CREATE TABLE reported (
  build_id TEXT NOT NULL,
  plan_id TEXT NOT NULL,
  as_of office_day NOT NULL,
  meeting TEXT NOT NULL,
  held_on office_day NOT NULL,
  marked_at office_time NOT NULL,
  marked_by TEXT NOT NULL,
  withdrawn_at office_time,
  withdrawn_by TEXT
);

-- one row per build that no publishing may remove
CREATE VIEW build_to_keep AS
SELECT build_id FROM reported WHERE withdrawn_at IS NULL
UNION
SELECT build_id FROM meeting
WHERE (
  SELECT count(*) FROM meeting AS later
  WHERE later.plan_id = meeting.plan_id AND later.held_on > meeting.held_on
) < 2;

-- one row per named briefing; selection is an object
CREATE TABLE briefing (
  name TEXT NOT NULL PRIMARY KEY,
  selection office_json NOT NULL,
  changed_at office_time NOT NULL,
  changed_by TEXT NOT NULL
);
