//! Delegations, all below their legal person.

use jiff::Timestamp;
use store::{Row, Run, StoreError, args};

use crate::delegation::{DelegationState, Items, Node, Terms};

/// A delegation as stored.
#[derive(Clone)]
pub(crate) struct DelegationRow {
    pub principal: String,
    pub node: Node,
    /// Account of who gave it; none while it is only requested.
    pub grantor: Option<String>,
    pub created_at: Timestamp,
    pub ended_at: Option<Timestamp>,
    pub rev: i64,
}

const COLUMNS: &str = "d.principal, d.delegation_key, d.parent, d.level, d.delegate, d.grantor, \
     d.items, d.valid_from, d.valid_to, d.state, d.created_at, d.ended_at, d.rev";

/// Items as the column holds them: empty for all.
pub(crate) fn items_text(items: &Items) -> String {
    match items {
        Items::All => String::new(),
        Items::Only(codes) => {
            let codes: Vec<_> = codes.iter().map(String::as_str).collect();
            codes.join(",")
        }
    }
}

pub(crate) fn items_from(text: &str) -> Items {
    if text.is_empty() {
        Items::All
    } else {
        Items::only(text.split(','))
    }
}

fn read(r: &Row) -> Result<DelegationRow, StoreError> {
    let state: String = r.get(9)?;
    let bad = || StoreError::Column(9, "unknown code".into());
    Ok(DelegationRow {
        principal: r.get(0)?,
        node: Node {
            key: r.get(1)?,
            parent: r.get(2)?,
            level: r.get(3)?,
            delegate: r.get(4)?,
            terms: Terms {
                items: items_from(&r.get::<String>(6)?),
                from: r.get(7)?,
                to: r.get(8)?,
            },
            state: DelegationState::from_code(&state).ok_or_else(bad)?,
        },
        grantor: r.get(5)?,
        created_at: r.get(10)?,
        ended_at: r.get(11)?,
        rev: r.get(12)?,
    })
}

/// All delegations of a legal person, in the order they were made.
pub(crate) async fn of_principal(
    run: &mut impl Run,
    principal: &str,
) -> Result<Vec<DelegationRow>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM delegation d WHERE d.principal = ? \
         ORDER BY d.created_at, d.delegation_key"
    );
    run.rows(&sql, args![principal])
        .await?
        .iter()
        .map(read)
        .collect()
}

/// All delegations a person has received, newest first.
pub(crate) async fn of_delegate(
    run: &mut impl Run,
    delegate: &str,
) -> Result<Vec<DelegationRow>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM delegation d WHERE d.delegate = ? \
         ORDER BY d.created_at DESC, d.delegation_key"
    );
    run.rows(&sql, args![delegate])
        .await?
        .iter()
        .map(read)
        .collect()
}

pub(crate) async fn insert(run: &mut impl Run, d: &DelegationRow) -> Result<(), StoreError> {
    let sql = "INSERT INTO delegation (principal, delegation_key, parent, level, delegate, \
               grantor, items, valid_from, valid_to, state, created_at, ended_at, rev) \
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    let n = &d.node;
    let args = args![
        &d.principal,
        &n.key,
        &n.parent,
        n.level,
        &n.delegate,
        &d.grantor,
        items_text(&n.terms.items),
        n.terms.from,
        n.terms.to,
        n.state.code(),
        d.created_at,
        d.ended_at,
        d.rev
    ];
    run.exec(sql, args).await.map(drop)
}

/// Writes what may change, if nobody wrote it since it was read.
pub(crate) async fn update(run: &mut impl Run, d: &DelegationRow) -> Result<bool, StoreError> {
    let sql = "UPDATE delegation SET parent = ?, level = ?, grantor = ?, items = ?, \
               valid_from = ?, valid_to = ?, state = ?, ended_at = ?, rev = rev + 1 \
               WHERE principal = ? AND delegation_key = ? AND rev = ?";
    let n = &d.node;
    let args = args![
        &n.parent,
        n.level,
        &d.grantor,
        items_text(&n.terms.items),
        n.terms.from,
        n.terms.to,
        n.state.code(),
        d.ended_at,
        &d.principal,
        &n.key,
        d.rev
    ];
    Ok(run.exec(sql, args).await? == 1)
}
