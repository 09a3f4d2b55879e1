-- How tolerant the server is towards a connection: a preset, and the tolerances set beside it.

ALTER TABLE connection ADD COLUMN profile TEXT NOT NULL DEFAULT 'default';
