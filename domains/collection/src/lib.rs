//! 证照采集: existing licences come into the library. A table is read and kept as it came, cleaned
//! by rules, checked by a second person, and made into sealed licences, one a row whatever happens
//! [H-17 to H-26].

mod approval;
mod base;
mod batch;
mod begin;
mod check;
mod clean;
mod error;
mod events;
mod exchange;
mod face;
mod facts;
mod issue;
mod known;
mod look;
mod pieces;
mod receipt;
mod report;
mod row;
mod runner;
mod scan;
mod table;
mod take;
mod work;

pub use approval::{Approval, Given as GivenByAgency, issue_approval};
pub use base::{BaseSource, bases, take_base};
pub use batch::{
    Batch, BatchBody, BatchState, Count, Given, Mapped, SourceClass, Summary, batch, batches,
    batches_of_case, collecting_agencies, counts, end_batch, issuing_agencies, map, mapped,
};
pub use begin::{NewBatch, begin};
pub use check::check_row;
pub use clean::{IN_LIBRARY, OUT_OF_SCOPE};
pub use error::CollectionError;
pub use events::{BatchMoved, RowMoved};
pub use exchange::{
    ConflictRule, EXCHANGE_BATCH, ExchangeAnswer, ExchangeBatch, ExchangeFolder, ExchangeLicence,
    ExchangeRecord, ExchangeSettled, ExchangeSource, ExchangeSourceSet, ExchangeTaken, NewExchange,
    Operation, Outcome, RowAnswer, TakenBatch, Waiting, decide_exchange, exchange_batches,
    exchange_records, exchange_source, exchange_sources, read_folders, set_exchange, take_exchange,
};
pub use facts::facts;
pub use receipt::{
    ApprovalRefused, LATE, Receipt, ReceiptKind, ReceiptsSeen, receipts, see_receipts, unseen,
};
pub use report::{ReturnedFile, report, returned};
pub use row::{CollectedRow, Edit, FaceValue, RowBody, RowQuery, discard_row, edit_row, row, rows};
pub use runner::{handlers, run_all, run_work, schedules};
pub use scan::{
    Added, Crop, Fault, Look, NewScan, OfCase, Original, OriginalBody, OriginalState, PageAct,
    SCAN_FILE, SCAN_FILE_PAGES, SCAN_PAGES, Saved, Scan, ScanField, ScanPage, Typed, act_on_page,
    add_scan, begin_scan, can_read, original, original_file, original_pages, picture,
    remove_blanks, restore_original, scan, scan_choices, scan_fields, send_scan, set_aside,
    type_original, waits_after,
};
pub use work::{Work, WorkKind, WorkState, order, pause, resume, stop, works};

/// The tables of this domain.
pub const MIGRATIONS: &[store::Migration] = &[
    store::Migration {
        name: "collection/0001",
        sql: include_str!("../migrations/0001_collection.sql"),
    },
    store::Migration {
        name: "collection/0002",
        sql: include_str!("../migrations/0002_scan.sql"),
    },
    store::Migration {
        name: "collection/receipt",
        sql: include_str!("../migrations/0003_receipt.sql"),
    },
    store::Migration {
        name: "collection/case",
        sql: include_str!("../migrations/0004_case.sql"),
    },
    store::Migration {
        name: "collection/exchange",
        sql: include_str!("../migrations/0005_exchange.sql"),
    },
];

/// The names of all stored files, for sweeper and backup of the file store.
pub async fn stored_files(
    run: &mut impl store::Run,
) -> Result<std::collections::HashSet<String>, CollectionError> {
    table::stored_files(run).await
}
