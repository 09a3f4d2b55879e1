-- OAuth 2.0 clients of connections, what they prove themselves with, and trusted issuers. All of it
-- goes with its connection; an access token is a row of token with its client.

CREATE TABLE oauth_client (
    num        INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant     INTEGER NOT NULL REFERENCES tenant (num) ON DELETE CASCADE,
    connection INTEGER NOT NULL REFERENCES connection (num) ON DELETE CASCADE,
    id         TEXT    NOT NULL UNIQUE,
    name       TEXT    NOT NULL,
    scopes     TEXT    NOT NULL,
    keys       TEXT,
    keys_url   TEXT,
    created    INTEGER NOT NULL
) STRICT;
CREATE INDEX oauth_client_tenant ON oauth_client (tenant);
CREATE INDEX oauth_client_connection ON oauth_client (connection);

CREATE TABLE oauth_secret (
    num     INTEGER PRIMARY KEY AUTOINCREMENT,
    client  INTEGER NOT NULL REFERENCES oauth_client (num) ON DELETE CASCADE,
    prefix  TEXT    NOT NULL,
    digest  BLOB    NOT NULL UNIQUE,
    created INTEGER NOT NULL,
    expires INTEGER
) STRICT;
CREATE INDEX oauth_secret_client ON oauth_secret (client);

-- Assertions that were taken, until they are too old to be taken again. digest is of the jti.
CREATE TABLE oauth_assertion (
    client  INTEGER NOT NULL REFERENCES oauth_client (num) ON DELETE CASCADE,
    digest  BLOB    NOT NULL,
    expires INTEGER NOT NULL,
    PRIMARY KEY (client, digest)
) STRICT, WITHOUT ROWID;
CREATE INDEX oauth_assertion_expires ON oauth_assertion (client, expires);

-- subject is empty if any will do.
CREATE TABLE oauth_issuer (
    num        INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant     INTEGER NOT NULL REFERENCES tenant (num) ON DELETE CASCADE,
    connection INTEGER NOT NULL REFERENCES connection (num) ON DELETE CASCADE,
    issuer     TEXT    NOT NULL,
    audience   TEXT    NOT NULL,
    subject    TEXT    NOT NULL,
    scopes     TEXT    NOT NULL,
    keys_url   TEXT    NOT NULL,
    created    INTEGER NOT NULL,
    UNIQUE (issuer, audience, subject)
) STRICT;
CREATE INDEX oauth_issuer_tenant ON oauth_issuer (tenant);
CREATE INDEX oauth_issuer_connection ON oauth_issuer (connection);

-- The client an access token was issued to, and the secret it was issued for. Null for a token that
-- an administrator made.
ALTER TABLE token ADD COLUMN client INTEGER REFERENCES oauth_client (num) ON DELETE CASCADE;
ALTER TABLE token ADD COLUMN secret INTEGER REFERENCES oauth_secret (num) ON DELETE CASCADE;
CREATE INDEX token_client ON token (client, expires) WHERE client IS NOT NULL;
CREATE INDEX token_secret ON token (secret) WHERE secret IS NOT NULL;
