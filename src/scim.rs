//! The SCIM 2.0 protocol (RFC 7643, RFC 7644) as a pure library.
//!
//! No async, no SQL, no HTTP, no clock, no tenant: text and JSON come in, meaning goes out.
//! Text is parsed once into a syntax tree and resolved once against a [`schema::ResourceType`];
//! below that line nothing is checked and no string is parsed again.

pub mod difference;
pub mod error;
pub mod filter;
pub mod json;
pub mod message;
pub mod part;
pub mod patch;
pub mod path;
pub mod projection;
pub mod redact;
pub mod resource;
pub mod schema;
pub mod shown;
pub mod tolerance;
pub mod urn;
pub mod validate;
pub mod value;

pub use error::{Error, ScimType};

/// A JSON object with its keys in document order.
pub type Object = serde_json::Map<String, serde_json::Value>;
