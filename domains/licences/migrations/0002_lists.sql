-- Whoever may see every agency's licences reads them by state.
CREATE INDEX licence_of_state ON licence (state, updated_at);
