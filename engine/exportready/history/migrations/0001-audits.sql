-- Times are ISO 8601 with their offset; money is decimal text.
CREATE TABLE kept (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE account (id INTEGER PRIMARY KEY, place TEXT NOT NULL UNIQUE) STRICT;

CREATE TABLE audit (
  id INTEGER PRIMARY KEY,
  at TEXT NOT NULL,
  settings TEXT NOT NULL,
  rulebook TEXT NOT NULL,
  version TEXT NOT NULL,
  finished INTEGER NOT NULL DEFAULT 0 CHECK (finished IN (0, 1))
) STRICT;

-- The result of checking one account once (AccountState in model/audit.py). Audits that find the account unchanged share it.
-- The seal is a SHA-256 over all of its rows; a damaged result is never used.
CREATE TABLE standing (
  id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES account,
  digest TEXT NOT NULL,
  page TEXT NOT NULL,
  checked_at TEXT NOT NULL,
  holds_until TEXT,
  verdict TEXT NOT NULL CHECK (verdict IN ('ready', 'ready_with_warnings', 'not_ready', 'cannot_tell')),
  error TEXT NOT NULL,
  name TEXT NOT NULL,
  phase TEXT NOT NULL,
  files INTEGER NOT NULL,
  undated INTEGER NOT NULL,
  oldest TEXT,
  newest TEXT,
  waits_findings INTEGER NOT NULL,
  waits_transactions INTEGER NOT NULL,
  waits_amount TEXT NOT NULL,
  seal TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX standing_of_account ON standing (account, digest);

CREATE TABLE entry (
  audit INTEGER NOT NULL REFERENCES audit ON DELETE CASCADE,
  account INTEGER NOT NULL REFERENCES account,
  standing INTEGER NOT NULL REFERENCES standing,
  PRIMARY KEY (audit, account)
) STRICT, WITHOUT ROWID;
CREATE INDEX entry_of_standing ON entry (standing);

CREATE TABLE outcome (
  standing INTEGER NOT NULL REFERENCES standing ON DELETE CASCADE,
  rule TEXT NOT NULL,
  digest TEXT NOT NULL,
  grade TEXT NOT NULL CHECK (grade IN ('error', 'warning', 'info')),
  outcome TEXT NOT NULL CHECK (outcome IN ('failed', 'cannot_tell', 'passed', 'not_applicable', 'error')),
  untold INTEGER NOT NULL CHECK (untold IN (0, 1)),
  worst TEXT CHECK (worst IN ('error', 'warning', 'info')),
  open INTEGER NOT NULL,
  accepted INTEGER NOT NULL,
  PRIMARY KEY (standing, rule)
) STRICT, WITHOUT ROWID;

-- Numbered because two records with the same name in the books have the same fingerprint.
CREATE TABLE finding (
  standing INTEGER NOT NULL REFERENCES standing ON DELETE CASCADE,
  number INTEGER NOT NULL,
  fingerprint TEXT NOT NULL,
  rule TEXT NOT NULL,
  severity TEXT NOT NULL CHECK (severity IN ('error', 'warning', 'info')),
  subject TEXT NOT NULL,
  accepted INTEGER NOT NULL CHECK (accepted IN (0, 1)),
  PRIMARY KEY (standing, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE issue (
  standing INTEGER NOT NULL REFERENCES standing ON DELETE CASCADE,
  number INTEGER NOT NULL,
  id TEXT NOT NULL,
  rule TEXT NOT NULL,
  code TEXT NOT NULL,
  severity TEXT NOT NULL CHECK (severity IN ('error', 'warning', 'info')),
  message TEXT NOT NULL,
  transactions INTEGER NOT NULL,
  amount TEXT NOT NULL,
  PRIMARY KEY (standing, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE unread (
  standing INTEGER NOT NULL REFERENCES standing ON DELETE CASCADE,
  path TEXT NOT NULL,
  error TEXT NOT NULL,
  PRIMARY KEY (standing, path)
) STRICT, WITHOUT ROWID;

CREATE TABLE lapse (
  standing INTEGER NOT NULL REFERENCES standing ON DELETE CASCADE,
  what TEXT NOT NULL,
  name TEXT NOT NULL,
  of TEXT NOT NULL,
  until TEXT NOT NULL,
  PRIMARY KEY (standing, what, name, of)
) STRICT, WITHOUT ROWID;
