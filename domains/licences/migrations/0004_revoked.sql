-- 吊销: files of licences and versions that count no more, by digest. Written with the change of
-- state, so that the published list is read from here and from nowhere else.
CREATE TABLE licence_revoked (
    digest TEXT NOT NULL PRIMARY KEY,
    licence_key TEXT NOT NULL,
    reason TEXT NOT NULL,
    since TEXT NOT NULL
) WITHOUT ROWID;

-- 吊销列表 as it was last published: signed, with the signer's certificates.
CREATE TABLE revocation_list (
    name TEXT NOT NULL PRIMARY KEY,
    number BIGINT NOT NULL,
    this_update TEXT NOT NULL,
    body BLOB NOT NULL,
    signature BLOB NOT NULL,
    certificates BLOB NOT NULL
) WITHOUT ROWID;

INSERT INTO licence_revoked (digest, licence_key, reason, since)
    SELECT f.digest, l.licence_key,
        CASE WHEN f.version < l.version THEN 'HISTORY' ELSE l.state END, l.updated_at
    FROM licence l JOIN licence_file f ON f.licence_key = l.licence_key
    WHERE f.format IN ('ofd', 'pdf') AND (f.version < l.version
        OR l.state IN ('SUSPENDED', 'LOST', 'VOID', 'REVOKED', 'CANCELLED', 'HISTORY'));
