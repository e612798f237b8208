-- Completed cases that are to have made a licence, until it is seen in the library and in its
-- holder's wallet [H-82]. `missing_since` is set when the day is over and it is not there.
CREATE TABLE case_result (
    case_id TEXT NOT NULL PRIMARY KEY,
    agency TEXT NOT NULL,
    due_at TEXT NOT NULL,
    missing_since TEXT
) WITHOUT ROWID;

CREATE INDEX case_result_due ON case_result (due_at, case_id);
CREATE INDEX case_result_missing ON case_result (missing_since, case_id)
    WHERE missing_since IS NOT NULL;
