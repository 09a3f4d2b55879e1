-- By which attribute the subject of a trusted issuer's assertions names a user; none: its callers are programs.
ALTER TABLE oauth_issuer ADD COLUMN subject_is TEXT COLLATE "C";
