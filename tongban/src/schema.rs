//! All tables, in the order of the house.

use store::Migration;

/// The migrations of every domain.
pub fn migrations() -> Vec<Migration> {
    [
        store::numbers::MIGRATIONS,
        store::once::MIGRATIONS,
        journal::MIGRATIONS,
        agencies::MIGRATIONS,
        registers::MIGRATIONS,
        identity::MIGRATIONS,
        items::MIGRATIONS,
        seals::MIGRATIONS,
        notices::MIGRATIONS,
        licences::MIGRATIONS,
        collection::MIGRATIONS,
        materials::MIGRATIONS,
        cases::MIGRATIONS,
        messages::MIGRATIONS,
    ]
    .concat()
}
