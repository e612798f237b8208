-- 受信任根: authorities of others whose seals and time stamps this platform accepts. Whom to trust
-- is proposed by one person and approved by another.
CREATE TABLE trusted_root (
    root_key TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    -- Certificate of the root, DER, and those of its authorities below it, DER one after another.
    root BLOB NOT NULL,
    below BLOB NOT NULL,
    -- SM3 of the root, hex: a root is kept once while it is proposed or trusted.
    fingerprint TEXT NOT NULL,
    scope TEXT NOT NULL,
    basis TEXT NOT NULL,
    valid_from TEXT NOT NULL,
    valid_to TEXT NOT NULL,
    state TEXT NOT NULL,
    rev BIGINT NOT NULL,
    proposed_by TEXT NOT NULL,
    proposed_at TEXT NOT NULL,
    decided_by TEXT,
    decided_at TEXT,
    reason TEXT NOT NULL
) WITHOUT ROWID;

CREATE INDEX trusted_root_state ON trusted_root (state, proposed_at, root_key);
CREATE INDEX trusted_root_fingerprint ON trusted_root (fingerprint, state);

-- The newest revocation list of each authority of a foreign root.
CREATE TABLE trusted_root_crl (
    root_key TEXT NOT NULL,
    -- SM3 of the issuing authority's certificate, hex.
    issuer TEXT NOT NULL,
    crl BLOB NOT NULL,
    this_update TEXT NOT NULL,
    next_update TEXT,
    given_by TEXT NOT NULL,
    given_at TEXT NOT NULL,
    PRIMARY KEY (root_key, issuer)
) WITHOUT ROWID;
