-- Certificates asked of an outside authority for a seal that is to be made: the keys are in the
-- key store under this name, the requests (PKCS#10, DER) are handed to the authority. Ends with
-- the making or a cancellation.
CREATE TABLE seal_request (
    seal_key TEXT NOT NULL PRIMARY KEY,
    key_name TEXT NOT NULL,
    sm2 BLOB NOT NULL,
    pdf BLOB NOT NULL,
    asked_by TEXT NOT NULL,
    asked_at TEXT NOT NULL
) WITHOUT ROWID;
