-- Which verifications were about a licence: their events stand in streams of their own, so that a
-- licence that many verify at once is no bottleneck.
CREATE TABLE licence_verified (
    licence_key TEXT NOT NULL,
    at TEXT NOT NULL,
    number TEXT NOT NULL,
    by_whom TEXT NOT NULL,
    valid BIGINT NOT NULL,
    PRIMARY KEY (licence_key, at, number)
) WITHOUT ROWID;
