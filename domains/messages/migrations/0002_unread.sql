-- Every page of the user space shows how many messages are new.
CREATE INDEX site_message_unread ON site_message (account) WHERE read_at IS NULL;
