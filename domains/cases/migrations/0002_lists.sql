-- Lists of staff take the head of each agency and state in the order they show.
DROP INDEX case_of_agency;
CREATE INDEX case_of_agency ON case_record (agency, state, due_at, updated_at);
CREATE INDEX case_of_state ON case_record (state, due_at, updated_at);
