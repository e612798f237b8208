-- A version is written once and never changed; what becomes of it stands in item_version_state.
CREATE TABLE item_version (
    item_id TEXT NOT NULL,
    version BIGINT NOT NULL,
    digest BLOB NOT NULL,
    content TEXT NOT NULL,
    created_at TEXT NOT NULL,
    PRIMARY KEY (item_id, version)
) WITHOUT ROWID;

-- Every step of a version's life, append only. The last one is its state.
CREATE TABLE item_version_state (
    item_id TEXT NOT NULL,
    version BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    event TEXT NOT NULL,
    state TEXT NOT NULL,
    at TEXT NOT NULL,
    actor TEXT NOT NULL,
    opinion TEXT NOT NULL,
    PRIMARY KEY (item_id, version, seq)
) WITHOUT ROWID;

CREATE INDEX item_version_state_at ON item_version_state (at, item_id, version, seq);

-- The version that is in use, suspended or cancelled.
CREATE TABLE item_current (
    item_id TEXT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    state TEXT NOT NULL,
    since TEXT NOT NULL,
    successors TEXT NOT NULL,
    rev BIGINT NOT NULL
) WITHOUT ROWID;

-- Approved versions that wait for their day.
CREATE TABLE item_pending (
    item_id TEXT NOT NULL,
    version BIGINT NOT NULL,
    effective_on TEXT NOT NULL,
    PRIMARY KEY (item_id, version)
) WITHOUT ROWID;

-- Short code, implementation code (31), handling item code (33).
CREATE TABLE item_code (
    code TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    item_id TEXT NOT NULL
) WITHOUT ROWID;

-- The catalogue list, version by version.
CREATE TABLE catalogue_entry (
    base_code TEXT NOT NULL,
    version BIGINT NOT NULL,
    digest BLOB NOT NULL,
    content TEXT NOT NULL,
    created_at TEXT NOT NULL,
    PRIMARY KEY (base_code, version)
) WITHOUT ROWID;

-- Raised with every change, so that readers know when to read again.
CREATE TABLE item_revision (
    name TEXT NOT NULL PRIMARY KEY,
    rev BIGINT NOT NULL
) WITHOUT ROWID;

-- How often an item's guide was read or the item applied for, by day.
CREATE TABLE item_use (
    item_id TEXT NOT NULL,
    day TEXT NOT NULL,
    uses BIGINT NOT NULL,
    PRIMARY KEY (item_id, day)
) WITHOUT ROWID;

CREATE INDEX item_use_day ON item_use (day, item_id, uses);
