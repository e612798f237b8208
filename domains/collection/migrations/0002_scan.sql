-- 扫描采集: files of scans of a batch that is typed from originals, as they came.
CREATE TABLE collection_scan_file (
    batch_key TEXT NOT NULL,
    file_no BIGINT NOT NULL,
    digest BLOB NOT NULL,
    pages BIGINT NOT NULL,
    blob TEXT NOT NULL,
    -- Its name, encrypted: people name files after persons.
    body BLOB NOT NULL,
    PRIMARY KEY (batch_key, file_no)
) WITHOUT ROWID;

CREATE INDEX collection_scan_file_digest ON collection_scan_file (digest);

-- Their pages as pictures, with what is done to each before it is seen.
CREATE TABLE collection_scan_page (
    batch_key TEXT NOT NULL,
    page BIGINT NOT NULL,
    rev BIGINT NOT NULL,
    file_no BIGINT NOT NULL,
    -- The original it belongs to: the number of the page that it begins with.
    original BIGINT NOT NULL,
    removed BIGINT NOT NULL,
    blank BIGINT NOT NULL,
    -- Turned to the right by so many quarters, then to the left by hundredths of a degree, then
    -- cropped by thousandths of each side.
    quarters BIGINT NOT NULL,
    tilt BIGINT NOT NULL,
    crop_left BIGINT NOT NULL,
    crop_top BIGINT NOT NULL,
    crop_right BIGINT NOT NULL,
    crop_bottom BIGINT NOT NULL,
    picture TEXT NOT NULL,
    thumb TEXT NOT NULL,
    PRIMARY KEY (batch_key, page)
) WITHOUT ROWID;

CREATE INDEX collection_scan_page_original ON collection_scan_page (batch_key, original, page);

-- 原件: what was typed from its pages, until the batch is sent to be taken in. Its number is that
-- of its row afterwards.
CREATE TABLE collection_original (
    batch_key TEXT NOT NULL,
    original BIGINT NOT NULL,
    rev BIGINT NOT NULL,
    state TEXT NOT NULL,
    typist TEXT,
    body BLOB NOT NULL,
    PRIMARY KEY (batch_key, original)
) WITHOUT ROWID;

CREATE INDEX collection_original_state ON collection_original (batch_key, state, original);
