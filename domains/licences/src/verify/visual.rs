//! 可视核验: an officer looks at the drawn pages beside what the library says, and records what was
//! seen [H-56].

use std::sync::Arc;

use blobs::Blobs;
use jiff::Timestamp;
use kernel::Permission;
use ofd::read::Document;
use serde::{Deserialize, Serialize};
use store::{Ctx, Run};

use super::opened::{Open, Opened};
use super::pages::{self, DrawnPage};
use super::{Verification, locate, verification, verify_file};
use crate::error::LicenceError;
use crate::events::stream;
use crate::kind::licence_type;
use crate::table::visual as table;

kernel::codes! {
    /// What the person saw.
    Seen {
        /// 相符.
        Same = "same", "版面与库中数据相符", "the pages agree with the library";
        /// 不符.
        Different = "different", "版面与库中数据不符", "the pages differ from the library";
        /// 无法判断.
        Unclear = "unclear", "无法判断", "cannot be told";
    }
}

/// One field, as the file and as the library has it.
#[derive(Clone, Debug, Serialize)]
pub struct Compared {
    pub name: String,
    /// None where the file says nothing that a machine can read.
    pub in_file: Option<String>,
    /// None where the library has none, or the officer may not see it in full.
    pub in_library: Option<String>,
    /// The library has it, and this officer may not see it.
    pub is_hidden: bool,
    /// None where there is nothing to compare.
    pub same: Option<bool>,
}

/// A visual verification.
#[derive(Clone, Debug)]
pub struct VisualCheck {
    /// The number of the machine's verification, which comes first.
    pub number: String,
    pub officer: String,
    pub begun_at: Timestamp,
    pub seen: Option<Seen>,
    pub decided_at: Option<Timestamp>,
    pub note: String,
    blob: String,
}

/// All that the officer looks at.
#[derive(Clone, Debug)]
pub struct VisualCase {
    pub check: VisualCheck,
    pub verification: Verification,
    /// Pages that can be drawn; none for a PDF, and for what cannot be read.
    pub pages: Option<usize>,
    /// It is a PDF, which browsers show.
    pub is_pdf: bool,
    pub fields: Vec<Compared>,
    /// Key of the licence, where the library holds it: corrections start there [H-57].
    pub licence_key: Option<String>,
}

/// `licence.looked_at`: a person recorded what was seen.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LicenceLookedAt {
    pub number: String,
    pub licence_key: Option<String>,
    /// `same`, `different`, `unclear`.
    pub seen: String,
    /// In somebody's own words, so it stands in the encrypted detail only.
    #[serde(skip)]
    pub note: String,
}

impl journal::Event for LicenceLookedAt {
    const KIND: &'static str = "licence.looked_at";

    fn detail(&self) -> Option<serde_json::Value> {
        Some(serde_json::json!({ "note": self.note }))
    }
}

/// Whoever may query the library anywhere may look at files that somebody shows.
fn require(ctx: &Ctx) -> Result<(), LicenceError> {
    match ctx.actor.scopes(Permission::LicenceQuery).is_empty() {
        true => Err(kernel::Denied(Permission::LicenceQuery).into()),
        false => Ok(()),
    }
}

fn store(ctx: &Ctx) -> Result<Arc<Blobs>, LicenceError> {
    ctx.shared
        .get::<Blobs>()
        .ok_or_else(|| LicenceError::Data("no file store".into()))
}

/// Verifies a file by machine and keeps it to be looked at. Returns the number.
pub async fn begin_visual(ctx: &Ctx, bytes: Vec<u8>) -> Result<String, LicenceError> {
    require(ctx)?;
    let found = verify_file(ctx, bytes.clone()).await?;
    let blob = store(ctx)?.put(ctx, bytes).await?.name;
    let row = (found.number.clone(), blob);
    let (inner, row) = (ctx.clone(), Arc::new(row));
    ctx.db
        .write(move |tx| {
            let (ctx, row) = (inner.clone(), row.clone());
            Box::pin(async move {
                table::begin(tx, &row.0, &ctx.actor.id, ctx.now(), &row.1).await?;
                Ok::<_, LicenceError>(())
            })
        })
        .await?;
    Ok(found.number)
}

fn read(ctx: &Ctx, row: table::Row) -> Result<VisualCheck, LicenceError> {
    let note = match row.note {
        None => String::new(),
        Some(sealed) => {
            let plain = ctx
                .open_sealed("visual_check", "note", &row.number, &sealed)
                .map_err(|e| LicenceError::Data(e.to_string()))?;
            String::from_utf8_lossy(&plain).into_owned()
        }
    };
    Ok(VisualCheck {
        officer: row.officer,
        begun_at: row.begun_at,
        blob: row.blob,
        seen: row.outcome.and_then(|code| Seen::from_code(&code)),
        decided_at: row.decided_at,
        note,
        number: row.number,
    })
}

/// One's own; that of another officer is not there.
async fn own(ctx: &Ctx, number: &str) -> Result<VisualCheck, LicenceError> {
    require(ctx)?;
    let row = table::get(&mut ctx.db.reader(), number).await?;
    let check = read(ctx, row.ok_or(LicenceError::NotFound)?)?;
    match check.officer == ctx.actor.id {
        true => Ok(check),
        false => Err(LicenceError::NotFound),
    }
}

