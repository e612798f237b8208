-- What may this officer or system seal: asked when the page for sealing a document opens.
CREATE INDEX seal_authorisation_holder ON seal_authorisation (holder, holder_kind);
