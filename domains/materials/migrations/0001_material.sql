-- A file of a user space. The clean original is kept; stamped copies are made from it.
CREATE TABLE user_file (
    owner TEXT NOT NULL,
    file_key TEXT NOT NULL,
    at TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    kind TEXT NOT NULL,
    trust TEXT NOT NULL,
    valid_to TEXT,
    deleted BIGINT NOT NULL,
    rev BIGINT NOT NULL,
    original TEXT NOT NULL,
    stamped TEXT,
    digest TEXT NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (owner, file_key)
) WITHOUT ROWID;

CREATE INDEX user_file_newest ON user_file (owner, deleted, at);

CREATE TABLE user_file_key (
    file_key TEXT NOT NULL PRIMARY KEY,
    owner TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE user_space (
    owner TEXT NOT NULL PRIMARY KEY,
    used BIGINT NOT NULL
) WITHOUT ROWID;
