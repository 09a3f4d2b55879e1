-- Where a token may be used from (CIDR ranges with spaces between them, none for anywhere) and when
-- it was last used, to the minute.

ALTER TABLE token ADD COLUMN addresses TEXT NOT NULL DEFAULT '';
ALTER TABLE token ADD COLUMN used INTEGER;
CREATE INDEX token_connection ON token (connection);

-- Tenants can be deleted now, and the number of one must never become another's. Rows that refer
-- to a tenant wait for it until the commit.
PRAGMA defer_foreign_keys = ON;
CREATE TABLE tenant_kept AS SELECT num, name, created FROM tenant;
DROP TABLE tenant;
CREATE TABLE tenant (
    num     INTEGER PRIMARY KEY AUTOINCREMENT,
    name    TEXT    NOT NULL UNIQUE,
    created INTEGER NOT NULL
) STRICT;
INSERT INTO tenant (num, name, created) SELECT num, name, created FROM tenant_kept;
DROP TABLE tenant_kept;
