-- OAuth 2.0 clients of connections, what they prove themselves with, and trusted issuers. All of it
-- goes with its connection; an access token is a row of token with its client.

CREATE TABLE oauth_client (
    num        BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant     BIGINT NOT NULL REFERENCES tenant (num) ON DELETE CASCADE,
    connection BIGINT NOT NULL REFERENCES connection (num) ON DELETE CASCADE,
    id         TEXT COLLATE "C"    NOT NULL UNIQUE,
    name       TEXT COLLATE "C"    NOT NULL,
    scopes     TEXT COLLATE "C"    NOT NULL,
    keys       TEXT COLLATE "C",
    keys_url   TEXT COLLATE "C",
    created    BIGINT NOT NULL
);
CREATE INDEX oauth_client_tenant ON oauth_client (tenant);
CREATE INDEX oauth_client_connection ON oauth_client (connection);

CREATE TABLE oauth_secret (
    num     BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    client  BIGINT NOT NULL REFERENCES oauth_client (num) ON DELETE CASCADE,
    prefix  TEXT COLLATE "C"    NOT NULL,
    digest  BYTEA    NOT NULL UNIQUE,
    created BIGINT NOT NULL,
    expires BIGINT
);
CREATE INDEX oauth_secret_client ON oauth_secret (client);

-- Assertions that were taken, until they are too old to be taken again. digest is of the jti.
CREATE TABLE oauth_assertion (
    client  BIGINT NOT NULL REFERENCES oauth_client (num) ON DELETE CASCADE,
    digest  BYTEA    NOT NULL,
    expires BIGINT NOT NULL,
    PRIMARY KEY (client, digest)
);
CREATE INDEX oauth_assertion_expires ON oauth_assertion (client, expires);

-- subject is empty if any will do.
CREATE TABLE oauth_issuer (
    num        BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant     BIGINT NOT NULL REFERENCES tenant (num) ON DELETE CASCADE,
    connection BIGINT NOT NULL REFERENCES connection (num) ON DELETE CASCADE,
    issuer     TEXT COLLATE "C"    NOT NULL,
    audience   TEXT COLLATE "C"    NOT NULL,
    subject    TEXT COLLATE "C"    NOT NULL,
    scopes     TEXT COLLATE "C"    NOT NULL,
    keys_url   TEXT COLLATE "C"    NOT NULL,
    created    BIGINT NOT NULL,
    UNIQUE (issuer, audience, subject)
);
CREATE INDEX oauth_issuer_tenant ON oauth_issuer (tenant);
CREATE INDEX oauth_issuer_connection ON oauth_issuer (connection);

-- The client an access token was issued to, and the secret it was issued for. Null for a token that
-- an administrator made.
ALTER TABLE token ADD COLUMN client BIGINT REFERENCES oauth_client (num) ON DELETE CASCADE;
ALTER TABLE token ADD COLUMN secret BIGINT REFERENCES oauth_secret (num) ON DELETE CASCADE;
CREATE INDEX token_client ON token (client, expires) WHERE client IS NOT NULL;
CREATE INDEX token_secret ON token (secret) WHERE secret IS NOT NULL;
