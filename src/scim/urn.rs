//! The URNs of the protocol's messages and of the built-in schemas (RFC 7643 §10, RFC 7644 §8), those
//! that native APIs share among them.

/// RFC 7643 §4.1.
pub const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
/// RFC 7643 §4.2.
pub const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
/// RFC 7643 §4.3.
pub const ENTERPRISE_USER: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
/// How a user came, signs in and is switched off.
pub const LIFECYCLE: &str = "urn:ietf:params:scim:schemas:extension:lifecycle:2.0:User";
/// What Logixx CRM notes about a user.
pub const LOGIXX: &str = "urn:ietf:params:scim:schemas:extension:logixx:2.0:User";
/// What App CRM notes about a user.
pub const APPCRM: &str = "urn:ietf:params:scim:schemas:extension:appcrm:2.0:User";
/// What Adeptia Connect notes about a user.
pub const ADEPTIA: &str = "urn:ietf:params:scim:schemas:extension:adeptia:2.0:User";
/// What publica.la notes about a user.
pub const PUBLICA: &str = "urn:ietf:params:scim:schemas:extension:publica:2.0:User";
/// The extensions of users that native APIs bring: only tenants that are opened to these have them.
pub const NATIVE: [&str; 5] = [LIFECYCLE, LOGIXX, APPCRM, ADEPTIA, PUBLICA];
/// RFC 7643 §5.
pub const SERVICE_PROVIDER_CONFIG: &str = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig";
/// RFC 7643 §6.
pub const RESOURCE_TYPE: &str = "urn:ietf:params:scim:schemas:core:2.0:ResourceType";
/// RFC 7643 §7.
pub const SCHEMA: &str = "urn:ietf:params:scim:schemas:core:2.0:Schema";
/// RFC 7644 §3.4.2.
pub const LIST_RESPONSE: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";
/// RFC 7644 §3.4.3.
pub const SEARCH_REQUEST: &str = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";
/// RFC 7644 §3.5.2.
pub const PATCH_OP: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
/// RFC 7644 §3.7.
pub const BULK_REQUEST: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
/// RFC 7644 §3.7.
pub const BULK_RESPONSE: &str = "urn:ietf:params:scim:api:messages:2.0:BulkResponse";
/// RFC 7644 §3.12.
pub const ERROR: &str = "urn:ietf:params:scim:api:messages:2.0:Error";
