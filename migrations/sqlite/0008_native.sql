-- Native APIs: what users refer to, who is signed in, who is invited, and the users of tokens.

-- The named things users refer to. name_key is folded; standard: given to users that name no role.
CREATE TABLE catalogue (
    tenant   INTEGER NOT NULL,
    kind     TEXT NOT NULL,
    id       INTEGER NOT NULL,
    name     TEXT NOT NULL,
    name_key TEXT NOT NULL,
    standard INTEGER NOT NULL,
    PRIMARY KEY (tenant, kind, id),
    UNIQUE (tenant, kind, name_key)
) STRICT, WITHOUT ROWID;

-- owner: the number of the user's resource. ends: whatever happens; expires: unless it is used before.
CREATE TABLE session (
    num        INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant     INTEGER NOT NULL,
    owner      INTEGER NOT NULL,
    connection INTEGER NOT NULL,
    digest     BLOB NOT NULL UNIQUE,
    door       TEXT NOT NULL,
    created    INTEGER NOT NULL,
    seen       INTEGER NOT NULL,
    expires    INTEGER NOT NULL,
    ends       INTEGER NOT NULL,
    address    TEXT,
    agent      TEXT,
    revoked    INTEGER,
    reason     TEXT
) STRICT;
CREATE INDEX session_owner ON session (tenant, owner);
CREATE INDEX session_ends ON session (ends);

-- state: pending, accepted, revoked. sender: the number of the inviting user's resource, if it is one.
CREATE TABLE invitation (
    num           INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant        INTEGER NOT NULL,
    recipient     TEXT NOT NULL,
    recipient_key TEXT NOT NULL,
    company       INTEGER NOT NULL,
    sender        INTEGER,
    payload       TEXT NOT NULL,
    state         TEXT NOT NULL,
    created       INTEGER NOT NULL,
    expires       INTEGER NOT NULL
) STRICT;
-- The first is 10000000000001.
INSERT INTO sqlite_sequence (name, seq) VALUES ('invitation', 10000000000000);
CREATE INDEX invitation_recipient ON invitation (tenant, recipient_key);
CREATE INDEX invitation_sender ON invitation (tenant, sender) WHERE sender IS NOT NULL;

-- The user a token stands for, and the number by which native clients name the tenant.
ALTER TABLE token ADD COLUMN owner INTEGER;
CREATE INDEX token_owner ON token (tenant, owner) WHERE owner IS NOT NULL;
ALTER TABLE tenant ADD COLUMN organization TEXT;

-- Opened to native APIs: its users have the extension schemas of these from then on.
ALTER TABLE tenant ADD COLUMN native INTEGER NOT NULL DEFAULT 0;

-- Whose manager somebody is, is looked up.
INSERT INTO attr_index (tenant, attribute, key, num, element)
SELECT m.tenant, 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value', substr(m.manager, 1, 256),
       m.num, 0
FROM (SELECT tenant, num,
             sdoc ->> '$."urn:ietf:params:scim:schemas:extension:enterprise:2.0:User".manager.value' AS manager
      FROM resource
      WHERE type = 'User') m
WHERE m.manager IS NOT NULL;

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('catalogue',  'catalogue',            '100 100 10 1'),
    ('session',    'session_owner',        '10000 10000 2'),
    ('session',    'session_ends',         '10000 1'),
    ('invitation', 'invitation_recipient', '1000 1000 1'),
    ('invitation', 'invitation_sender',    '1000 1000 10'),
    ('token',      'token_owner',          '1000 1000 2');
ANALYZE sqlite_schema;
