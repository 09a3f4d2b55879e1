//! How each database fills in the documents of the users of a tenant that is opened to native APIs.
//!
//! The document is text, whose attributes keep their order and spelling.

use super::Dialect;

impl Dialect {
    /// Gives the users of tenant `$1` their number, the API they came through, when they were switched off,
    /// and the name that is shown, in the document and the search document.
    #[must_use]
    pub fn open_users(self) -> &'static str {
        match self {
            Self::Sqlite => SQLITE,
            Self::Postgres => POSTGRES,
        }
    }
}

const SQLITE: &str = "
UPDATE resource
SET doc = json_set(json_insert(doc, '$.schemas[#]', 'urn:ietf:params:scim:schemas:extension:lifecycle:2.0:User'),
                   '$.\"urn:ietf:params:scim:schemas:extension:lifecycle:2.0:User\"',
                   json_patch('{}', json_object(
                       'numericId', num,
                       'provisionedBy', 'scim',
                       'deactivatedAt', CASE WHEN NOT active THEN
                           strftime('%Y-%m-%dT%H:%M:%S.', modified / 1000000, 'unixepoch') ||
                           printf('%03dZ', modified / 1000 % 1000) END))),
    sdoc = jsonb_set(jsonb_insert(sdoc, '$.schemas[#]', 'urn:ietf:params:scim:schemas:extension:lifecycle:2.0:User'),
                     '$.\"urn:ietf:params:scim:schemas:extension:lifecycle:2.0:User\"',
                     jsonb_patch('{}', jsonb_object(
                         'numericId', num,
                         'provisionedBy', 'scim',
                         'deactivatedAt', CASE WHEN NOT active THEN modified END)),
                     '$.\"urn:ietf:params:scim:schemas:extension:appcrm:2.0:User\"',
                     jsonb_object('name', coalesce(sdoc ->> '$.displayName',
                                                   sdoc ->> '$.name.formatted',
                                                   (sdoc ->> '$.name.givenName') || ' ' || (sdoc ->> '$.name.familyName'),
                                                   sdoc ->> '$.name.givenName',
                                                   sdoc ->> '$.name.familyName',
                                                   sdoc ->> '$.userName')))
WHERE tenant = $1 AND type = 'User'";

/// Not by JSONB, which has an order of its own for what stands in an object.
const POSTGRES: &str = "
UPDATE resource
SET doc = (SELECT '{' || string_agg(CAST(to_json(e.key) AS TEXT) || ':' ||
                                    CASE e.key
                                        WHEN 'schemas' THEN left(CAST(e.value AS TEXT), -1) ||
                                             ',\"urn:ietf:params:scim:schemas:extension:lifecycle:2.0:User\"]'
                                        ELSE CAST(e.value AS TEXT)
                                    END, ',' ORDER BY e.place) ||
                  ',\"urn:ietf:params:scim:schemas:extension:lifecycle:2.0:User\":{\"numericId\":' || num ||
                  ',\"provisionedBy\":\"scim\"' ||
                  CASE WHEN NOT active THEN
                      ',\"deactivatedAt\":\"' ||
                      to_char(to_timestamp(modified / 1000000) AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.') ||
                      lpad(CAST(modified / 1000 % 1000 AS TEXT), 3, '0') || 'Z\"'
                  ELSE '' END || '}}'
           FROM json_each(CAST(doc AS JSON)) WITH ORDINALITY AS e(key, value, place)),
    sdoc = sdoc ||
           jsonb_build_object(
               'schemas', (sdoc -> 'schemas') || '[\"urn:ietf:params:scim:schemas:extension:lifecycle:2.0:User\"]',
               'urn:ietf:params:scim:schemas:extension:lifecycle:2.0:User',
               jsonb_strip_nulls(jsonb_build_object(
                   'numericId', num,
                   'provisionedBy', 'scim',
                   'deactivatedAt', CASE WHEN NOT active THEN modified END)),
               'urn:ietf:params:scim:schemas:extension:appcrm:2.0:User',
               jsonb_build_object('name', coalesce(sdoc ->> 'displayName',
                                                   sdoc #>> '{name,formatted}',
                                                   (sdoc #>> '{name,givenName}') || ' ' || (sdoc #>> '{name,familyName}'),
                                                   sdoc #>> '{name,givenName}',
                                                   sdoc #>> '{name,familyName}',
                                                   sdoc ->> 'userName')))
WHERE tenant = $1 AND type = 'User'";
