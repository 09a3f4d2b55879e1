-- Tenants, credentials, resources, their keys and memberships. Times are microseconds since the
-- epoch. Text compares byte by byte; keys are made by the program, never folded here.

CREATE TABLE tenant (
    num     BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name    TEXT COLLATE "C" NOT NULL UNIQUE,
    created BIGINT NOT NULL
);

CREATE TABLE connection (
    num     BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant  BIGINT NOT NULL REFERENCES tenant (num),
    name    TEXT COLLATE "C" NOT NULL,
    created BIGINT NOT NULL,
    UNIQUE (tenant, name)
);

CREATE TABLE token (
    num        BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant     BIGINT NOT NULL REFERENCES tenant (num),
    connection BIGINT NOT NULL REFERENCES connection (num),
    name       TEXT COLLATE "C" NOT NULL,
    prefix     TEXT COLLATE "C" NOT NULL,
    digest     BYTEA NOT NULL UNIQUE,
    scopes     TEXT COLLATE "C" NOT NULL,
    created    BIGINT NOT NULL,
    expires    BIGINT
);
CREATE INDEX token_tenant ON token (tenant, num);

-- name_key and external_id are cut to 1,024 bytes, so that they fit an index page. sdoc is the
-- search document.
CREATE TABLE resource (
    tenant      BIGINT NOT NULL,
    num         BIGINT GENERATED ALWAYS AS IDENTITY,
    version     BIGINT NOT NULL,
    created     BIGINT NOT NULL,
    modified    BIGINT NOT NULL,
    active      BOOLEAN,
    type        TEXT COLLATE "C" NOT NULL,
    id          TEXT COLLATE "C" NOT NULL,
    name_key    TEXT COLLATE "C",
    external_id TEXT COLLATE "C",
    display     TEXT COLLATE "C",
    display_key TEXT COLLATE "C",
    doc         TEXT COLLATE "C" NOT NULL,
    sdoc        JSONB NOT NULL,
    PRIMARY KEY (tenant, num)
);
CREATE UNIQUE INDEX resource_id ON resource (tenant, id);
CREATE INDEX resource_type ON resource (tenant, type, num);
CREATE INDEX resource_name ON resource (tenant, type, name_key, num);
CREATE INDEX resource_external ON resource (tenant, type, external_id, num) WHERE external_id IS NOT NULL;
CREATE INDEX resource_modified ON resource (tenant, type, modified, num);

-- The constraint that makes an attribute's values unique within a type.
CREATE TABLE unique_key (
    tenant    BIGINT NOT NULL,
    type      TEXT COLLATE "C" NOT NULL,
    attribute TEXT COLLATE "C" NOT NULL,
    key       TEXT COLLATE "C" NOT NULL,
    num       BIGINT NOT NULL,
    PRIMARY KEY (tenant, type, attribute, key)
);
CREATE INDEX unique_key_num ON unique_key (tenant, num);

-- Keys of the indexed attributes, cut to 256 characters.
CREATE TABLE attr_index (
    tenant    BIGINT NOT NULL,
    attribute TEXT COLLATE "C" NOT NULL,
    key       TEXT COLLATE "C" NOT NULL,
    num       BIGINT NOT NULL,
    element   BIGINT NOT NULL,
    PRIMARY KEY (tenant, attribute, key, num, element)
);
CREATE INDEX attr_index_num ON attr_index (tenant, num);

-- nested: the member is itself a group. Few rows are, and only they lead on to further groups.
CREATE TABLE member (
    tenant BIGINT NOT NULL,
    grp    BIGINT NOT NULL,
    member BIGINT NOT NULL,
    nested BOOLEAN NOT NULL,
    PRIMARY KEY (tenant, grp, member)
);
CREATE INDEX member_member ON member (tenant, member, grp);
CREATE INDEX member_nested ON member (tenant, member, grp) WHERE nested;
CREATE INDEX member_nests ON member (tenant, grp, member) WHERE nested;

CREATE TABLE password (
    tenant BIGINT NOT NULL,
    num    BIGINT NOT NULL,
    hash   TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant, num)
);
