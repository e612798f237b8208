-- 时间戳服务: authorities of others that are asked when a document is sealed, by which rule and for
-- which kinds of documents. Proposed by one person and approved by another.
CREATE TABLE time_service (
    service_key TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    url TEXT NOT NULL,
    digest TEXT NOT NULL,
    -- Kinds of documents, with a space between them.
    kinds TEXT NOT NULL,
    rule TEXT NOT NULL,
    state TEXT NOT NULL,
    rev BIGINT NOT NULL,
    proposed_by TEXT NOT NULL,
    proposed_at TEXT NOT NULL,
    -- Who approved it, and who made the last step after that.
    approved_by TEXT,
    approved_at TEXT,
    decided_by TEXT,
    decided_at TEXT,
    reason TEXT NOT NULL
) WITHOUT ROWID;

CREATE INDEX time_service_state ON time_service (state, proposed_at, service_key);

-- Documents that were sealed without what the services should have given: no time stamp at all, or
-- no evidence for later verification.
CREATE TABLE time_lapse (
    lapse_key TEXT NOT NULL PRIMARY KEY,
    use_key TEXT NOT NULL,
    format TEXT NOT NULL,
    lack TEXT NOT NULL,
    why TEXT NOT NULL,
    at TEXT NOT NULL
) WITHOUT ROWID;

CREATE INDEX time_lapse_at ON time_lapse (at, lapse_key);
CREATE INDEX time_lapse_lack ON time_lapse (lack);
