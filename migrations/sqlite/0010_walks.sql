-- What all instances of a server must know alike: the key of its cursors.
CREATE TABLE secret (
    name  TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- Sorted walks by cursor: who walks, and until when its cursors are good. num is drawn by lot.
CREATE TABLE walk (
    tenant     INTEGER NOT NULL,
    num        INTEGER NOT NULL,
    connection INTEGER NOT NULL,
    expires    INTEGER NOT NULL,
    PRIMARY KEY (tenant, num)
) STRICT, WITHOUT ROWID;
CREATE INDEX walk_connection ON walk (tenant, connection, expires);
CREATE INDEX walk_expires ON walk (expires);

-- The numbers of a walk's hits in the order they had when it began, some thousand in each part.
CREATE TABLE walk_part (
    tenant INTEGER NOT NULL,
    walk   INTEGER NOT NULL,
    part   INTEGER NOT NULL,
    nums   BLOB    NOT NULL,
    PRIMARY KEY (tenant, walk, part)
) STRICT;
