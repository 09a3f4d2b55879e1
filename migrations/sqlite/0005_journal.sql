-- What changed (audit) and what was asked (journal). Neither refers to other rows: a connection may go
-- while its history stays. Lists are JSON text.

-- Written with the change itself, in the same transaction.
CREATE TABLE audit (
    num        INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant     INTEGER NOT NULL,
    at         INTEGER NOT NULL,
    connection INTEGER NOT NULL,
    credential TEXT    NOT NULL,
    door       TEXT    NOT NULL,
    action     TEXT    NOT NULL,
    type       TEXT    NOT NULL,
    resource   TEXT    NOT NULL,
    version    INTEGER NOT NULL,
    attributes TEXT    NOT NULL,
    changes    TEXT
) STRICT;
CREATE INDEX audit_at ON audit (tenant, at);
CREATE INDEX audit_resource ON audit (tenant, resource);

-- Written some time after the request, many rows at once.
CREATE TABLE journal (
    num        INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant     INTEGER NOT NULL,
    at         INTEGER NOT NULL,
    connection INTEGER NOT NULL,
    credential TEXT    NOT NULL,
    request_id TEXT    NOT NULL,
    method     TEXT    NOT NULL,
    path       TEXT    NOT NULL,
    resource   TEXT,
    status     INTEGER NOT NULL,
    scim_type  TEXT,
    detail     TEXT,
    micros     INTEGER NOT NULL,
    tolerances TEXT    NOT NULL,
    attributes TEXT    NOT NULL,
    request    TEXT,
    response   TEXT
) STRICT;
CREATE INDEX journal_at ON journal (tenant, at);
CREATE INDEX journal_connection ON journal (tenant, connection);
CREATE INDEX journal_resource ON journal (tenant, resource) WHERE resource IS NOT NULL;
