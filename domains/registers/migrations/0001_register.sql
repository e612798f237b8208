-- One record of a register. All it says is encrypted; `content` is a keyed digest of the plain
-- record, by which an import sees that nothing changed.
CREATE TABLE register_record (
    record_key TEXT NOT NULL PRIMARY KEY,
    register TEXT NOT NULL,
    data BLOB NOT NULL,
    content BLOB NOT NULL,
    photo TEXT,
    updated_at TEXT NOT NULL
) WITHOUT ROWID;

-- A number that belongs to one record, by its keyed digest.
CREATE TABLE register_lookup (
    kind TEXT NOT NULL,
    digest BLOB NOT NULL,
    record_key TEXT NOT NULL,
    PRIMARY KEY (kind, digest)
) WITHOUT ROWID;

-- A number that several records may name, by its keyed digest.
CREATE TABLE register_relation (
    kind TEXT NOT NULL,
    digest BLOB NOT NULL,
    record_key TEXT NOT NULL,
    PRIMARY KEY (kind, digest, record_key)
) WITHOUT ROWID;

CREATE INDEX register_relation_record ON register_relation (record_key);
