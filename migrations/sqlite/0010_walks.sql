-- What all instances of a server must know alike: the key of its cursors.
CREATE TABLE secret (
    name  TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- Sorted walks by cursor: the numbers of the hits in the order they had when the walk began.
CREATE TABLE walk (
    num     INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant  INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    nums    BLOB    NOT NULL
) STRICT;
CREATE INDEX walk_tenant ON walk (tenant);
CREATE INDEX walk_expires ON walk (expires);
