-- 整合其他证照库 [H-20 E]: agencies' own libraries, whose records arrive by interface or by files.
CREATE TABLE collection_exchange (
    source_code TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    agency TEXT NOT NULL,
    region TEXT NOT NULL,
    rule TEXT NOT NULL,
    every_minutes BIGINT NOT NULL,
    active BIGINT NOT NULL,
    officer TEXT NOT NULL,
    rev BIGINT NOT NULL,
    updated_at TEXT NOT NULL,
    read_at TEXT
) WITHOUT ROWID;

-- The newest word of each record: when the source wrote it, what became of it. Row id and data are
-- encrypted in the body.
CREATE TABLE collection_exchange_record (
    record_key TEXT NOT NULL PRIMARY KEY,
    source_code TEXT NOT NULL,
    row_digest BLOB NOT NULL,
    told_at TEXT NOT NULL,
    content BLOB NOT NULL,
    outcome TEXT NOT NULL,
    licence_key TEXT,
    batch_no TEXT NOT NULL,
    received_at TEXT NOT NULL,
    rev BIGINT NOT NULL,
    body BLOB NOT NULL
) WITHOUT ROWID;

CREATE UNIQUE INDEX collection_exchange_row ON collection_exchange_record (source_code, row_digest);
CREATE INDEX collection_exchange_outcome ON collection_exchange_record (source_code, outcome, received_at);

-- What was answered to a batch.
CREATE TABLE collection_exchange_batch (
    source_code TEXT NOT NULL,
    batch_no TEXT NOT NULL,
    received_at TEXT NOT NULL,
    way TEXT NOT NULL,
    taken_by TEXT NOT NULL,
    counts TEXT NOT NULL,
    PRIMARY KEY (source_code, batch_no)
) WITHOUT ROWID;

CREATE INDEX collection_exchange_batch_at ON collection_exchange_batch (source_code, received_at);
