-- Tenants, credentials, resources, their keys and memberships. Times are microseconds since the
-- epoch. Text compares byte by byte; keys are made by the program, never folded here.

CREATE TABLE tenant (
    num     INTEGER PRIMARY KEY,
    name    TEXT    NOT NULL UNIQUE,
    created INTEGER NOT NULL
) STRICT;

CREATE TABLE connection (
    num     INTEGER PRIMARY KEY,
    tenant  INTEGER NOT NULL REFERENCES tenant (num),
    name    TEXT    NOT NULL,
    created INTEGER NOT NULL,
    UNIQUE (tenant, name)
) STRICT;

CREATE TABLE token (
    num        INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant     INTEGER NOT NULL REFERENCES tenant (num),
    connection INTEGER NOT NULL REFERENCES connection (num),
    name       TEXT    NOT NULL,
    prefix     TEXT    NOT NULL,
    digest     BLOB    NOT NULL UNIQUE,
    scopes     TEXT    NOT NULL,
    created    INTEGER NOT NULL,
    expires    INTEGER
) STRICT;
CREATE INDEX token_tenant ON token (tenant);

-- name_key and external_id are cut to 1,024 bytes. sdoc is the search document (JSONB).
CREATE TABLE resource (
    num         INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant      INTEGER NOT NULL,
    type        TEXT    NOT NULL,
    id          TEXT    NOT NULL,
    version     INTEGER NOT NULL,
    created     INTEGER NOT NULL,
    modified    INTEGER NOT NULL,
    active      INTEGER,
    name_key    TEXT,
    external_id TEXT,
    display     TEXT,
    display_key TEXT,
    doc         TEXT    NOT NULL,
    sdoc        BLOB    NOT NULL
) STRICT;
-- Every index ends with num, the row's own key.
CREATE UNIQUE INDEX resource_id ON resource (tenant, id);
CREATE INDEX resource_type ON resource (tenant, type);
CREATE INDEX resource_name ON resource (tenant, type, name_key);
CREATE INDEX resource_external ON resource (tenant, type, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX resource_modified ON resource (tenant, type, modified);

-- The constraint that makes an attribute's values unique within a type.
CREATE TABLE unique_key (
    tenant    INTEGER NOT NULL,
    type      TEXT    NOT NULL,
    attribute TEXT    NOT NULL,
    key       TEXT    NOT NULL,
    num       INTEGER NOT NULL,
    PRIMARY KEY (tenant, type, attribute, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX unique_key_num ON unique_key (tenant, num);

-- Keys of the indexed attributes, cut to 256 characters.
CREATE TABLE attr_index (
    tenant    INTEGER NOT NULL,
    attribute TEXT    NOT NULL,
    key       TEXT    NOT NULL,
    num       INTEGER NOT NULL,
    element   INTEGER NOT NULL,
    PRIMARY KEY (tenant, attribute, key, num, element)
) STRICT, WITHOUT ROWID;
CREATE INDEX attr_index_num ON attr_index (tenant, num);

-- nested: the member is itself a group. Few rows are, and only they lead on to further groups.
CREATE TABLE member (
    tenant INTEGER NOT NULL,
    grp    INTEGER NOT NULL,
    member INTEGER NOT NULL,
    nested INTEGER NOT NULL,
    PRIMARY KEY (tenant, grp, member)
) STRICT, WITHOUT ROWID;
CREATE INDEX member_member ON member (tenant, member, grp);
CREATE INDEX member_nested ON member (tenant, member, grp) WHERE nested;
CREATE INDEX member_nests ON member (tenant, grp, member) WHERE nested;

CREATE TABLE password (
    tenant INTEGER NOT NULL,
    num    INTEGER NOT NULL,
    hash   TEXT    NOT NULL,
    PRIMARY KEY (tenant, num)
) STRICT, WITHOUT ROWID;
