-- Where a token may be used from (CIDR ranges with spaces between them, none for anywhere) and when
-- it was last used, to the minute.

ALTER TABLE token ADD COLUMN addresses TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE token ADD COLUMN used BIGINT;
CREATE INDEX token_connection ON token (connection);
