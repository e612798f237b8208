-- The directory is small and read whole, so each entry is one JSON text under its kind and code.
CREATE TABLE directory_entry (
    kind TEXT NOT NULL,
    code TEXT NOT NULL,
    data TEXT NOT NULL,
    PRIMARY KEY (kind, code)
) WITHOUT ROWID;

-- One row: raised with every change, so that a process sees that its snapshot is old.
CREATE TABLE directory_revision (
    id BIGINT NOT NULL PRIMARY KEY,
    revision BIGINT NOT NULL
);
