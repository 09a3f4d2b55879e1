-- Where a token may be used from (CIDR ranges with spaces between them, none for anywhere) and when
-- it was last used, to the minute.

ALTER TABLE token ADD COLUMN addresses TEXT NOT NULL DEFAULT '';
ALTER TABLE token ADD COLUMN used INTEGER;
CREATE INDEX token_connection ON token (connection);

-- Tenants and connections can be deleted now, and the number of one must never become another's.
-- Rows that refer to them wait for them until the commit.
PRAGMA defer_foreign_keys = ON;

CREATE TABLE kept AS SELECT num, name, created FROM tenant;
DROP TABLE tenant;
CREATE TABLE tenant (
    num     INTEGER PRIMARY KEY AUTOINCREMENT,
    name    TEXT    NOT NULL UNIQUE,
    created INTEGER NOT NULL
) STRICT;
INSERT INTO tenant (num, name, created) SELECT num, name, created FROM kept;
DROP TABLE kept;

CREATE TABLE kept AS SELECT num, tenant, name, created, profile FROM connection;
DROP TABLE connection;
CREATE TABLE connection (
    num     INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant  INTEGER NOT NULL REFERENCES tenant (num),
    name    TEXT    NOT NULL,
    created INTEGER NOT NULL,
    profile TEXT    NOT NULL DEFAULT 'default',
    UNIQUE (tenant, name)
) STRICT;
INSERT INTO connection (num, tenant, name, created, profile)
SELECT num, tenant, name, created, profile FROM kept;
DROP TABLE kept;
