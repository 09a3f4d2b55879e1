//! Lists: a resolved filter, a sort and a page become one SQL statement.
//!
//! Every filter has an exact predicate ([`filter`]) on columns or on the search document; where an
//! index can narrow the search, [`prefilter`] says so too. Both databases compare the keys that
//! [`crate::scim::value`] made and nothing else.

mod filter;
mod operand;
mod prefilter;
mod sort;

use super::sql::{Arg, Sql, Val};
use super::{Client, Conn, Error, Row, external_ids, resources};
use crate::clock::Micros;
use crate::scim::filter::Filter;
use crate::scim::path::Target;
use crate::scim::schema::ResourceType;
use crate::scim::value::Key;
use sort::Order;
use std::sync::Arc;

/// A list to select.
#[derive(Clone, Debug)]
pub struct Query {
    /// The resource types to search, each with the filter resolved against it.
    pub parts: Vec<Part>,
    /// Whether the order is descending; of no account if no part sorts.
    pub descending: bool,
    /// Where in the list the rows are taken from; the total is that of the whole list.
    pub place: Place,
    /// The largest number of rows to return; 0 for the total alone.
    pub limit: u64,
    /// The SCIM base URL, for filters on `meta.location` and `$ref`.
    pub base: String,
    /// What time it is, for what is counted.
    pub now: Micros,
}

/// Where in a list rows are taken from.
#[derive(Clone, Debug, PartialEq)]
pub enum Place {
    /// Behind so many results.
    Offset(u64),
    /// Behind where a result stood, whether or not it is still there.
    After(Position),
    /// The last ones before the resource of this number; of lists without an order.
    Before(i64),
    /// These resources alone, as far as they are hits, by number; the total counts no others.
    Among(Vec<i64>),
}

impl Place {
    /// Behind the resource of this number, of a list without an order.
    #[must_use]
    pub fn after(num: i64) -> Self {
        Self::After(Position { key: None, num })
    }
}

/// Where a result stands in the order of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Position {
    /// What it is sorted by; none if that is missing, or if the list has no order.
    pub key: Option<Key>,
    /// The number of the resource.
    pub num: i64,
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
    /// Where each of them stands.
    pub positions: Vec<Position>,
}

/// Selects a page and the total in one snapshot.
///
/// # Errors
/// If the database fails.
pub async fn page(conn: &mut Conn, client: Client, query: &Query) -> Result<Page, Error> {
    let records = conn.fetch(statement(conn.sql(), client, query)).await?;
    let order = Order::of(query);
    let mut page =
        Page { total: 0, rows: Vec::with_capacity(records.len()), positions: Vec::with_capacity(records.len()) };
    for record in &records {
        page.total = u64::try_from(record.int(0)?).unwrap_or(0);
        // A page past the end is one row with nothing but the total.
        if record.maybe_int(1)?.is_some() {
            let row = resources::row(record, 1, query.parts.iter().map(|part| &*part.kind))?;
            page.positions.push(Position { key: order.read(record, KEY)?, num: row.num });
            page.rows.push(row);
        }
    }
    Ok(page)
}

/// Selects the numbers of all hits in the order of the list, wherever it is to begin.
///
/// # Errors
/// If the database fails.
pub async fn numbers(conn: &mut Conn, client: Client, query: &Query) -> Result<Vec<i64>, Error> {
    let mut sql = conn.sql();
    let by = By { tenant: sql.hold(client.tenant.0), connection: client.connection };
    let order = Order::of(query);
    sql.push("SELECT h.num FROM (");
    hits(&mut sql, by, query, order);
    sql.push(") h ORDER BY ");
    order.by_key(&mut sql, "h.key", "h.num");
    conn.fetch(sql).await?.iter().map(|record| record.int(0)).collect()
}

/// Appends the predicate for members of a group: `m` is the membership, `x` the member's resource.
pub(super) fn member_predicate(sql: &mut Sql, tenant: Arg, filter: &Filter, base: &str) {
    filter::Predicate { tenant, seen: None, base }.write(sql, filter::Scope::Member, filter);
}

