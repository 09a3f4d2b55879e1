-- What all instances of a server must know alike: the key of its cursors.
CREATE TABLE secret (
    name  TEXT COLLATE "C" PRIMARY KEY,
    value BYTEA NOT NULL
);

-- Sorted walks by cursor: who walks, and until when its cursors are good. num is drawn by lot.
CREATE TABLE walk (
    tenant     BIGINT NOT NULL,
    num        BIGINT NOT NULL,
    connection BIGINT NOT NULL,
    expires    BIGINT NOT NULL,
    PRIMARY KEY (tenant, num)
);
CREATE INDEX walk_connection ON walk (tenant, connection, expires);
CREATE INDEX walk_expires ON walk (expires);

-- The numbers of a walk's hits in the order they had when it began, some thousand in each part.
CREATE TABLE walk_part (
    tenant BIGINT NOT NULL,
    walk   BIGINT NOT NULL,
    part   BIGINT NOT NULL,
    nums   BYTEA NOT NULL,
    PRIMARY KEY (tenant, walk, part)
);
