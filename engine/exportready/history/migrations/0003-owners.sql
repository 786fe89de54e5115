-- What else audits keep of an account, in tables of their own, so that the seals of results in table `standing` stay valid.
-- Tags are separated by line feeds. of_files: checked_at is the latest date that the files state.
CREATE TABLE detail (
  standing INTEGER PRIMARY KEY REFERENCES standing ON DELETE CASCADE,
  of_files INTEGER NOT NULL CHECK (of_files IN (0, 1)),
  owner TEXT NOT NULL,
  tags TEXT NOT NULL,
  to_do TEXT NOT NULL
) STRICT;

-- Rules that a person decided, because the files couldn't.
CREATE TABLE confirmed (
  standing INTEGER NOT NULL REFERENCES standing ON DELETE CASCADE,
  rule TEXT NOT NULL,
  PRIMARY KEY (standing, rule)
) STRICT, WITHOUT ROWID;
