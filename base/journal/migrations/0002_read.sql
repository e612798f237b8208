-- How far who reads the journal for sums has read it.
CREATE TABLE event_read (
    name TEXT NOT NULL PRIMARY KEY,
    batch BIGINT NOT NULL,
    at TEXT NOT NULL
) WITHOUT ROWID;
