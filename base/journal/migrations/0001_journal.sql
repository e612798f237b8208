CREATE TABLE event (
    stream TEXT NOT NULL,
    seq BIGINT NOT NULL,
    id TEXT NOT NULL,
    at TEXT NOT NULL,
    kind TEXT NOT NULL,
    version BIGINT NOT NULL,
    actor TEXT NOT NULL,
    payload TEXT NOT NULL,
    detail BLOB,
    prev_hash BLOB NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (stream, seq)
) WITHOUT ROWID;

-- Events that are not yet gathered into a batch and handed to the subscribers.
CREATE TABLE event_pending (
    stream TEXT NOT NULL,
    seq BIGINT NOT NULL,
    kind TEXT NOT NULL,
    hash BLOB NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (stream, seq)
) WITHOUT ROWID;

CREATE TABLE event_batch (
    number BIGINT NOT NULL PRIMARY KEY,
    leaves BIGINT NOT NULL,
    root BLOB NOT NULL,
    prev_root BLOB NOT NULL,
    signature BLOB NOT NULL,
    at TEXT NOT NULL
);

CREATE TABLE event_leaf (
    batch BIGINT NOT NULL,
    idx BIGINT NOT NULL,
    stream TEXT NOT NULL,
    seq BIGINT NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (batch, idx)
) WITHOUT ROWID;

CREATE TABLE delivery (
    subscriber TEXT NOT NULL,
    stream TEXT NOT NULL,
    seq BIGINT NOT NULL,
    state TEXT NOT NULL,
    tries BIGINT NOT NULL,
    next_at TEXT NOT NULL,
    error TEXT,
    PRIMARY KEY (subscriber, stream, seq)
) WITHOUT ROWID;

CREATE INDEX delivery_due ON delivery (state, next_at);

CREATE TABLE job (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    state TEXT NOT NULL,
    tries BIGINT NOT NULL,
    next_at TEXT NOT NULL,
    error TEXT
) WITHOUT ROWID;

CREATE INDEX job_due ON job (state, next_at);

CREATE TABLE schedule (
    name TEXT NOT NULL PRIMARY KEY,
    next_at TEXT NOT NULL
) WITHOUT ROWID;
