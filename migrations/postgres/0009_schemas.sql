-- Schemas and resource types that a tenant has of its own, as RFC 7643 documents. A tenant's edition counts
-- their changes: whoever identified a caller by an older one notices before it writes.
ALTER TABLE tenant ADD COLUMN edition BIGINT NOT NULL DEFAULT 0;

-- place: the order in which they are shown.
CREATE TABLE schema_document (
    tenant   BIGINT NOT NULL,
    place    BIGINT GENERATED ALWAYS AS IDENTITY,
    version  BIGINT NOT NULL,
    created  BIGINT NOT NULL,
    modified BIGINT NOT NULL,
    id       TEXT COLLATE "C" NOT NULL,
    document TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant, id)
);

CREATE TABLE type_document (
    tenant   BIGINT NOT NULL,
    place    BIGINT GENERATED ALWAYS AS IDENTITY,
    version  BIGINT NOT NULL,
    created  BIGINT NOT NULL,
    modified BIGINT NOT NULL,
    name     TEXT COLLATE "C" NOT NULL,
    document TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant, name)
);

-- Indexes that are being built: writes keep them up already, searches do not use them yet. reached is the
-- number of the last resource that was taken in.
CREATE TABLE index_build (
    tenant    BIGINT NOT NULL,
    reached   BIGINT NOT NULL DEFAULT 0,
    type      TEXT COLLATE "C" NOT NULL,
    attribute TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant, type, attribute)
);
