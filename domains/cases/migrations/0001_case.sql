CREATE TABLE case_record (
    case_id TEXT NOT NULL PRIMARY KEY,
    case_no TEXT,
    item_id TEXT NOT NULL,
    owner TEXT NOT NULL,
    agency TEXT NOT NULL,
    region TEXT NOT NULL,
    state TEXT NOT NULL,
    rev BIGINT NOT NULL,
    -- When the case is due; null before acceptance.
    due_at TEXT,
    -- When the applicant's time is over: draft, correction, call to the hall, payment.
    deadline TEXT,
    updated_at TEXT NOT NULL,
    data TEXT NOT NULL,
    private BLOB NOT NULL
) WITHOUT ROWID;

CREATE INDEX case_of_owner ON case_record (owner, updated_at);
CREATE INDEX case_of_agency ON case_record (agency, state, due_at);
CREATE INDEX case_waiting ON case_record (state, deadline);

CREATE TABLE case_number (
    case_no TEXT NOT NULL PRIMARY KEY,
    case_id TEXT NOT NULL
) WITHOUT ROWID;

-- Open cases of an applicant with one item: the window warns before it opens a second.
CREATE TABLE case_applicant (
    digest BLOB NOT NULL,
    case_id TEXT NOT NULL,
    item_id TEXT NOT NULL,
    PRIMARY KEY (digest, case_id)
) WITHOUT ROWID;

-- Who may act now: one row for each officer of each open post.
CREATE TABLE case_task (
    username TEXT NOT NULL,
    case_id TEXT NOT NULL,
    post_code TEXT NOT NULL,
    step TEXT NOT NULL,
    state TEXT NOT NULL,
    due_at TEXT,
    opened_at TEXT NOT NULL,
    PRIMARY KEY (username, case_id, post_code)
) WITHOUT ROWID;

CREATE INDEX case_task_of_case ON case_task (case_id);

-- 办理环节信息 [K-42].
CREATE TABLE case_step (
    case_id TEXT NOT NULL,
    seq BIGINT NOT NULL,
    event TEXT NOT NULL,
    state TEXT NOT NULL,
    at TEXT NOT NULL,
    data TEXT NOT NULL,
    private BLOB NOT NULL,
    PRIMARY KEY (case_id, seq)
) WITHOUT ROWID;

-- 申请材料信息 [K-42].
CREATE TABLE case_material (
    case_id TEXT NOT NULL,
    entry TEXT NOT NULL,
    material_code TEXT NOT NULL,
    data TEXT NOT NULL,
    PRIMARY KEY (case_id, entry)
) WITHOUT ROWID;

-- 特别程序信息 [K-43].
CREATE TABLE case_special (
    case_id TEXT NOT NULL,
    no BIGINT NOT NULL,
    data TEXT NOT NULL,
    private BLOB NOT NULL,
    PRIMARY KEY (case_id, no)
) WITHOUT ROWID;

-- Review points that somebody worked through.
CREATE TABLE case_check (
    case_id TEXT NOT NULL,
    material_code TEXT NOT NULL,
    point_no BIGINT NOT NULL,
    passed BIGINT NOT NULL,
    by_whom TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (case_id, material_code, point_no)
) WITHOUT ROWID;

-- Contacts with presence [D-02].
CREATE TABLE case_visit (
    case_id TEXT NOT NULL,
    no BIGINT NOT NULL,
    at TEXT NOT NULL,
    event TEXT NOT NULL,
    officer TEXT NOT NULL,
    PRIMARY KEY (case_id, no)
) WITHOUT ROWID;

CREATE TABLE acceptance_check (
    item_id TEXT NOT NULL,
    code TEXT NOT NULL,
    rule TEXT NOT NULL,
    PRIMARY KEY (item_id, code)
) WITHOUT ROWID;

-- How an item fills the face of its licence.
CREATE TABLE issue_rule (
    item_id TEXT NOT NULL PRIMARY KEY,
    rule TEXT NOT NULL
) WITHOUT ROWID;
