-- Schemas and resource types that a tenant has of its own, as RFC 7643 documents. A tenant's edition counts
-- their changes: whoever identified a caller by an older one notices before it writes.
ALTER TABLE tenant ADD COLUMN edition INTEGER NOT NULL DEFAULT 0;

-- place: the order in which they are shown.
CREATE TABLE schema_document (
    place    INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant   INTEGER NOT NULL,
    id       TEXT    NOT NULL,
    version  INTEGER NOT NULL,
    created  INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    document TEXT    NOT NULL
) STRICT;
CREATE UNIQUE INDEX schema_document_id ON schema_document (tenant, id);

CREATE TABLE type_document (
    place    INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant   INTEGER NOT NULL,
    name     TEXT    NOT NULL,
    version  INTEGER NOT NULL,
    created  INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    document TEXT    NOT NULL
) STRICT;
CREATE UNIQUE INDEX type_document_name ON type_document (tenant, name);

-- Indexes that are being built: writes keep them up already, searches do not use them yet. reached is the
-- number of the last resource that was taken in.
CREATE TABLE index_build (
    tenant    INTEGER NOT NULL,
    type      TEXT    NOT NULL,
    attribute TEXT    NOT NULL,
    reached   INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant, type, attribute)
) STRICT, WITHOUT ROWID;
