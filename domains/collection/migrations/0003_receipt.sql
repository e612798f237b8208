-- 接收预警 [H-40]: what came into the library of an agency in a day, and what did not. Counted from
-- the journal; `seen` is how many of them somebody of the agency has taken note of.
CREATE TABLE collection_receipt (
    agency TEXT NOT NULL,
    day TEXT NOT NULL,
    kind TEXT NOT NULL,
    type_code TEXT NOT NULL,
    source_class TEXT NOT NULL,
    batch_key TEXT NOT NULL,
    n BIGINT NOT NULL,
    seen BIGINT NOT NULL,
    PRIMARY KEY (agency, day, kind, type_code, source_class, batch_key)
) WITHOUT ROWID;

CREATE INDEX collection_receipt_unseen ON collection_receipt (agency) WHERE seen < n;
