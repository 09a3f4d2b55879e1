-- Last documents of deleted resources, kept for administrators only: written with the deletion, in the same
-- transaction, and read by nothing that answers a SCIM request.
CREATE TABLE deleted (
    num        INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant     INTEGER NOT NULL,
    type       TEXT    NOT NULL,
    id         TEXT    NOT NULL,
    version    INTEGER NOT NULL,
    created    INTEGER NOT NULL,
    modified   INTEGER NOT NULL,
    removed    INTEGER NOT NULL,
    connection INTEGER NOT NULL,
    document   TEXT    NOT NULL
) STRICT;
CREATE INDEX deleted_removed ON deleted (tenant, removed);
CREATE INDEX deleted_id ON deleted (tenant, id);
