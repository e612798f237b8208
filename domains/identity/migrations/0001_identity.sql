-- Accounts of natural and legal persons. What is personal stands in `profile`, encrypted whole.
CREATE TABLE account (
    account_key TEXT NOT NULL PRIMARY KEY,
    user_no TEXT NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    level TEXT,
    verified TEXT NOT NULL,
    profile BLOB NOT NULL,
    -- What a registration or a change wants to be compared, encrypted.
    proposed BLOB,
    -- The legal representative's own account.
    representative TEXT,
    -- Version of the agreement that was accepted last.
    agreement TEXT,
    route TEXT NOT NULL,
    -- Why the account was rejected or disabled, encrypted.
    reason BLOB,
    -- Who asked for a disabled account to be enabled again, and waits for the approval.
    enable_asked TEXT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    rev BIGINT NOT NULL
) WITHOUT ROWID;

CREATE INDEX account_state ON account (state, created_at);

CREATE INDEX account_representative ON account (representative);

-- Identity number, mobile number, credit code and user name, by keyed digest: each belongs to one
-- account.
CREATE TABLE account_lookup (
    kind TEXT NOT NULL,
    digest BLOB NOT NULL,
    account_key TEXT NOT NULL,
    PRIMARY KEY (kind, digest)
) WITHOUT ROWID;

CREATE INDEX account_lookup_account ON account_lookup (account_key);

-- Password of an account or of a staff member. A subject is an account key or `staff/USERNAME`.
CREATE TABLE credential (
    subject TEXT NOT NULL PRIMARY KEY,
    hash BLOB NOT NULL,
    changed_at TEXT NOT NULL,
    -- 1 when the platform made the password and its owner has not chosen one yet.
    generated BIGINT NOT NULL
) WITHOUT ROWID;

CREATE TABLE credential_history (
    subject TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (subject, changed_at)
) WITHOUT ROWID;

-- What is counted against a limit: wrong passwords, messages sent, rejected registrations.
CREATE TABLE attempt (
    subject TEXT NOT NULL,
    attempt_key TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (subject, attempt_key)
) WITHOUT ROWID;

CREATE INDEX attempt_at ON attempt (at);

CREATE TABLE lockout (
    subject TEXT NOT NULL PRIMARY KEY,
    until TEXT NOT NULL
) WITHOUT ROWID;

CREATE INDEX lockout_until ON lockout (until);

-- One-time codes, under the digest of the token that the browser holds.
CREATE TABLE one_time_code (
    challenge BLOB NOT NULL PRIMARY KEY,
    purpose TEXT NOT NULL,
    -- The account; empty for a decoy that answers an unknown login.
    subject TEXT NOT NULL,
    code BLOB NOT NULL,
    sent_to BLOB NOT NULL,
    tries BIGINT NOT NULL,
    expires_at TEXT NOT NULL,
    used_at TEXT
) WITHOUT ROWID;

CREATE INDEX one_time_code_expires ON one_time_code (expires_at);

CREATE TABLE session (
    digest BLOB NOT NULL PRIMARY KEY,
    session_key TEXT NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    represented TEXT,
    delegation TEXT,
    channel TEXT NOT NULL,
    device TEXT NOT NULL,
    strength TEXT NOT NULL,
    created_at TEXT NOT NULL,
    last_seen_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    ended_at TEXT,
    end_reason TEXT
) WITHOUT ROWID;

CREATE INDEX session_subject ON session (subject, created_at);

CREATE INDEX session_expires ON session (expires_at);

CREATE TABLE staff (
    username TEXT NOT NULL PRIMARY KEY,
    staff_no TEXT NOT NULL,
    profile BLOB NOT NULL,
    agency_code TEXT NOT NULL,
    region_code TEXT NOT NULL,
    post_name TEXT NOT NULL,
    window_no TEXT,
    enabled BIGINT NOT NULL,
    on_duty BIGINT NOT NULL,
    -- Secret of the code generator, encrypted, and the last step that was accepted.
    totp BLOB NOT NULL,
    totp_step BIGINT NOT NULL,
    created_at TEXT NOT NULL,
    rev BIGINT NOT NULL
) WITHOUT ROWID;

CREATE INDEX staff_agency ON staff (agency_code, username);

CREATE TABLE staff_role (
    username TEXT NOT NULL,
    role TEXT NOT NULL,
    -- Short code of the one item the role is held for; empty for all.
    item TEXT NOT NULL,
    on_spot BIGINT NOT NULL,
    valid_from TEXT,
    valid_to TEXT,
    PRIMARY KEY (username, role, item)
) WITHOUT ROWID;

CREATE INDEX staff_role_role ON staff_role (role, username);

CREATE TABLE delegation (
    -- The legal person's account.
    principal TEXT NOT NULL,
    delegation_key TEXT NOT NULL,
    parent TEXT,
    level BIGINT NOT NULL,
    delegate TEXT NOT NULL,
    grantor TEXT,
    -- JSON list of short item codes; empty for all items.
    items TEXT NOT NULL,
    valid_from TEXT NOT NULL,
    valid_to TEXT NOT NULL,
    state TEXT NOT NULL,
    created_at TEXT NOT NULL,
    ended_at TEXT,
    rev BIGINT NOT NULL,
    PRIMARY KEY (principal, delegation_key)
) WITHOUT ROWID;

CREATE INDEX delegation_delegate ON delegation (delegate, state);

CREATE TABLE agreement (
    version TEXT NOT NULL PRIMARY KEY,
    body TEXT NOT NULL,
    published_at TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE agreement_acceptance (
    account_key TEXT NOT NULL,
    version TEXT NOT NULL,
    accepted_at TEXT NOT NULL,
    channel TEXT NOT NULL,
    PRIMARY KEY (account_key, version)
) WITHOUT ROWID;

CREATE TABLE client (
    client_id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    secret BLOB NOT NULL,
    agency TEXT,
    region TEXT,
    grants TEXT NOT NULL,
    enabled BIGINT NOT NULL,
    created_at TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE bearer_token (
    digest BLOB NOT NULL PRIMARY KEY,
    token_key TEXT NOT NULL,
    client_id TEXT NOT NULL,
    grants TEXT NOT NULL,
    label TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    revoked_at TEXT
) WITHOUT ROWID;

CREATE INDEX bearer_token_client ON bearer_token (client_id, created_at);

-- Facts about this installation, such as that it is a demonstration.
CREATE TABLE installation (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;
