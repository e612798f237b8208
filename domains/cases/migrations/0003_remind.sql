-- When the applicant is to be told that the time is nearly over; null where nobody waits for the
-- applicant, or the applicant was told.
ALTER TABLE case_record ADD COLUMN remind_at TEXT;
CREATE INDEX case_to_remind ON case_record (remind_at) WHERE remind_at IS NOT NULL;
