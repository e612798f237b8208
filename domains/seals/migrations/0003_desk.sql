-- The seal that this one renews.
ALTER TABLE seal ADD COLUMN replaces TEXT;
-- From then on nothing is signed any more: set before a move that takes the seal out of use, so
-- that whatever looks afterwards sees it, and taken away by the move.
ALTER TABLE seal ADD COLUMN frozen_at TEXT;

-- How high the impression is; none: as high as wide.
ALTER TABLE seal_material ADD COLUMN height_mm BIGINT;
-- drawn or uploaded.
ALTER TABLE seal_material ADD COLUMN origin TEXT NOT NULL DEFAULT 'drawn';

-- The document that orders the seal (basis), and the picture an impression was made of (picture).
CREATE TABLE seal_file (
    seal_key TEXT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    blob TEXT NOT NULL,
    digest TEXT NOT NULL,
    length BIGINT NOT NULL,
    PRIMARY KEY (seal_key, kind)
) WITHOUT ROWID;

CREATE INDEX seal_state_list ON seal (state, region_code, seal_key);
CREATE INDEX seal_use_running ON seal_use (seal_key, auth_key) WHERE result = 'reserved';
