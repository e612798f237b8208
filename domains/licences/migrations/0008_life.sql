-- 持证人请求 [H-45, H-47]: what a holder asks of the issuer and an officer answers. What is said is
-- encrypted in the body.
CREATE TABLE licence_request (
    request_key TEXT NOT NULL PRIMARY KEY,
    licence_key TEXT NOT NULL,
    agency TEXT NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    asked_at TEXT NOT NULL,
    officer TEXT,
    answered_at TEXT,
    body BLOB NOT NULL
) WITHOUT ROWID;

-- One of a kind at a time: asking twice does not queue twice.
CREATE UNIQUE INDEX licence_request_open ON licence_request (licence_key, kind)
    WHERE state = 'open';
CREATE INDEX licence_request_licence ON licence_request (licence_key, asked_at);
CREATE INDEX licence_request_agency ON licence_request (agency, state, asked_at);

-- 附属信息 [H-44]: annual inspections, added to the licence year by year and never changed.
CREATE TABLE licence_inspection (
    licence_key TEXT NOT NULL,
    inspection_key TEXT NOT NULL,
    at TEXT NOT NULL,
    inspected_on TEXT NOT NULL,
    due_on TEXT NOT NULL,
    passed BIGINT NOT NULL,
    officer TEXT NOT NULL,
    note BLOB NOT NULL,
    PRIMARY KEY (licence_key, inspection_key)
) WITHOUT ROWID;

-- One inspection that was passed for each day it was due: a second click adds nothing.
CREATE UNIQUE INDEX licence_inspection_due ON licence_inspection (licence_key, due_on)
    WHERE passed = 1;

-- The day by which a licence is to be inspected next; none where its type is not inspected.
ALTER TABLE licence ADD COLUMN inspect_by TEXT;
CREATE INDEX licence_inspect ON licence (state, type_code, inspect_by);

-- The day on which its holder is told next that it will end; none where there is nothing to tell.
-- Licences from before are looked at once, which finds their day.
ALTER TABLE licence ADD COLUMN remind_on TEXT;
CREATE INDEX licence_remind ON licence (state, remind_on);
UPDATE licence SET remind_on = '2000-01-01' WHERE valid_to IS NOT NULL;
