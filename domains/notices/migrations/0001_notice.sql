-- 文书模板: a version is never changed; a newer one is used from its moment on.
CREATE TABLE notice_template (
    kind TEXT NOT NULL,
    version BIGINT NOT NULL,
    used_from TEXT NOT NULL,
    body TEXT NOT NULL,
    author TEXT NOT NULL,
    PRIMARY KEY (kind, version)
) WITHOUT ROWID;

-- 发文代字 of an agency, where it is not the one made from its name.
CREATE TABLE notice_word (
    agency_code TEXT NOT NULL PRIMARY KEY,
    word TEXT NOT NULL
) WITHOUT ROWID;

-- 电子文书 [D-61].
CREATE TABLE notice (
    doc_id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    number TEXT NOT NULL,
    title TEXT NOT NULL,
    template_version BIGINT NOT NULL,
    case_key TEXT NOT NULL,
    case_no TEXT NOT NULL,
    item_code TEXT NOT NULL,
    -- Account key of the applicant.
    owner TEXT NOT NULL,
    agency_code TEXT NOT NULL,
    region_code TEXT NOT NULL,
    maker TEXT NOT NULL,
    made_at TEXT NOT NULL,
    -- What the document says, the issuer's names and addresses, and the token of its QR code.
    content BLOB NOT NULL,
    state TEXT NOT NULL,
    rev BIGINT NOT NULL,
    -- 印章标识 of the seal it carries.
    sealer TEXT,
    use_key TEXT,
    sealed_at TEXT,
    delivered_at TEXT,
    withdrawn_at TEXT,
    withdrawn_by TEXT,
    withdraw_reason BLOB,
    -- The document that this one replaces, and the one that replaces it.
    replaces TEXT,
    replaced_by TEXT
) WITHOUT ROWID;

CREATE INDEX notice_case ON notice (case_key, made_at, doc_id);

CREATE TABLE notice_number (
    number TEXT NOT NULL PRIMARY KEY,
    doc_id TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE notice_file (
    doc_id TEXT NOT NULL,
    format TEXT NOT NULL,
    blob TEXT NOT NULL,
    -- SM3 of the file, hexadecimal.
    digest TEXT NOT NULL,
    length BIGINT NOT NULL,
    PRIMARY KEY (doc_id, format)
) WITHOUT ROWID;

CREATE INDEX notice_file_digest ON notice_file (digest);
