-- How many amounts aren't in a sum because they couldn't be read: in that of the key issue with this number, or in that of everything
-- that is blocked (-1). A table of its own, because saved results are sealed over the columns of theirs.
CREATE TABLE unreadable (
  standing INTEGER NOT NULL REFERENCES standing ON DELETE CASCADE,
  issue INTEGER NOT NULL,
  amounts INTEGER NOT NULL CHECK (amounts > 0),
  PRIMARY KEY (standing, issue)
) STRICT, WITHOUT ROWID;
