//! What each subscriber has yet to be told.

use jiff::Timestamp;
use store::{Run, StoreError, args};

use super::Pending;

/// Writes deliveries, each to the subscriber named with it.
pub(crate) async fn insert_deliveries(
    run: &mut impl Run,
    deliveries: &[(&str, &Pending)],
    at: Timestamp,
) -> Result<(), StoreError> {
    let marks = vec!["(?, ?, ?, 'waiting', 0, ?)"; deliveries.len()].join(", ");
    let sql = format!(
        "INSERT INTO delivery (subscriber, stream, seq, state, tries, next_at) VALUES {marks}"
    );
    let mut values = Vec::with_capacity(deliveries.len() * 4);
    for (subscriber, p) in deliveries {
        values.extend(args![*subscriber, p.stream.as_str(), p.seq, at]);
    }
    run.queue(&sql, values).await
}

/// The head of each subscriber's queue for a stream, where it is due. A delivery behind one that
/// waits, is leased or is parked is not a head.
pub(crate) async fn due_deliveries(
    run: &mut impl Run,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<DueDelivery>, StoreError> {
    let sql = "SELECT d.subscriber, d.stream, d.seq, d.tries, d.next_at FROM delivery d \
               WHERE d.state = 'waiting' AND d.next_at <= ? AND NOT EXISTS (SELECT 1 FROM delivery e \
               WHERE e.subscriber = d.subscriber AND e.stream = d.stream AND e.seq < d.seq) \
               ORDER BY d.next_at LIMIT ?";
    run.rows(sql, args![now, limit])
        .await?
        .iter()
        .map(|r| Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?, r.get(4)?)))
        .collect()
}

/// A delivery that is due: subscriber, stream, number, tries, and since when.
pub(crate) type DueDelivery = (String, String, i64, i64, String);

/// Takes deliveries until `until`; gives those that nobody else has.
pub(crate) async fn lease_deliveries(
    run: &mut impl Run,
    due: &[DueDelivery],
    until: Timestamp,
) -> Result<Vec<DueDelivery>, StoreError> {
    let marks = vec!["(?, ?, CAST(? AS BIGINT), ?)"; due.len()].join(", ");
    let sql = format!(
        "UPDATE delivery SET tries = tries + 1, next_at = ? WHERE state = 'waiting' \
         AND (subscriber, stream, seq, next_at) IN (VALUES {marks}) \
         RETURNING subscriber, stream, seq"
    );
    let mut values = args![until];
    for d in due {
        values.extend(args![d.0.as_str(), d.1.as_str(), d.2, d.4.as_str()]);
    }
    let mut mine = std::collections::HashSet::new();
    for row in run.rows(&sql, values).await? {
        mine.insert((row.get(0)?, row.get(1)?, row.get(2)?));
    }
    let taken = |d: &&DueDelivery| mine.contains(&(d.0.clone(), d.1.clone(), d.2));
    Ok(due.iter().filter(taken).cloned().collect())
}

pub(crate) async fn delete_delivery(
    run: &mut impl Run,
    key: (&str, &str, i64),
) -> Result<u64, StoreError> {
    let sql = "DELETE FROM delivery WHERE subscriber = ? AND stream = ? AND seq = ?";
    run.exec(sql, args![key.0, key.1, key.2]).await
}

pub(crate) async fn fail_delivery(
    run: &mut impl Run,
    key: (&str, &str, i64),
    state: &str,
    next: Timestamp,
    error: &str,
) -> Result<u64, StoreError> {
    let sql = "UPDATE delivery SET state = ?, next_at = ?, error = ? WHERE subscriber = ? \
               AND stream = ? AND seq = ?";
    run.exec(sql, args![state, next, error, key.0, key.1, key.2])
        .await
}
