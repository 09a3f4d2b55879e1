-- Last documents of deleted resources, kept for administrators only: written with the deletion, in the same
-- transaction, and read by nothing that answers a SCIM request.
CREATE TABLE deleted (
    tenant     BIGINT NOT NULL,
    num        BIGINT GENERATED ALWAYS AS IDENTITY,
    version    BIGINT NOT NULL,
    created    BIGINT NOT NULL,
    modified   BIGINT NOT NULL,
    removed    BIGINT NOT NULL,
    connection BIGINT NOT NULL,
    type       TEXT COLLATE "C" NOT NULL,
    id         TEXT COLLATE "C" NOT NULL,
    document   TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant, num)
);
CREATE INDEX deleted_removed ON deleted (tenant, removed, num);
CREATE INDEX deleted_id ON deleted (tenant, id, num);
