-- 窗口采集: originals that came with a case, or its result on paper.
ALTER TABLE collection_batch ADD COLUMN case_no TEXT;

CREATE INDEX collection_batch_case ON collection_batch (case_no, started_at) WHERE case_no IS NOT NULL;
