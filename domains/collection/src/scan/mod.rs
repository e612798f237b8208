//! 扫描采集 [H-20 A]: stacks of originals are scanned, cut into single ones, typed beside their
//! pictures, and then go the way of every row: cleaned, checked by a second person, made.

mod add;
mod begin;
mod fields;
mod judge;
mod ocr;
mod original;
mod page;
mod place;
pub(crate) mod read;
mod send;
mod view;

use std::collections::BTreeMap;

use scans::Shape;
use serde::{Deserialize, Serialize};
use store::Ctx;

use crate::batch::{Batch, BatchState, batch, may_collect};
use crate::error::CollectionError;

pub(crate) use add::File;
pub use add::{Added, add_scan};
pub use begin::{NewScan, OfCase, begin_scan, scan_choices};
pub use fields::{ScanField, scan_fields};
pub use ocr::can_read;
pub use original::{Saved, Typed, restore_original, set_aside, type_original};
pub use page::{PageAct, act_on_page, remove_blanks};
pub use scans::Crop;
pub use send::send_scan;
pub use view::{Look, original, original_file, original_pages, picture, scan, waits_after};

/// Largest file of scans, in bytes.
pub const SCAN_FILE: usize = 64 << 20;
/// Most pages of a file: so many are read before whoever sent it gives up waiting.
pub const SCAN_FILE_PAGES: usize = 100;
/// Most pages of a batch.
pub const SCAN_PAGES: usize = 400;

kernel::codes! {
    /// Where an original stands until its batch is sent.
    OriginalState {
        Waiting = "waiting", "待录入", "to be typed";
        Open = "open", "待核对", "to be confirmed";
        Ready = "ready", "已录入", "typed";
        Aside = "aside", "已剔除", "set aside";
    }
}

/// A page of the stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScanPage {
    pub batch_key: String,
    /// Its place in the stack, from 1.
    pub page: u32,
    pub rev: i64,
    pub file_no: u32,
    /// The original it belongs to.
    pub original: u32,
    pub removed: bool,
    /// Nothing seems to be written on it.
    pub blank: bool,
    pub shape: Shape,
    pub(crate) picture: String,
    pub(crate) thumb: String,
}

/// One original with what was typed from it.
#[derive(Clone, Debug)]
pub struct Original {
    pub batch_key: String,
    /// The number of the page it began with.
    pub number: u32,
    pub rev: i64,
    pub state: OriginalState,
    /// Who typed it last.
    pub typist: Option<String>,
    pub body: OriginalBody,
}

/// What is encrypted of an original.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct OriginalBody {
    /// By code of the field, see [`ScanField`].
    pub values: BTreeMap<String, String>,
    /// What a machine read and nobody confirmed yet: confidence from 0 to 100, by code of the field.
    pub unconfirmed: BTreeMap<String, u8>,
    /// What stands against it, as found when it was last saved.
    pub faults: Vec<Fault>,
    /// The typist says that the original itself reads so, whatever the rules find.
    pub as_is: bool,
    /// Why it was set aside.
    pub aside: String,
}

/// Something wrong with what was typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// Code of the field; empty where it is the whole.
    pub field: String,
    pub zh: String,
    pub en: String,
    /// The rules would take it out: to be put right, or confirmed to stand so on the original.
    pub throws_out: bool,
    /// Nobody can say that it is right.
    pub must: bool,
}

/// A stack with its originals.
#[derive(Clone, Debug)]
pub struct Scan {
    pub batch: Batch,
    /// Short code of the licence type.
    pub type_code: String,
    pub pages: Vec<ScanPage>,
    pub originals: Vec<Original>,
}

impl Scan {
    /// How many originals are in a state.
    pub fn count(&self, state: OriginalState) -> usize {
        self.originals.iter().filter(|o| o.state == state).count()
    }
}

impl Batch {
    /// The licence type of a batch that is scanned.
    pub fn scanned_type(&self) -> Option<&str> {
        self.body.scanned.as_deref()
    }
}

/// A scan that the actor may work at, with its licence type.
pub(crate) async fn mine(ctx: &Ctx, batch_key: &str) -> Result<(Batch, String), CollectionError> {
    let batch = batch(ctx, batch_key).await?;
    may_collect(ctx, &batch)?;
    let kind = batch
        .body
        .scanned
        .clone()
        .ok_or(CollectionError::NotFound)?;
    Ok((batch, kind))
}

/// The same, while nothing was sent yet.
pub(crate) async fn open(ctx: &Ctx, batch_key: &str) -> Result<(Batch, String), CollectionError> {
    let found = mine(ctx, batch_key).await?;
    match found.0.state {
        BatchState::Scanning => Ok(found),
        _ => Err(CollectionError::WrongState),
    }
}
