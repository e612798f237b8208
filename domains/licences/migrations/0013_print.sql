-- 纸质证照的打印: who printed which version when, and on which numbered form, each form once.
CREATE TABLE licence_print (
    licence_key TEXT NOT NULL,
    nth BIGINT NOT NULL,
    at TEXT NOT NULL,
    version BIGINT NOT NULL,
    way TEXT NOT NULL,
    form_no TEXT,
    by_whom TEXT NOT NULL,
    PRIMARY KEY (licence_key, nth)
) WITHOUT ROWID;

CREATE TABLE licence_form (
    type_code TEXT NOT NULL,
    form_no TEXT NOT NULL,
    licence_key TEXT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (type_code, form_no)
) WITHOUT ROWID;
