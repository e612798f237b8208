-- 证照模板: every version of the definition of a type, with its base picture. The one in use stands in
-- licence_type as well.
CREATE TABLE licence_template (
    type_code TEXT NOT NULL,
    version BIGINT NOT NULL,
    state TEXT NOT NULL,
    rev BIGINT NOT NULL,
    data TEXT NOT NULL,
    svg TEXT NOT NULL,
    told TEXT NOT NULL,
    PRIMARY KEY (type_code, version)
) WITHOUT ROWID;

CREATE INDEX licence_template_state ON licence_template (state, type_code);
-- One version of a type is worked on, and one is in use.
CREATE UNIQUE INDEX licence_template_open ON licence_template (type_code)
    WHERE state IN ('DRAFT', 'IN_REVIEW');
CREATE UNIQUE INDEX licence_template_used ON licence_template (type_code) WHERE state = 'IN_USE';

-- What was imported before there were versions.
INSERT INTO licence_template (type_code, version, state, rev, data, svg, told)
    SELECT type_code, 1, 'IN_USE', 1, data, svg, '{}' FROM licence_type;

-- When a type was stopped; licences that were issued keep their lives.
ALTER TABLE licence_type ADD COLUMN stopped TEXT;

-- First level of the catalogue [H-08]: kept by the province.
CREATE TABLE licence_class (
    class_code TEXT NOT NULL PRIMARY KEY,
    class_name TEXT NOT NULL,
    place BIGINT NOT NULL
) WITHOUT ROWID;
INSERT INTO licence_class (class_code, class_name, place) VALUES
    ('natural_person', '自然人信息', 1),
    ('legal_person', '法人信息', 2),
    ('licence', '证照信息', 3);
