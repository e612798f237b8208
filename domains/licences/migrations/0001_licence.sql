-- 证照类型: the definition with its base picture.
CREATE TABLE licence_type (
    type_code TEXT NOT NULL PRIMARY KEY,
    data TEXT NOT NULL,
    svg TEXT NOT NULL
) WITHOUT ROWID;

-- 证照: keeps its key through all versions.
CREATE TABLE licence (
    licence_key TEXT NOT NULL PRIMARY KEY,
    state TEXT NOT NULL,
    rev BIGINT NOT NULL,
    version BIGINT NOT NULL,
    type_code TEXT NOT NULL,
    agency TEXT NOT NULL,
    region TEXT NOT NULL,
    valid_to TEXT,
    reminded BIGINT NOT NULL,
    token TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    body BLOB NOT NULL
) WITHOUT ROWID;

CREATE INDEX licence_ending ON licence (state, valid_to);
CREATE INDEX licence_of_agency ON licence (agency, state, updated_at);

-- Versions are only ever added.
CREATE TABLE licence_version (
    licence_key TEXT NOT NULL,
    version BIGINT NOT NULL,
    at TEXT NOT NULL,
    case_no TEXT,
    data TEXT NOT NULL,
    face BLOB NOT NULL,
    PRIMARY KEY (licence_key, version)
) WITHOUT ROWID;

-- Look-ups: the primary key is the digest of the value, which keeps it unique.
CREATE TABLE licence_unique_number (
    digest BLOB NOT NULL PRIMARY KEY,
    licence_key TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE licence_number (
    digest BLOB NOT NULL,
    licence_key TEXT NOT NULL,
    PRIMARY KEY (digest, licence_key)
) WITHOUT ROWID;

CREATE TABLE licence_identifier (
    digest BLOB NOT NULL PRIMARY KEY,
    licence_key TEXT NOT NULL,
    version BIGINT NOT NULL
) WITHOUT ROWID;

CREATE TABLE licence_token (
    token TEXT NOT NULL PRIMARY KEY,
    licence_key TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE licence_file (
    digest TEXT NOT NULL PRIMARY KEY,
    licence_key TEXT NOT NULL,
    version BIGINT NOT NULL,
    format TEXT NOT NULL
) WITHOUT ROWID;

-- 用户空间的证照, by the digest of the holder's number.
CREATE TABLE wallet (
    holder BLOB NOT NULL,
    licence_key TEXT NOT NULL,
    PRIMARY KEY (holder, licence_key)
) WITHOUT ROWID;
