-- A token may act in the name of the person or officer who gave it to a client.
ALTER TABLE bearer_token ADD COLUMN subject TEXT;
ALTER TABLE bearer_token ADD COLUMN represented TEXT;
ALTER TABLE bearer_token ADD COLUMN delegation TEXT;

CREATE INDEX bearer_token_subject ON bearer_token (subject, created_at);
