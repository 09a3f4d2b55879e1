//! Finds resources by one value, within a unit of work or a read.

use super::Error;
use crate::scim::filter::{self, Operator};
use crate::scim::schema::ResourceType;
use crate::store::select::{self, Part, Place, Query};
use crate::store::{Client, Conn, Row};
use serde_json::Value;
use std::sync::Arc;

/// The resources of which an attribute has this value, in the order of their age, and not more than so many.
pub(super) async fn holders(
    conn: &mut Conn,
    client: Client,
    kind: &Arc<ResourceType>,
    path: &str,
    text: &str,
    most: u64,
) -> Result<Vec<Row>, Error> {
    let filter = filter::test(kind, path, Operator::Eq, &Value::from(text))?;
    let query = Query {
        parts: vec![Part { kind: Arc::clone(kind), filter: Some(filter), sort: None }],
        descending: false,
        place: Place::Offset(0),
        limit: most,
        base: String::new(),
        // No attribute that is looked for here counts what is alive.
        now: 0,
    };
    Ok(select::page(conn, client, &query).await?.rows)
}
