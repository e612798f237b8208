-- 加注件 [GB/T 36903]: copies of a licence for one purpose and period, watermarked and sealed. What
-- the holder wrote is encrypted in the body.
CREATE TABLE licence_copy (
    copy_key TEXT NOT NULL PRIMARY KEY,
    licence_key TEXT NOT NULL,
    version BIGINT NOT NULL,
    made_at TEXT NOT NULL,
    until TEXT NOT NULL,
    ended_at TEXT,
    fetched BIGINT NOT NULL,
    verified BIGINT NOT NULL,
    use_key TEXT NOT NULL,
    ofd_blob TEXT NOT NULL,
    pdf_blob TEXT NOT NULL,
    body BLOB NOT NULL
) WITHOUT ROWID;

CREATE INDEX licence_copy_licence ON licence_copy (licence_key, made_at);

-- Look-ups: the token of its code, and the digests of its files.
CREATE TABLE licence_copy_found (
    value TEXT NOT NULL PRIMARY KEY,
    copy_key TEXT NOT NULL
) WITHOUT ROWID;
