-- Native APIs: what users refer to, who is signed in, who is invited, and the users of tokens.

-- The named things users refer to. name_key is folded; standard: given to users that name no role.
CREATE TABLE catalogue (
    tenant   BIGINT NOT NULL,
    kind     TEXT COLLATE "C" NOT NULL,
    id       BIGINT NOT NULL,
    name     TEXT COLLATE "C" NOT NULL,
    name_key TEXT COLLATE "C" NOT NULL,
    standard BOOLEAN NOT NULL,
    PRIMARY KEY (tenant, kind, id),
    UNIQUE (tenant, kind, name_key)
);

-- owner: the number of the user's resource. ends: whatever happens; expires: unless it is used before.
CREATE TABLE session (
    num        BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant     BIGINT NOT NULL,
    owner      BIGINT NOT NULL,
    connection BIGINT NOT NULL,
    digest     BYTEA NOT NULL UNIQUE,
    door       TEXT COLLATE "C" NOT NULL,
    created    BIGINT NOT NULL,
    seen       BIGINT NOT NULL,
    expires    BIGINT NOT NULL,
    ends       BIGINT NOT NULL,
    address    TEXT COLLATE "C",
    agent      TEXT COLLATE "C",
    revoked    BIGINT,
    reason     TEXT COLLATE "C"
);
CREATE INDEX session_owner ON session (tenant, owner, num);
CREATE INDEX session_ends ON session (ends);

-- state: pending, accepted, revoked. sender: the number of the inviting user's resource, if it is one.
CREATE TABLE invitation (
    num           BIGINT GENERATED ALWAYS AS IDENTITY (START WITH 10000000000001) PRIMARY KEY,
    tenant        BIGINT NOT NULL,
    recipient     TEXT COLLATE "C" NOT NULL,
    recipient_key TEXT COLLATE "C" NOT NULL,
    company       BIGINT NOT NULL,
    sender        BIGINT,
    payload       TEXT COLLATE "C" NOT NULL,
    state         TEXT COLLATE "C" NOT NULL,
    created       BIGINT NOT NULL,
    expires       BIGINT NOT NULL
);
CREATE INDEX invitation_recipient ON invitation (tenant, recipient_key, num);
CREATE INDEX invitation_sender ON invitation (tenant, sender, num) WHERE sender IS NOT NULL;

-- The user a token stands for, and the number by which native clients name the tenant.
ALTER TABLE token ADD COLUMN owner BIGINT;
CREATE INDEX token_owner ON token (tenant, owner, num) WHERE owner IS NOT NULL;
ALTER TABLE tenant ADD COLUMN organization TEXT COLLATE "C";

-- Opened to native APIs: its users have the extension schemas of these from then on.
ALTER TABLE tenant ADD COLUMN native BOOLEAN NOT NULL DEFAULT FALSE;

-- Whose manager somebody is, is looked up.
INSERT INTO attr_index (tenant, attribute, key, num, element)
SELECT m.tenant, 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value', left(m.manager, 256),
       m.num, 0
FROM (SELECT tenant, num, sdoc #>> '{urn:ietf:params:scim:schemas:extension:enterprise:2.0:User,manager,value}' AS manager
      FROM resource
      WHERE type = 'User') m
WHERE m.manager IS NOT NULL;
