-- 证照数据更正 [H-57, H-43]: what an officer found wrong in a face, and what a second person decided.
-- Old and new values are personal data: encrypted in the body.
CREATE TABLE licence_correction (
    correction_key TEXT NOT NULL PRIMARY KEY,
    licence_key TEXT NOT NULL,
    version BIGINT NOT NULL,
    agency TEXT NOT NULL,
    region TEXT NOT NULL,
    state TEXT NOT NULL,
    proposer TEXT NOT NULL,
    proposed_at TEXT NOT NULL,
    decider TEXT,
    decided_at TEXT,
    made_version BIGINT,
    body BLOB NOT NULL
) WITHOUT ROWID;

-- One at a time for a licence: two half-known corrections would overwrite each other.
CREATE UNIQUE INDEX licence_correction_open ON licence_correction (licence_key)
    WHERE state = 'proposed';
CREATE INDEX licence_correction_licence ON licence_correction (licence_key, proposed_at);
CREATE INDEX licence_correction_agency ON licence_correction (agency, state, proposed_at);
