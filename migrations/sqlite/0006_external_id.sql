-- What each connection calls a resource (externalId). What resources had so far belongs to the oldest
-- connection of their tenant, and is no part of their documents any more.

CREATE TABLE external_id (
    tenant     INTEGER NOT NULL,
    num        INTEGER NOT NULL,
    connection INTEGER NOT NULL,
    type       TEXT    NOT NULL,
    value      TEXT    NOT NULL,
    PRIMARY KEY (tenant, num, connection)
) STRICT, WITHOUT ROWID;

INSERT INTO external_id (tenant, num, connection, type, value)
SELECT r.tenant, r.num, (SELECT min(c.num) FROM connection c WHERE c.tenant = r.tenant), r.type,
       json_extract(r.doc, '$.externalId')
FROM resource r
WHERE r.external_id IS NOT NULL AND EXISTS (SELECT 1 FROM connection c WHERE c.tenant = r.tenant);

CREATE INDEX external_id_value ON external_id (tenant, connection, type, value);

UPDATE resource
SET doc = json_remove(doc, '$.externalId'), sdoc = jsonb_remove(sdoc, '$.externalId')
WHERE external_id IS NOT NULL;

DROP INDEX resource_external;
ALTER TABLE resource DROP COLUMN external_id;

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('external_id', 'external_id',       '100000 100000 1 1'),
    ('external_id', 'external_id_value', '100000 100000 50000 25000 1');
ANALYZE sqlite_schema;
