-- 综合查询 [H-49]: by date of issue and by name. Licences from before are entered by a job, which
-- finds them by the missing date.
ALTER TABLE licence ADD COLUMN issued_on TEXT;
CREATE INDEX licence_issued ON licence (agency, state, issued_on, type_code);
CREATE INDEX licence_issued_any ON licence (state, issued_on, type_code);
CREATE INDEX licence_unindexed ON licence (licence_key) WHERE issued_on IS NULL;

-- A holder's name is found by its digest only.
CREATE TABLE licence_holder_name (
    digest BLOB NOT NULL,
    licence_key TEXT NOT NULL,
    PRIMARY KEY (digest, licence_key)
) WITHOUT ROWID;

-- 统计分析 [H-73]: counted along this index.
CREATE INDEX licence_counted ON licence (state, agency, type_code);