/// The whole statement: the hits, or on an unfiltered list the table itself, give the total and the
/// page of numbers; documents are fetched for the page alone.
pub(super) fn statement(mut sql: Sql, client: Client, query: &Query) -> Sql {
    let by = By { tenant: sql.hold(client.tenant.0), connection: client.connection };
    let order = Order::of(query);
    if let [part] = query.parts.as_slice()
        && part.filter.is_none()
    {
        return unfiltered(sql, by, query, part, order);
    }
    sql.push("WITH hit AS MATERIALIZED (");
    hits(&mut sql, by, query, order);
    sql.push(") ");
    if query.limit == 0 {
        sql.push("SELECT count(*), CAST(NULL AS BIGINT) FROM hit");
        return sql;
    }
    columns(&mut sql, by, order);
    sql.push("(SELECT count(*) AS total FROM hit) c LEFT JOIN (SELECT h.* FROM hit h");
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

/// The column of a page's statement that holds the key; what is before it is read by [`resources::row`].
const KEY: usize = 9;

fn columns(sql: &mut Sql, by: By, order: Order) {
    sql.push("SELECT c.total, d.num, d.type, d.id, d.version, d.created, d.modified, d.doc, ");
    external_ids::value(sql, by.tenant, by.connection, "d.num");
    order.shown(sql, "p.key");
    sql.push(" FROM ");
}

/// Appends the query of all hits: `num` and, if there is an order, `key`.
fn hits(sql: &mut Sql, by: By, query: &Query, order: Order) {
    for (place, part) in query.parts.iter().enumerate() {
        if place > 0 {
            sql.push(" UNION ALL ");
        }
        hits_of(sql, by, query, part, order);
    }
    if query.parts.is_empty() {
        sql.push("SELECT r.num");
        order.no_key(sql);
        sql.push(" FROM resource r WHERE FALSE");
    }
}

fn hits_of(sql: &mut Sql, by: By, query: &Query, part: &Part, order: Order) {
    sql.push("SELECT r.num");
    order.key(sql, by, query, part);
    sql.push(" FROM resource r WHERE ");
    condition(sql, by, query, part);
}

fn unfiltered(mut sql: Sql, by: By, query: &Query, part: &Part, order: Order) -> Sql {
    if query.limit == 0 {
        sql.push("SELECT count(*), CAST(NULL AS BIGINT) FROM resource r WHERE ");
        condition(&mut sql, by, query, part);
        return sql.fixed();
    }
    columns(&mut sql, by, order);
    sql.push("(SELECT count(*) AS total FROM resource r WHERE ");
    condition(&mut sql, by, query, part);
    sql.push(") c LEFT JOIN (SELECT h.* FROM (");
    hits_of(&mut sql, by, query, part, order);
    sql.push(") h");
    limit(&mut sql, query, order);
    finish(&mut sql, by, order);
    sql.fixed()
}

/// Which resources of a part are hits.
fn condition(sql: &mut Sql, by: By, query: &Query, part: &Part) {
    sql.push("r.tenant = ").again(by.tenant).push(" AND r.type = ").bind(part.kind.name.as_str());
    if let Place::Among(nums) = &query.place {
        sql.push(" AND r.num").within(Val::Ints(nums.clone()));
    }
    if let Some(filter) = &part.filter {
        let predicate = filter::Predicate::new(by, query, part);
        prefilter::write(sql, &predicate, filter);
        sql.push(" AND ");
        predicate.write(sql, filter::Scope::Resource, filter);
    }
}

/// Appends which of the hits `h` the page has.
fn limit(sql: &mut Sql, query: &Query, order: Order) {
    let number = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
    let offset = match &query.place {
        Place::Offset(offset) => Some(number(*offset)),
        Place::After(position) => {
            sql.push(" WHERE ");
            order.behind(sql, position);
            None
        }
        Place::Before(num) => {
            sql.push(" WHERE h.num < ").bind(*num);
            None
        }
        Place::Among(_) => None,
    };
    sql.push(" ORDER BY ");
    order.by_key(sql, "h.key", "h.num");
    // Of what is before, the last ones; the page is put into its order afterwards.
    sql.push(if matches!(query.place, Place::Before(_)) { " DESC" } else { "" });
    sql.push(" LIMIT ").bind(number(query.limit));
    if let Some(offset) = offset {
        sql.push(" OFFSET ").bind(offset);
    }
}

fn finish(sql: &mut Sql, by: By, order: Order) {
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
