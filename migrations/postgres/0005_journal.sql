-- What changed (audit) and what was asked (journal). Neither refers to other rows: a connection may go
-- while its history stays. Lists are JSON text.

-- Written with the change itself, in the same transaction.
CREATE TABLE audit (
    tenant     BIGINT NOT NULL,
    num        BIGINT GENERATED ALWAYS AS IDENTITY,
    at         BIGINT NOT NULL,
    connection BIGINT NOT NULL,
    version    BIGINT NOT NULL,
    credential TEXT COLLATE "C" NOT NULL,
    door       TEXT COLLATE "C" NOT NULL,
    action     TEXT COLLATE "C" NOT NULL,
    type       TEXT COLLATE "C" NOT NULL,
    resource   TEXT COLLATE "C" NOT NULL,
    attributes TEXT COLLATE "C" NOT NULL,
    changes    TEXT COLLATE "C",
    PRIMARY KEY (tenant, num)
);
CREATE INDEX audit_at ON audit (tenant, at, num);
CREATE INDEX audit_resource ON audit (tenant, resource, num);

-- Written some time after the request, many rows at once.
CREATE TABLE journal (
    tenant     BIGINT NOT NULL,
    num        BIGINT GENERATED ALWAYS AS IDENTITY,
    at         BIGINT NOT NULL,
    connection BIGINT NOT NULL,
    status     BIGINT NOT NULL,
    micros     BIGINT NOT NULL,
    credential TEXT COLLATE "C" NOT NULL,
    request_id TEXT COLLATE "C" NOT NULL,
    method     TEXT COLLATE "C" NOT NULL,
    path       TEXT COLLATE "C" NOT NULL,
    resource   TEXT COLLATE "C",
    scim_type  TEXT COLLATE "C",
    detail     TEXT COLLATE "C",
    tolerances TEXT COLLATE "C" NOT NULL,
    attributes TEXT COLLATE "C" NOT NULL,
    request    TEXT COLLATE "C",
    response   TEXT COLLATE "C",
    PRIMARY KEY (tenant, num)
);
CREATE INDEX journal_at ON journal (tenant, at, num);
CREATE INDEX journal_connection ON journal (tenant, connection, num);
CREATE INDEX journal_resource ON journal (tenant, resource, num) WHERE resource IS NOT NULL;
