//! Lists: a resolved filter, a sort and a page become one SQL statement.
//!
//! Every filter has an exact predicate ([`filter`]) on columns or on the search document; where an
//! index can narrow the search, [`prefilter`] says so too. Both databases compare the keys that
//! [`crate::scim::value`] made and nothing else.

mod filter;
mod operand;
mod prefilter;
mod sort;

use super::sql::{Arg, Sql};
use super::{Client, Conn, Error, Row, external_ids, resources};
use crate::clock::Micros;
use crate::scim::filter::Filter;
use crate::scim::path::Target;
use crate::scim::schema::ResourceType;
use std::sync::Arc;

/// A list to select.
#[derive(Clone, Debug)]
pub struct Query {
    /// The resource types to search, each with the filter resolved against it.
    pub parts: Vec<Part>,
    /// Whether the order is descending; of no account if no part sorts.
    pub descending: bool,
    /// How many results to pass over.
    pub offset: u64,
    /// The largest number of rows to return; 0 for the total alone.
    pub limit: u64,
    /// The SCIM base URL, for filters on `meta.location` and `$ref`.
    pub base: String,
    /// What time it is, for what is counted.
    pub now: Micros,
}

/// One resource type of a [`Query`].
#[derive(Clone, Debug)]
pub struct Part {
    /// The type.
    pub kind: Arc<ResourceType>,
    /// What a resource must match; none for all.
    pub filter: Option<Filter>,
    /// What to sort by: missing values last if ascending, first if descending; ties by age. For a
    /// multi-valued attribute the primary element counts, else the first.
    pub sort: Option<Target>,
}

/// A page of a list.
#[derive(Clone, Debug)]
pub struct Page {
    /// How many resources match in all.
    pub total: u64,
    /// The rows of this page.
    pub rows: Vec<Row>,
}

/// Selects a page and the total in one snapshot.
///
/// # Errors
/// If the database fails.
pub async fn page(conn: &mut Conn, client: Client, query: &Query) -> Result<Page, Error> {
    let records = conn.fetch(statement(conn.sql(), client, query)).await?;
    let mut page = Page { total: 0, rows: Vec::with_capacity(records.len()) };
    for record in &records {
        page.total = u64::try_from(record.int(0)?).unwrap_or(0);
        // A page past the end is one row with nothing but the total.
        if record.maybe_int(1)?.is_some() {
            page.rows.push(resources::row(record, 1, query.parts.iter().map(|part| &*part.kind))?);
        }
    }
    Ok(page)
}

/// Appends the predicate for members of a group: `m` is the membership, `x` the member's resource.
pub(super) fn member_predicate(sql: &mut Sql, tenant: Arg, filter: &Filter, base: &str) {
    filter::Predicate { tenant, seen: None, base }.write(sql, filter::Scope::Member, filter);
}

/// The whole statement: the hits, or on an unfiltered list the table itself, give the total and the
/// page of numbers; documents are fetched for the page alone.
pub(super) fn statement(mut sql: Sql, client: Client, query: &Query) -> Sql {
    let by = By { tenant: sql.hold(client.tenant.0), connection: client.connection };
    let order = sort::Order::of(query);
    if let [part] = query.parts.as_slice()
        && part.filter.is_none()
    {
        return unfiltered(sql, by, query, part, order);
    }
    sql.push("WITH hit AS MATERIALIZED (");
    for (place, part) in query.parts.iter().enumerate() {
        if place > 0 {
            sql.push(" UNION ALL ");
        }
        sql.push("SELECT r.num");
        order.key(&mut sql, by, query, part);
        sql.push(" FROM resource r WHERE ");
        condition(&mut sql, by, query, part);
    }
    if query.parts.is_empty() {
        sql.push("SELECT r.num");
        order.no_key(&mut sql);
        sql.push(" FROM resource r WHERE FALSE");
    }
    sql.push(") ");
    if query.limit == 0 {
        sql.push("SELECT count(*), CAST(NULL AS BIGINT) FROM hit");
        return sql;
    }
    columns(&mut sql, by);
    sql.push("(SELECT count(*) AS total FROM hit) c LEFT JOIN (SELECT * FROM hit");
    limit(&mut sql, query, order);
    finish(&mut sql, by, order);
    if is_common(query) { sql.fixed() } else { sql }
}

/// The [`Client`] of a statement.
#[derive(Clone, Copy, Debug)]
struct By {
    tenant: Arg,
    connection: i64,
}

fn columns(sql: &mut Sql, by: By) {
    sql.push("SELECT c.total, d.num, d.type, d.id, d.version, d.created, d.modified, d.doc, ");
    external_ids::value(sql, by.tenant, by.connection, "d.num");
    sql.push(" FROM ");
}

fn unfiltered(mut sql: Sql, by: By, query: &Query, part: &Part, order: sort::Order) -> Sql {
    if query.limit == 0 {
        sql.push("SELECT count(*), CAST(NULL AS BIGINT) FROM resource r WHERE ");
        condition(&mut sql, by, query, part);
        return sql.fixed();
    }
    columns(&mut sql, by);
    sql.push("(SELECT count(*) AS total FROM resource r WHERE ");
    condition(&mut sql, by, query, part);
    sql.push(") c LEFT JOIN (SELECT r.num");
    order.key(&mut sql, by, query, part);
    sql.push(" FROM resource r WHERE ");
    condition(&mut sql, by, query, part);
    limit(&mut sql, query, order);
    finish(&mut sql, by, order);
    sql.fixed()
}

/// Which resources of a part are hits.
fn condition(sql: &mut Sql, by: By, query: &Query, part: &Part) {
    sql.push("r.tenant = ").again(by.tenant).push(" AND r.type = ").bind(part.kind.name.as_str());
    if let Some(filter) = &part.filter {
        let predicate = filter::Predicate::new(by, query, part);
        prefilter::write(sql, &predicate, filter);
        sql.push(" AND ");
        predicate.write(sql, filter::Scope::Resource, filter);
    }
}

fn limit(sql: &mut Sql, query: &Query, order: sort::Order) {
    let number = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
    sql.push(" ORDER BY ");
    order.by_key(sql, "key", "num");
    sql.push(" LIMIT ").bind(number(query.limit)).push(" OFFSET ").bind(number(query.offset));
}

fn finish(sql: &mut Sql, by: By, order: sort::Order) {
    sql.push(") p ON TRUE LEFT JOIN resource d ON d.tenant = ").again(by.tenant);
    sql.push(" AND d.num = p.num ORDER BY ");
    order.by_key(sql, "p.key", "p.num");
}

/// Whether the statement is one of the few that identity providers send all day.
fn is_common(query: &Query) -> bool {
    let simple = |filter: &Filter| match filter {
        Filter::Test(_) => true,
        Filter::Element { filter, .. } => matches!(**filter, Filter::Test(_)),
        Filter::And(_) | Filter::Or(_) | Filter::Not(_) => false,
    };
    match query.parts.as_slice() {
        [part] => part.sort.is_none() && part.filter.as_ref().is_some_and(simple),
        _ => false,
    }
}
