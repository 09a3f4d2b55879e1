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

-- How large the tables are taken to be. SQLite plans without counting, and would take the tenant,
-- which almost every row shares, to be as selective as an id. Fixed numbers of a typical directory
-- (rows; rows per value of the first column, of the first two, …) make plans the same everywhere.
ANALYZE;
DELETE FROM sqlite_stat1;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('resource',   'resource_id',       '100000 100000 1'),
    ('resource',   'resource_type',     '100000 100000 50000'),
    ('resource',   'resource_name',     '100000 100000 50000 1'),
    ('resource',   'resource_external', '100000 100000 50000 1'),
    ('resource',   'resource_modified', '100000 100000 50000 10'),
    ('unique_key', 'unique_key',        '100000 100000 50000 50000 1'),
    ('unique_key', 'unique_key_num',    '100000 100000 1'),
    ('attr_index', 'attr_index',        '300000 300000 100000 1 1 1'),
    ('attr_index', 'attr_index_num',    '300000 300000 3'),
    ('member',     'member',            '100000 100000 1000 1'),
    ('member',     'member_member',     '100000 100000 10 1'),
    ('member',     'member_nested',     '1000 1000 2 1'),
    ('member',     'member_nests',      '1000 1000 10 1'),
    ('password',   'password',          '100000 100000 1');
ANALYZE sqlite_schema;
