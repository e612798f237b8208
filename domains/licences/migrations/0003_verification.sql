-- 核验记录 [H-58]: the outcome under its number, as it was told: masked, encrypted whole.
CREATE TABLE verification (
    number TEXT NOT NULL PRIMARY KEY,
    at TEXT NOT NULL,
    body BLOB NOT NULL
) WITHOUT ROWID;

CREATE INDEX verification_at ON verification (at);

-- 核验报告: the outcome as a sealed document, made when somebody first asks for it.
CREATE TABLE verification_report (
    number TEXT NOT NULL PRIMARY KEY,
    made_at TEXT NOT NULL,
    use_key TEXT NOT NULL,
    ofd_blob TEXT NOT NULL,
    pdf_blob TEXT NOT NULL
) WITHOUT ROWID;
