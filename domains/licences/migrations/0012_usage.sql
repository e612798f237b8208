-- 使用统计 [H-75]: how often licences of a type were used in a day, by whom and for what. Counted
-- from the journal, so that a use itself writes nothing that all uses share.
CREATE TABLE licence_use (
    day TEXT NOT NULL,
    type_code TEXT NOT NULL,
    issuer TEXT NOT NULL,
    what TEXT NOT NULL,
    reason TEXT NOT NULL,
    consumer TEXT NOT NULL,
    n BIGINT NOT NULL,
    PRIMARY KEY (day, type_code, issuer, what, reason, consumer)
) WITHOUT ROWID;
