-- What each connection calls a resource (externalId). What resources had so far belongs to the oldest
-- connection of their tenant, and is no part of their documents any more.

CREATE TABLE external_id (
    tenant     BIGINT NOT NULL,
    num        BIGINT NOT NULL,
    connection BIGINT NOT NULL,
    type       TEXT COLLATE "C" NOT NULL,
    value      TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant, num, connection)
);

INSERT INTO external_id (tenant, num, connection, type, value)
SELECT r.tenant, r.num, c.num, r.type, r.sdoc ->> 'externalId'
FROM resource r
JOIN (SELECT tenant, min(num) AS num FROM connection GROUP BY tenant) c ON c.tenant = r.tenant
WHERE r.external_id IS NOT NULL;

CREATE INDEX external_id_value ON external_id (tenant, connection, type, value, num);

-- Not by JSONB, which has an order of its own for what stands in an object.
UPDATE resource
SET sdoc = sdoc - 'externalId',
    doc = (SELECT '{' || string_agg(CAST(to_json(e.key) AS TEXT) || ':' || CAST(e.value AS TEXT), ',' ORDER BY e.place) || '}'
           FROM json_each(CAST(doc AS JSON)) WITH ORDINALITY AS e(key, value, place)
           WHERE e.key <> 'externalId')
WHERE external_id IS NOT NULL;

DROP INDEX resource_external;
ALTER TABLE resource DROP COLUMN external_id;
