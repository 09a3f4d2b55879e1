//! New resource rows with their keys and index rows: one, or many with the same few statements.

use super::milliseconds;
use crate::clock::Micros;
use crate::scim::schema::{ResourceType, Storage};
use crate::scim::{Object, resource};
use crate::store::external_ids::{self, Split};
use crate::store::keys::{Derived, IndexKey, UniqueKey, derive};
use crate::store::sql::Val;
use crate::store::{Client, Conn, Error, Row, TenantId, opening, schemas};
use serde_json::{Value, json};
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

/// A resource to be inserted; its document is finished (`schemas` and `id` first).
#[derive(Clone, Copy, Debug)]
pub struct New<'a> {
    /// Its type.
    pub kind: &'a ResourceType,
    /// Its id.
    pub id: &'a str,
    /// The attributes.
    pub document: &'a Object,
}

/// Inserts a new resource.
///
/// # Errors
/// As [`insert_all`].
pub async fn insert(
    conn: &mut Conn,
    client: Client,
    kind: &ResourceType,
    id: &str,
    document: &Object,
    now: Micros,
) -> Result<Row, Error> {
    let rows = insert_all(conn, client, &[New { kind, id, document }], now).await?;
    rows.into_iter().next().ok_or(Error::Stale)
}

/// Inserts new resources in this order. If a type has an attribute for the number, its documents get it,
/// as the answer shows.
///
/// # Errors
/// [`Error::Unique`] naming the attribute whose value is taken, if only by another of these;
/// [`Error::Outdated`] if the client goes by another edition of the schemas than the tenant;
/// [`Error::Opened`] if a type is plain and the tenant is not; [`Error::Stale`] if the tenant or the
/// connection is gone.
pub async fn insert_all(conn: &mut Conn, client: Client, news: &[New<'_>], now: Micros) -> Result<Vec<Row>, Error> {
    if news.is_empty() {
        return Ok(Vec::new());
    }
    let (tenant, now) = (client.tenant, milliseconds(now));
    let reserved = reserve(conn, news).await?;
    let documents: Vec<Cow<'_, Object>> = match &reserved {
        Some(nums) => news.iter().zip(nums).map(|(new, num)| with_number(*new, *num)).collect(),
        None => news.iter().map(|new| Cow::Borrowed(new.document)).collect(),
    };
    let derived: Vec<Derived> = news.iter().zip(&documents).map(|(new, document)| derive(new.kind, document)).collect();
    let splits = news.iter().zip(&documents).map(|(new, document)| external_ids::split(new.kind, document));
    let splits: Vec<Split<'_>> = splits.collect::<Result<_, _>>()?;

    let nums = insert_rows(conn, client, news, &derived, &splits, reserved.as_deref(), now).await?;
    let unique = news.iter().zip(&nums).zip(&derived);
    let unique = unique.flat_map(|((new, num), derived)| derived.rows.unique.iter().map(|key| (new.kind, *num, key)));
    self::unique(conn, tenant, unique.collect()).await?;
    let indexed = nums.iter().zip(&derived).flat_map(|(num, derived)| derived.rows.index.iter().map(|key| (*num, key)));
    index(conn, tenant, indexed.collect()).await?;
    let named =
        news.iter().zip(&nums).zip(&splits).filter_map(|((new, num), split)| Some((new.kind, *num, split.own?)));
    external_ids::add(conn, client, named.collect()).await?;

    let row = |((new, num), split): ((&New<'_>, i64), Split<'_>)| {
        let New { kind, id, .. } = new;
        let document = external_ids::join(kind, id, split.shared, split.own)?;
        let (kind, id) = (kind.name.clone(), (*id).to_owned());
        Ok(Row { num, kind, id, version: 1, created: now, modified: now, document })
    };
    news.iter().zip(nums).zip(splits).map(row).collect()
}

/// The rows themselves; their numbers.
async fn insert_rows(
    conn: &mut Conn,
    client: Client,
    news: &[New<'_>],
    derived: &[Derived],
    splits: &[Split<'_>],
    reserved: Option<&[i64]>,
    now: Micros,
) -> Result<Vec<i64>, Error> {
    let mut sql = conn.sql();
    let of_tenant = sql.hold(client.tenant.0);
    let at = sql.hold(now);
    sql.push("WITH x(place, type, id, active, name_key, display, display_key, doc, sdoc, num) AS (VALUES ");
    for (place, ((new, derived), split)) in (0_i64..).zip(news.iter().zip(derived).zip(splits)) {
        let num = reserved.and_then(|nums| nums.get(usize::try_from(place).ok()?)).copied();
        sql.push(if place == 0 { "(" } else { "), (" }).bind(place);
        let columns: [Val; 9] = [
            new.kind.name.as_str().into(),
            new.id.into(),
            derived.active.into(),
            derived.name_key.clone().into(),
            derived.display.clone().into(),
            derived.display_key.clone().into(),
            split.shared.as_str().into(),
            derived.search.as_str().into(),
            num.into(),
        ];
        for column in columns {
            sql.push(", ").bind(column);
        }
    }
    sql.push(
        ")) INSERT INTO resource (tenant, type, id, version, created, modified, active, name_key, display, \
         display_key, doc, sdoc",
    );
    let given = sql.dialect().given_number();
    sql.push(if reserved.is_some() { given } else { ")" });
    sql.push(" SELECT r.num, x.type, x.id, 1, ").again(at).push(", ").again(at);
    sql.push(", x.active, x.name_key, x.display, x.display_key, x.doc, ").json_of("x.sdoc");
    sql.push(if reserved.is_some() { ", x.num" } else { "" });
    sql.push(" FROM tenant r CROSS JOIN x WHERE r.num = ").again(of_tenant);
    let plain = news.iter().any(|new| new.kind.plain);
    sql.push(if plain { " AND NOT r.native" } else { "" });
    sql.push(" AND r.edition = ").bind(client.edition).push(" ORDER BY x.place");
    // A tenant that is being removed waits for whom it has, and takes nobody in afterwards.
    let keep = sql.dialect().keep_r();
    sql.push(keep).push(" RETURNING id, num");
    // The text depends on how many there are; one is the number worth to be kept prepared.
    let sql = if news.len() == 1 { sql.fixed() } else { sql };
    let mut made = HashMap::with_capacity(news.len());
    for record in conn.fetch(sql).await? {
        made.insert(record.text(0)?, record.int(1)?);
    }
    let nums: Option<Vec<i64>> = news.iter().map(|new| made.get(new.id).copied()).collect();
    if let Some(nums) = nums {
        return Ok(nums);
    }
    schemas::hold(conn, client).await?;
    Err(if plain && opening::is_open(conn, client.tenant).await? { Error::Opened } else { Error::Stale })
}

/// The numbers the next resources will have, if one of them shows it.
async fn reserve(conn: &mut Conn, news: &[New<'_>]) -> Result<Option<Vec<i64>>, Error> {
    if !news.iter().any(|new| new.kind.extension_stored_as(Storage::Number).is_some()) {
        return Ok(None);
    }
    let many = i64::try_from(news.len()).unwrap_or(i64::MAX);
    let next = conn.sql().with(conn.dialect().next_numbers(), [many.into()]);
    let nums: Vec<i64> = conn.fetch(next).await?.iter().map(|record| record.int(0)).collect::<Result<_, _>>()?;
    Ok(Some(nums))
}

/// The document with its number, if the type shows it.
fn with_number(new: New<'_>, num: i64) -> Cow<'_, Object> {
    let New { kind, id, document } = new;
    if kind.extension_stored_as(Storage::Number).is_none() {
        return Cow::Borrowed(document);
    }
    let mut document = document.clone();
    resource::put_stored_as(kind, &mut document, Storage::Number, Value::from(num));
    Cow::Owned(resource::finish(kind, id, document))
}

/// Takes unique keys for these resources; the one that another resource has is named.
pub(super) async fn unique(
    conn: &mut Conn,
    tenant: TenantId,
    keys: Vec<(&ResourceType, i64, &UniqueKey)>,
) -> Result<(), Error> {
    if keys.is_empty() {
        return Ok(());
    }
    let row = |(kind, num, key): &(&ResourceType, i64, &UniqueKey)| json!([key.attribute, key.key, kind.name, num]);
    let mut sql = conn.sql().with(
        "INSERT INTO unique_key (tenant, type, attribute, key, num) \
         SELECT $1, x.value ->> 2, x.value ->> 0, x.value ->> 1, CAST(x.value ->> 3 AS BIGINT) FROM ",
        [tenant.0.into()],
    );
    sql.json_list(&keys.iter().map(row).collect());
    // SQLite would read ON as a part of the join if there were no WHERE.
    sql.push(" WHERE TRUE ON CONFLICT DO NOTHING RETURNING attribute, key, num");
    let mut taken = HashSet::with_capacity(keys.len());
    for record in conn.fetch(sql).await? {
        taken.insert((UniqueKey { attribute: record.text(0)?, key: record.text(1)? }, record.int(2)?));
    }
    let is_shared = |kind: &ResourceType, key: &UniqueKey| {
        kind.shares_key && kind.key.as_ref().is_some_and(|shared| shared.name == key.attribute)
    };
    let refused = keys
        .into_iter()
        .find(|(kind, num, key)| !is_shared(kind, key) && !taken.contains(&(UniqueKey::clone(key), *num)));
    match refused {
        Some((_, _, key)) => Err(Error::Unique(key.attribute.clone())),
        None => Ok(()),
    }
}

/// Adds rows to the attribute index, unless they are there: it may be being built.
pub(in crate::store) async fn index(
    conn: &mut Conn,
    tenant: TenantId,
    keys: Vec<(i64, &IndexKey)>,
) -> Result<(), Error> {
    if keys.is_empty() {
        return Ok(());
    }
    let row = |(num, key): &(i64, &IndexKey)| json!([key.attribute, key.key, key.element, num]);
    let mut sql = conn.sql().with(
        "INSERT INTO attr_index (tenant, attribute, key, num, element) \
         SELECT $1, x.value ->> 0, x.value ->> 1, CAST(x.value ->> 3 AS BIGINT), CAST(x.value ->> 2 AS BIGINT) FROM ",
        [tenant.0.into()],
    );
    sql.json_list(&keys.iter().map(row).collect());
    // SQLite would read ON as a part of the join if there were no WHERE.
    sql.push(" WHERE TRUE ON CONFLICT DO NOTHING");
    conn.execute(sql).await.map(drop)
}
