//! 整合其他证照库 [H-20 E]: an agency's own library sends records, one by one as they change or in
//! files at intervals; each becomes a licence here, or the next version of one, or ends one. What
//! the library holds from elsewhere under the same number is a conflict, settled by the rule of the
//! source or by a person.

mod apply;
mod compare;
mod decide;
mod event;
mod folder;
mod record;
mod source;
mod table;
mod take;

pub use decide::{Waiting, decide_exchange, exchange_records};
pub use event::{ExchangeSettled, ExchangeSourceSet, ExchangeTaken};
pub use folder::{ExchangeFolder, read_folders};
pub use record::{ExchangeBatch, ExchangeLicence, ExchangeRecord};
pub use source::{ExchangeSource, NewExchange, exchange_source, exchange_sources, set_exchange};
pub use take::{ExchangeAnswer, RowAnswer, TakenBatch, exchange_batches, take_exchange};

kernel::codes! {
    /// What becomes of a record that differs from what the library holds from elsewhere (ours).
    ConflictRule {
        Ask = "ask", "人工处理", "A person decides";
        Newer = "newer", "以颁发日期较新的为准", "The later day of issue counts";
        Theirs = "theirs", "以来源库为准", "The source counts";
        Ours = "ours", "以本库为准", "This library counts";
    }
}

kernel::codes! {
    /// 操作 [K-32].
    Operation {
        Insert = "I", "新增", "new";
        Update = "U", "变更", "changed";
        Delete = "D", "注销", "ended";
    }
}

kernel::codes! {
    /// What became of a record.
    Outcome {
        Made = "made", "新制", "Made";
        Changed = "changed", "已更新", "Changed";
        Same = "same", "一致", "The same";
        Kept = "kept", "保留本库", "Kept as it was";
        Ended = "ended", "已注销", "Ended";
        Late = "late", "已有更新的记录", "Overtaken";
        Waits = "waits", "待处理", "Waits for a person";
        Refused = "refused", "未接收", "Refused";
        Busy = "busy", "请重发", "To be sent again";
    }
}

/// Records in one batch by interface; a file may hold [`folder::RECORDS`].
pub const EXCHANGE_BATCH: usize = 100;
