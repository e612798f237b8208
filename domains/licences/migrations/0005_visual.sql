-- 可视核验 [H-56]: a person looks at the drawn pages beside the library's data and says what was
-- seen. The file is kept with the finding, encrypted.
CREATE TABLE visual_check (
    number TEXT NOT NULL PRIMARY KEY,
    officer TEXT NOT NULL,
    begun_at TEXT NOT NULL,
    blob TEXT NOT NULL,
    outcome TEXT,
    decided_at TEXT,
    note BLOB
) WITHOUT ROWID;

CREATE INDEX visual_check_officer ON visual_check (officer, begun_at, number);
