-- 采集批次: one table of existing licences on its way into the library. File name, columns and what
-- could not be read are encrypted in the body; the summary holds sums only.
CREATE TABLE collection_batch (
    batch_key TEXT NOT NULL PRIMARY KEY,
    agency TEXT NOT NULL,
    region TEXT NOT NULL,
    state TEXT NOT NULL,
    rev BIGINT NOT NULL,
    source_class TEXT NOT NULL,
    source_system TEXT NOT NULL,
    collector TEXT NOT NULL,
    started_at TEXT NOT NULL,
    rows BIGINT NOT NULL,
    digest BLOB NOT NULL,
    summary TEXT,
    body BLOB NOT NULL
) WITHOUT ROWID;

CREATE INDEX collection_batch_agency ON collection_batch (agency, state, started_at);
CREATE INDEX collection_batch_state ON collection_batch (state, started_at);
-- The same file is taken in once.
CREATE UNIQUE INDEX collection_batch_digest ON collection_batch (digest) WHERE state <> 'ended';

-- The rows as they came, in encrypted files of a thousand.
CREATE TABLE collection_piece (
    batch_key TEXT NOT NULL,
    piece BIGINT NOT NULL,
    rows BIGINT NOT NULL,
    blob TEXT NOT NULL,
    PRIMARY KEY (batch_key, piece)
) WITHOUT ROWID;

-- One row of a batch after cleaning: its place in the life of licences [H-47].
CREATE TABLE collection_row (
    batch_key TEXT NOT NULL,
    row_no BIGINT NOT NULL,
    rev BIGINT NOT NULL,
    state TEXT NOT NULL,
    action TEXT NOT NULL,
    agency TEXT NOT NULL,
    -- 1: it could not be made into a licence; the body says why.
    problem BIGINT NOT NULL,
    editor TEXT,
    checker TEXT,
    checked_at TEXT,
    licence_key TEXT,
    body BLOB NOT NULL,
    PRIMARY KEY (batch_key, row_no)
) WITHOUT ROWID;

CREATE INDEX collection_row_state ON collection_row (batch_key, state, problem, row_no);
CREATE INDEX collection_row_action ON collection_row (batch_key, action, row_no);

-- How many rows of a batch are in which state, by issuer: kept with every change.
CREATE TABLE collection_count (
    batch_key TEXT NOT NULL,
    agency TEXT NOT NULL,
    state TEXT NOT NULL,
    problem BIGINT NOT NULL,
    n BIGINT NOT NULL,
    PRIMARY KEY (batch_key, agency, state, problem)
) WITHOUT ROWID;

-- 作业: something long that is done to a batch in the background, piece by piece.
CREATE TABLE collection_work (
    work_key TEXT NOT NULL PRIMARY KEY,
    batch_key TEXT NOT NULL,
    -- Which of the batch's works it is, from 1.
    nth BIGINT NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    ordered_by TEXT NOT NULL,
    started_at TEXT NOT NULL,
    ended_at TEXT,
    -- How far it is; what was done before counts for nothing twice.
    place BIGINT NOT NULL,
    done BIGINT NOT NULL,
    failed BIGINT NOT NULL,
    total BIGINT NOT NULL,
    note TEXT NOT NULL,
    -- Which process works on it, and until when nobody else may.
    holder TEXT,
    held_until TEXT
) WITHOUT ROWID;

CREATE UNIQUE INDEX collection_work_batch ON collection_work (batch_key, nth);
CREATE INDEX collection_work_running ON collection_work (work_key) WHERE state = 'running';
CREATE UNIQUE INDEX collection_work_open ON collection_work (batch_key)
    WHERE state IN ('running', 'paused');

-- 基础数据: extracts of registers that rows are compared with [H-18, H-86].
CREATE TABLE collection_base (
    base_key TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    at TEXT NOT NULL,
    taken_by TEXT NOT NULL,
    rows BIGINT NOT NULL,
    rejects BIGINT NOT NULL,
    current BIGINT NOT NULL
) WITHOUT ROWID;

CREATE UNIQUE INDEX collection_base_name ON collection_base (name) WHERE current = 1;
CREATE INDEX collection_base_at ON collection_base (at);

CREATE TABLE collection_base_piece (
    base_key TEXT NOT NULL,
    piece BIGINT NOT NULL,
    blob TEXT NOT NULL,
    PRIMARY KEY (base_key, piece)
) WITHOUT ROWID;

-- Photos that somebody added to a row.
CREATE TABLE collection_photo (
    batch_key TEXT NOT NULL,
    row_no BIGINT NOT NULL,
    photo TEXT NOT NULL,
    PRIMARY KEY (batch_key, row_no)
) WITHOUT ROWID;
