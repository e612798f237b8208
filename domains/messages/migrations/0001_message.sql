-- 站内信.
CREATE TABLE site_message (
    account TEXT NOT NULL,
    message_id TEXT NOT NULL,
    at TEXT NOT NULL,
    read_at TEXT,
    kind TEXT NOT NULL,
    case_no TEXT,
    body BLOB NOT NULL,
    PRIMARY KEY (account, message_id)
) WITHOUT ROWID;

CREATE INDEX site_message_of ON site_message (account, at);

-- 短信: what was handed to the gateway, or waits for it.
CREATE TABLE sms (
    sms_id TEXT NOT NULL PRIMARY KEY,
    at TEXT NOT NULL,
    state TEXT NOT NULL,
    purpose TEXT NOT NULL,
    body BLOB NOT NULL
) WITHOUT ROWID;

CREATE INDEX sms_newest ON sms (at);
