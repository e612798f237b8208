//! What happened to a licence, in order, and its versions as evidence [H-42].

use jiff::Timestamp;
use kernel::Permission;
use serde::{Deserialize, Serialize};
use store::Ctx;

use crate::ask::{RequestKind, RequestMoved, RequestState};
use crate::correct::CorrectionMoved;
use crate::error::LicenceError;
use crate::events::{LicenceChanged, LicenceEnding, LicenceInspected, LicenceIssued, stream};
use crate::library;
use crate::licence::{Format, Version};
use crate::print::{LicencePrinted, PrintWay};
use crate::state;
use crate::table;
use crate::wallet::{self, require_reader};

/// One thing that happened.
#[derive(Clone, Debug)]
pub struct LifeEntry {
    pub at: Timestamp,
    /// In words.
    pub zh: String,
    pub en: String,
    /// Who did it, as the holder is told.
    pub by: String,
    /// Reason or note, in somebody's own words.
    pub note: String,
}

/// What happened to a licence, newest first, for its holder or for staff in scope.
pub async fn life(ctx: &Ctx, key: &str) -> Result<Vec<LifeEntry>, LicenceError> {
    let mut reader = ctx.db.reader();
    let licence = table::load(&mut reader, ctx, key).await?;
    require_reader(ctx, &licence).await?;
    let mut all = Vec::new();
    for event in journal::stream(&mut reader, &stream(key)).await? {
        let Some((zh, en)) = told(&event) else {
            continue;
        };
        let detail = event.open_detail(ctx)?.unwrap_or_default();
        let note = ["reason", "note", "words"].map(|name| detail[name].as_str().unwrap_or(""));
        let actor = &event.actor;
        all.push(LifeEntry {
            at: event.at,
            zh,
            en,
            by: wallet::by(actor.kind, &actor.staff_no, &actor.id),
            note: note.concat(),
        });
    }
    all.reverse();
    Ok(all)
}

fn told(event: &journal::StoredEvent) -> Option<(String, String)> {
    let both = |zh: &str, en: &str| Some((zh.to_owned(), en.to_owned()));
    if let Some(e) = event.read::<LicenceIssued>() {
        let (zh, en) = match e.version {
            1 => ("签发", "Issued".to_owned()),
            n => ("签发新版本", format!("Version {n} issued")),
        };
        return both(zh, &en);
    }
    if let Some(e) = event.read::<LicenceChanged>() {
        let what = state::Event::from_code(&e.event)?;
        let to = state::State::from_code(&e.to)?;
        let zh = format!("{}，状态为“{}”", what.zh(), to.zh());
        return both(&zh, &format!("{}: now {}", e.event, e.to));
    }
    if let Some(e) = event.read::<LicenceInspected>() {
        return match e.passed {
            true => both("年检通过", "Inspection passed"),
            false => both("年检未通过", "Inspection not passed"),
        };
    }
    if let Some(e) = event.read::<LicencePrinted>() {
        let form = e.form_no.map(|no| format!("，印制编号{no}"));
        let way = PrintWay::from_code(&e.way)?;
        let zh = format!("打印纸质证照（{}）{}", way.zh(), form.unwrap_or_default());
        return Some((zh, format!("Printed on paper ({})", way.en())));
    }
    if let Some(e) = event.read::<LicenceEnding>() {
        let (zh, en) = (
            format!("到期提醒：还有{}天", e.days),
            format!("Reminder: ends in {} days", e.days),
        );
        return Some((zh, en));
    }
    if let Some(e) = event.read::<CorrectionMoved>() {
        let fields = e.fields.len();
        return match e.state.as_str() {
            "made" => Some((
                format!("更正照面信息{fields}项"),
                format!("{fields} field(s) of the face corrected"),
            )),
            _ => None,
        };
    }
    if let Some(e) = event.read::<RequestMoved>() {
        let (kind, to) = (
            RequestKind::from_code(&e.kind)?,
            RequestState::from_code(&e.state)?,
        );
        return Some(match to {
            RequestState::Open => (
                format!("持证人申请{}", kind.zh()),
                format!("The holder asks to {}", kind.en()),
            ),
            _ => (
                format!("申请{}：{}", kind.zh(), to.zh()),
                format!("Request to {}: {}", kind.en(), to.en()),
            ),
        });
    }
    None
}

/// Every version of a licence, newest first: for staff, as evidence. Only the current one can be
/// cited.
pub async fn versions(ctx: &Ctx, key: &str) -> Result<Vec<Version>, LicenceError> {
    let mut reader = ctx.db.reader();
    evidence(ctx, key).await?;
    table::versions(&mut reader, ctx, key).await
}

/// Staff who may query the library where the licence was issued: its former versions are evidence
/// and are not shown to anybody else.
async fn evidence(ctx: &Ctx, key: &str) -> Result<(), LicenceError> {
    let licence = table::load(&mut ctx.db.reader(), ctx, key).await?;
    Ok(ctx
        .actor
        .require(Permission::LicenceQuery, &licence.target())?)
}

/// Somebody read a former version as evidence.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct HistoryRead {
    pub licence_key: String,
    pub version: u32,
    pub format: String,
    /// In somebody's own words, so it stands in the encrypted detail only.
    #[serde(skip)]
    pub purpose: String,
}

impl journal::Event for HistoryRead {
    const KIND: &'static str = "licence.history_read";

    fn detail(&self) -> Option<serde_json::Value> {
        Some(serde_json::json!({ "purpose": self.purpose }))
    }
}

/// A file of any version, as evidence: for a stated purpose, which the journal keeps before the
/// file is handed out.
pub async fn version_file(
    ctx: &Ctx,
    key: &str,
    version: u32,
    format: Format,
    purpose: &str,
) -> Result<Vec<u8>, LicenceError> {
    evidence(ctx, key).await?;
    let purpose = purpose.trim();
    if purpose.is_empty() || purpose.chars().count() > 200 {
        let why = "请写明查阅目的，最多200字";
        return Err(LicenceError::Field("查阅目的".into(), why.into()));
    }
    let found = table::version(&mut ctx.db.reader(), ctx, key, version).await?;
    let bytes = library::read(ctx, &found, format).await?;
    let event = HistoryRead {
        licence_key: key.to_owned(),
        version,
        format: format.code().into(),
        purpose: purpose.to_owned(),
    };
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            let (ctx, event) = (inner.clone(), event.clone());
            Box::pin(async move {
                journal::append(tx, &ctx, &stream(&event.licence_key), &event).await?;
                Ok::<_, LicenceError>(())
            })
        })
        .await?;
    Ok(bytes)
}