/// The officer's last ones, newest first.
pub async fn visual_checks(ctx: &Ctx) -> Result<Vec<VisualCheck>, LicenceError> {
    require(ctx)?;
    let rows = table::of_officer(&mut ctx.db.reader(), &ctx.actor.id, 20).await?;
    rows.into_iter().map(|row| read(ctx, row)).collect()
}

/// Pages, data and the machine's findings, side by side.
pub async fn visual(ctx: &Ctx, number: &str) -> Result<VisualCase, LicenceError> {
    let check = own(ctx, number).await?;
    let verification = verification(ctx, number).await?;
    let open = open(ctx, &check).await?;
    let pages = open.document.as_ref().map(Document::page_count);
    let metadata = open.metadata.as_ref();
    let digest = verification.digest.clone().unwrap_or_default();
    let found = locate(ctx, &digest, metadata).await?;
    let mut fields = Vec::new();
    if let Some((licence, version)) = &found {
        let kind = licence_type(ctx, &licence.type_code).await?;
        let target = licence.target();
        let full = ctx
            .actor
            .require(Permission::LicenceReveal, &target)
            .is_ok();
        for field in &kind.face_fields {
            let in_file = metadata.and_then(|m| m.face.get(&field.field_code));
            let in_library = version.face.face.get(&field.field_code);
            fields.push(Compared {
                name: field.field_name.clone(),
                in_file: in_file.cloned(),
                in_library: in_library.filter(|_| full).cloned(),
                is_hidden: in_library.is_some() && !full,
                same: in_file.map(|value| Some(value) == in_library),
            });
        }
    }
    Ok(VisualCase {
        check,
        verification,
        pages,
        is_pdf: open.is_pdf,
        fields,
        licence_key: found.map(|(licence, _)| licence.licence_key),
    })
}

/// Draws a page of the file, from 0.
pub async fn visual_page(
    ctx: &Ctx,
    number: &str,
    page: usize,
    dpi: u16,
) -> Result<DrawnPage, LicenceError> {
    let check = own(ctx, number).await?;
    let open = open(ctx, &check).await?;
    let dpi = f32::from(dpi.clamp(50, 300));
    let drawn = tokio::task::spawn_blocking(move || pages::draw(&open, page, dpi)).await;
    // Its pictures stay decoded for the next page, and now it is known how much they take.
    ctx.shared.get_or_make::<Opened>().make_room(ctx.now());
    drawn.map_err(|e| LicenceError::Data(e.to_string()))?
}

/// The file of a check, opened. It stays open until the check has ended.
async fn open(ctx: &Ctx, check: &VisualCheck) -> Result<Arc<Open>, LicenceError> {
    let read = async {
        let bytes = store(ctx)?.get(ctx, &check.blob).await?;
        let read = tokio::task::spawn_blocking(move || Arc::new(Open::read(&bytes)));
        read.await.map_err(|e| LicenceError::Data(e.to_string()))
    };
    match check.seen {
        Some(_) => read.await,
        None => Opened::get(ctx, &check.number, read).await,
    }
}

/// The file itself.
pub async fn visual_file(ctx: &Ctx, number: &str) -> Result<Vec<u8>, LicenceError> {
    let check = own(ctx, number).await?;
    Ok(store(ctx)?.get(ctx, &check.blob).await?)
}

/// Records what was seen, once.
pub async fn record_visual(
    ctx: &Ctx,
    number: &str,
    seen: Seen,
    note: &str,
) -> Result<(), LicenceError> {
    let note = note.trim();
    if note.chars().count() > 500 {
        return Err(LicenceError::Field("说明".into(), "最多500字".into()));
    }
    if seen != Seen::Same && note.is_empty() {
        return Err(LicenceError::Field("说明".into(), "请写明所见".into()));
    }
    let case = visual(ctx, number).await?;
    let event = LicenceLookedAt {
        number: number.to_owned(),
        licence_key: case.licence_key.clone(),
        seen: seen.code().into(),
        note: note.to_owned(),
    };
    let stream = match &event.licence_key {
        Some(key) => stream(key),
        None => super::record::stream(number),
    };
    let sealed = ctx.seal("visual_check", "note", number, note.as_bytes());
    let (inner, work) = (ctx.clone(), Arc::new((event, stream, sealed)));
    ctx.db
        .write(move |tx| {
            let (ctx, work) = (inner.clone(), work.clone());
            Box::pin(async move {
                let (event, stream, sealed) = &*work;
                let at = ctx.now();
                if !table::decide(tx, &event.number, &event.seen, at, sealed).await? {
                    return Err(LicenceError::Stale);
                }
                journal::append(tx, &ctx, stream, event).await?;
                Ok::<_, LicenceError>(())
            })
        })
        .await?;
    ctx.shared.get_or_make::<Opened>().forget(number);
    Ok(())
}

/// The names of all kept files, for the sweeper and the backup of the file store.
pub(crate) async fn visual_files(
    run: &mut impl Run,
) -> Result<std::collections::HashSet<String>, LicenceError> {
    Ok(table::files(run).await?)
}
