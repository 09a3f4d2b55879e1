//! Sorted walks: the numbers of all hits of a list in the order they had when the walk began.
//!
//! Numbers are kept in parts of a fixed count, each a row, so that a page costs the same wherever in
//! the walk it is. In a part every number stands as its difference from the one before, in as few
//! bytes as that takes.

use super::sql::Val;
use super::{Client, Conn, Error, TenantId};
use crate::clock::Micros;

/// How many numbers a part has; the last may have fewer.
const PART: usize = 2048;

/// Keeps the numbers of a walk; the oldest walks of the connection go, so that it has at most `most`.
///
/// # Errors
/// If the database fails.
pub async fn insert(
    conn: &mut Conn,
    client: Client,
    num: i64,
    nums: &[i64],
    expires: Micros,
    most: i64,
) -> Result<(), Error> {
    let Client { tenant, connection, .. } = client;
    let sql = conn.sql().with(
        "SELECT num FROM walk WHERE tenant = $1 AND connection = $2 ORDER BY expires DESC, num LIMIT 1000 OFFSET $3",
        [tenant.0.into(), connection.into(), (most - 1).into()],
    );
    for record in conn.fetch(sql).await? {
        remove(conn, tenant, record.int(0)?).await?;
    }
    let sql = conn.sql().with(
        "INSERT INTO walk (tenant, num, connection, expires) VALUES ($1, $2, $3, $4)",
        [tenant.0.into(), num.into(), connection.into(), expires.into()],
    );
    conn.execute(sql).await?;
    for (part, nums) in (0_i64..).zip(nums.chunks(PART)) {
        let sql = conn.sql().with(
            "INSERT INTO walk_part (tenant, walk, part, nums) VALUES ($1, $2, $3, $4)",
            [tenant.0.into(), num.into(), part.into(), Val::Bytes(pack(nums))],
        );
        conn.execute(sql).await?;
    }
    Ok(())
}

/// Until when a walk of the client is kept; none if it is not kept any more.
///
/// # Errors
/// If the database fails.
pub async fn expires(conn: &mut Conn, client: Client, num: i64) -> Result<Option<Micros>, Error> {
    let sql = conn.sql().with(
        "SELECT expires FROM walk WHERE tenant = $1 AND num = $2 AND connection = $3",
        [client.tenant.0.into(), num.into(), client.connection.into()],
    );
    conn.fetch_first(sql).await?.map(|record| record.int(0)).transpose()
}

/// Keeps a walk longer.
///
/// # Errors
/// If the database fails.
pub async fn keep(conn: &mut Conn, tenant: TenantId, num: i64, expires: Micros) -> Result<(), Error> {
    let sql = conn.sql().with(
        "UPDATE walk SET expires = $3 WHERE tenant = $1 AND num = $2 AND expires < $3",
        [tenant.0.into(), num.into(), expires.into()],
    );
    conn.execute(sql).await.map(drop)
}

/// The numbers in these places of a walk, from 0; fewer if there are no more.
///
/// # Errors
/// If the database fails.
pub async fn load(conn: &mut Conn, tenant: TenantId, num: i64, from: usize, until: usize) -> Result<Vec<i64>, Error> {
    if from >= until {
        return Ok(Vec::new());
    }
    let part = |place: usize| i64::try_from(place / PART).unwrap_or(i64::MAX);
    let sql = conn.sql().with(
        "SELECT nums FROM walk_part WHERE tenant = $1 AND walk = $2 AND part BETWEEN $3 AND $4 ORDER BY part",
        [tenant.0.into(), num.into(), part(from).into(), part(until - 1).into()],
    );
    let mut nums = Vec::new();
    for record in conn.fetch(sql).await? {
        nums.extend(unpack(&record.bytes(0)?).ok_or_else(|| Error::Database("a walk is not readable".into()))?);
    }
    Ok(nums.into_iter().skip(from % PART).take(until - from).collect())
}

/// Whether there are walks whose time is over.
///
/// # Errors
/// If the database fails.
pub async fn has_older(conn: &mut Conn, than: Micros) -> Result<bool, Error> {
    let sql = conn.sql().with("SELECT num FROM walk WHERE expires < $1 LIMIT 1", [than.into()]);
    Ok(conn.fetch_first(sql).await?.is_some())
}

/// Forgets some walks, of whatever tenants, whose time is over.
///
/// # Errors
/// If the database fails.
pub async fn forget(conn: &mut Conn, before: Micros, limit: i64) -> Result<(), Error> {
    let sql = "SELECT tenant, num FROM walk WHERE expires < $1 LIMIT $2";
    for record in conn.fetch(conn.sql().with(sql, [before.into(), limit.into()])).await? {
        remove(conn, TenantId(record.int(0)?), record.int(1)?).await?;
    }
    Ok(())
}

async fn remove(conn: &mut Conn, tenant: TenantId, num: i64) -> Result<(), Error> {
    for text in
        ["DELETE FROM walk WHERE tenant = $1 AND num = $2", "DELETE FROM walk_part WHERE tenant = $1 AND walk = $2"]
    {
        conn.execute(conn.sql().with(text, [tenant.0.into(), num.into()])).await?;
    }
    Ok(())
}

/// Numbers as bytes: differences, of which the sign is the lowest bit, seven bits a byte.
fn pack(nums: &[i64]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(nums.len() * 3);
    let mut before = 0_i64;
    for num in nums {
        let difference = num.wrapping_sub(before);
        let mut rest = ((difference << 1) ^ (difference >> 63)).cast_unsigned();
        while rest >= 0x80 {
            bytes.push(u8::try_from(rest & 0x7f).unwrap_or_default() | 0x80);
            rest >>= 7;
        }
        bytes.push(u8::try_from(rest).unwrap_or_default());
        before = *num;
    }
    bytes
}

/// What [`pack`] has packed; none if it was something else.
fn unpack(bytes: &[u8]) -> Option<Vec<i64>> {
    let mut nums = Vec::with_capacity(PART);
    let mut before = 0_i64;
    let (mut rest, mut shift) = (0_u64, 0_u32);
    for byte in bytes {
        rest |= u64::from(byte & 0x7f).checked_shl(shift)?;
        shift += 7;
        if byte & 0x80 == 0 {
            let sign = (rest & 1).cast_signed().wrapping_neg();
            before = before.wrapping_add((rest >> 1).cast_signed() ^ sign);
            nums.push(before);
            (rest, shift) = (0, 0);
        }
    }
    (shift == 0).then_some(nums)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_survive_packing_and_near_ones_are_short() {
        for nums in [vec![], vec![0], vec![7, 8, 9, 1, 2], vec![i64::MAX, i64::MIN, 0, -1, i64::MIN, i64::MAX]] {
            assert_eq!(unpack(&pack(&nums)), Some(nums));
        }
        let row: Vec<i64> = (1_000_000..1_002_000).collect();
        assert!(pack(&row).len() < 2010);
        assert_eq!(unpack(&[0x80]), None, "cut off");
        assert_eq!(unpack(&[0xff; 12]), None, "longer than any number");
    }
}
