//! How the licence of an item is filled in: rules as JSON.

use store::{Run, StoreError, args};

/// Writes the rule of an item, in place of the one it had.
pub(crate) async fn put(run: &mut impl Run, item: &str, rule: &str) -> Result<(), StoreError> {
    let sql = "INSERT INTO issue_rule (item_id, rule) VALUES (?, ?) \
        ON CONFLICT (item_id) DO UPDATE SET rule = excluded.rule";
    run.exec(sql, args![item, rule]).await?;
    Ok(())
}

/// The rule of an item.
pub(crate) async fn get(run: &mut impl Run, item: &str) -> Result<Option<String>, StoreError> {
    let sql = "SELECT rule FROM issue_rule WHERE item_id = ?";
    let row = run.row(sql, args![item]).await?;
    row.map(|row| row.get(0)).transpose()
}
