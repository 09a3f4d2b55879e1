-- What all instances of a server must know alike: the key of its cursors.
CREATE TABLE secret (
    name  TEXT COLLATE "C" PRIMARY KEY,
    value BYTEA NOT NULL
);

-- Sorted walks by cursor: the numbers of the hits in the order they had when the walk began.
CREATE TABLE walk (
    tenant  BIGINT NOT NULL,
    num     BIGINT GENERATED ALWAYS AS IDENTITY,
    expires BIGINT NOT NULL,
    nums    BYTEA NOT NULL,
    PRIMARY KEY (tenant, num)
);
CREATE INDEX walk_expires ON walk (expires);
