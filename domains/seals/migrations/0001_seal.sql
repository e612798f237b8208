-- 印章 [I-05]. One row a seal; what happened to it stands in seal_state.
CREATE TABLE seal (
    seal_key TEXT NOT NULL PRIMARY KEY,
    -- 印章标识: the esID of GB/T 38540.
    es_id TEXT NOT NULL,
    agency_code TEXT NOT NULL,
    agency_uscc TEXT NOT NULL,
    agency_name TEXT NOT NULL,
    region_code TEXT NOT NULL,
    seal_type TEXT NOT NULL,
    name TEXT NOT NULL,
    basis TEXT NOT NULL,
    state TEXT NOT NULL,
    rev BIGINT NOT NULL,
    -- Staff user names; the duties are separated by them [I-16].
    custodian TEXT NOT NULL,
    applicant TEXT NOT NULL,
    applied_at TEXT NOT NULL,
    reviewer TEXT,
    maker TEXT,
    made_at TEXT,
    valid_from TEXT,
    valid_to TEXT,
    filing_no TEXT,
    filed_at TEXT,
    released_at TEXT,
    -- A recovery or destruction that somebody asked for and another person has to approve.
    asked TEXT,
    asked_by TEXT,
    asked_at TEXT,
    asked_reason TEXT
) WITHOUT ROWID;

CREATE INDEX seal_agency ON seal (agency_code, seal_type, state, seal_key);
CREATE INDEX seal_region ON seal (region_code, seal_key);
CREATE INDEX seal_expiry ON seal (state, valid_to);

CREATE TABLE seal_number (
    es_id TEXT NOT NULL PRIMARY KEY,
    seal_key TEXT NOT NULL
) WITHOUT ROWID;

-- What is bound together when the seal is made [I-04]. Private keys are not here: they stay in the
-- key store under key_name.
CREATE TABLE seal_material (
    seal_key TEXT NOT NULL PRIMARY KEY,
    impression BLOB NOT NULL,
    size_mm BIGINT NOT NULL,
    key_name TEXT,
    seal BLOB,
    signer BLOB,
    pdf_signer BLOB
) WITHOUT ROWID;

-- Each state with the moment from which it held [I-12]. Append-only.
CREATE TABLE seal_state (
    seal_key TEXT NOT NULL,
    seq BIGINT NOT NULL,
    at TEXT NOT NULL,
    event TEXT NOT NULL,
    state TEXT NOT NULL,
    staff TEXT NOT NULL,
    note TEXT NOT NULL,
    PRIMARY KEY (seal_key, seq)
) WITHOUT ROWID;

-- 授权: who may use the seal, for what, until when, how often a day [I-10].
CREATE TABLE seal_authorisation (
    seal_key TEXT NOT NULL,
    auth_key TEXT NOT NULL,
    holder_kind TEXT NOT NULL,
    holder TEXT NOT NULL,
    document_kind TEXT NOT NULL,
    -- Empty: every item.
    item_code TEXT NOT NULL,
    valid_from TEXT NOT NULL,
    valid_to TEXT NOT NULL,
    daily_maximum BIGINT NOT NULL,
    granted_by TEXT NOT NULL,
    granted_at TEXT NOT NULL,
    withdrawn_at TEXT,
    PRIMARY KEY (seal_key, auth_key)
) WITHOUT ROWID;

CREATE TABLE seal_day (
    seal_key TEXT NOT NULL,
    auth_key TEXT NOT NULL,
    day TEXT NOT NULL,
    used BIGINT NOT NULL,
    PRIMARY KEY (seal_key, auth_key, day)
) WITHOUT ROWID;

-- 用章记录 [I-15].
CREATE TABLE seal_use (
    use_key TEXT NOT NULL PRIMARY KEY,
    seal_key TEXT NOT NULL,
    auth_key TEXT NOT NULL,
    agency_code TEXT NOT NULL,
    document_kind TEXT NOT NULL,
    purpose TEXT NOT NULL,
    case_no TEXT NOT NULL,
    item_code TEXT NOT NULL,
    caller TEXT NOT NULL,
    person TEXT NOT NULL,
    at TEXT NOT NULL,
    result TEXT NOT NULL,
    finished_at TEXT,
    note TEXT NOT NULL
) WITHOUT ROWID;

CREATE INDEX seal_use_agency ON seal_use (agency_code, at, use_key);
CREATE INDEX seal_use_seal ON seal_use (seal_key, at, use_key);
CREATE INDEX seal_use_open ON seal_use (at) WHERE result = 'reserved';

CREATE TABLE seal_use_document (
    use_key TEXT NOT NULL,
    format TEXT NOT NULL,
    digest TEXT NOT NULL,
    length BIGINT NOT NULL,
    PRIMARY KEY (use_key, format)
) WITHOUT ROWID;

-- The public half of the platform's certificate authorities and their revocation lists, so that a
-- process without keys can verify.
CREATE TABLE seal_authority (
    kind TEXT NOT NULL PRIMARY KEY,
    root BLOB NOT NULL,
    issuing BLOB NOT NULL,
    crl BLOB NOT NULL,
    root_crl BLOB NOT NULL,
    next_update TEXT NOT NULL,
    revision BIGINT NOT NULL
) WITHOUT ROWID;
