//! A document is written in the transaction of the act it tells of.

use serde_json::Value;
use store::{Ctx, Run, Tx};

use crate::beside::{self, Beside};
use crate::compose::{Content, Site, compose};
use crate::error::NoticeError;
use crate::event::{NoticeCreated, stream};
use crate::issuer::Issuer;
use crate::kind::Kind;
use crate::notice::Notice;
use crate::seal::{SEAL, SealJob};
use crate::state::State;
use crate::template::Template;
use crate::{table, templates, withdraw};

/// A document to be made.
#[derive(Clone, Debug)]
pub struct NewNotice {
    pub kind: Kind,
    /// From [`crate::number`], taken before the transaction.
    pub number: String,
    /// In place of the kind's usual title: 准予注册决定书.
    pub title: Option<String>,
    pub case_key: String,
    pub case_no: String,
    /// Account key of the applicant.
    pub owner: String,
    /// The random token of the case's QR code.
    pub token: String,
    pub issuer: Issuer,
    /// What the template asks for; see [`Content::fields`] and the README. `item_code` is not
    /// printed: it names the item for scopes and for authorisations of the seal.
    pub fields: Value,
    /// Key of the document of the same case that this one replaces: it is withdrawn in the same
    /// transaction, and each names the other [D-61].
    pub replaces: Option<String>,
    /// Who seals beside the issuer: agencies that act together with it, in their order, and at most
    /// one officer.
    pub beside: Vec<Beside>,
}

/// A document ready to be written: composed for its checks, its content sealed.
pub struct Ready {
    notice: Notice,
    content: Vec<u8>,
    /// Key of the one it replaces.
    replaces: Option<String>,
}

/// Prepares a document before the transaction and tells whether it can be made: every needed field
/// is there, every character has a glyph, everything fits. Writes nothing. A receipt holds nothing
/// that somebody wrote at length, and many are made at once: its characters are looked at, the page
/// is not laid out.
pub async fn prepare(ctx: &Ctx, new: &NewNotice) -> Result<Ready, NoticeError> {
    let mut reader = ctx.db.reader();
    let (version, template) = templates::current(&mut reader, ctx, new.kind).await?;
    let replaced = match &new.replaces {
        Some(old) => Some(table::by_id(&mut reader, old).await?),
        None => None,
    };
    let replaced = match replaced {
        Some(old) => Some(old.ok_or(NoticeError::NotFound)?.number),
        None => None,
    };
    let content = content(new, &template, replaced.as_deref());
    let site = ctx.shared.get::<Site>().ok_or(NoticeError::NotConfigured)?;
    let letter = compose(&template, &content, &site)?;
    if new.kind == Kind::Receipt {
        drawable(&new.fields)?;
    } else {
        paper::lay_out(&paper::letter(&letter)?.document)?;
    }
    let doc_id = ctx.rng.key();
    let item_code = new.fields.get("item_code").and_then(Value::as_str);
    let notice = Notice {
        doc_id,
        kind: new.kind,
        number: new.number.clone(),
        title: content.title.clone(),
        template_version: version,
        case_key: new.case_key.clone(),
        case_no: new.case_no.clone(),
        item_code: item_code.unwrap_or_default().to_owned(),
        owner: new.owner.clone(),
        agency_code: new.issuer.code.clone(),
        region_code: new.issuer.region_code.clone(),
        maker: ctx.actor.id.clone(),
        made_at: ctx.now(),
        state: State::Draft,
        rev: 1,
        sealer: None,
        sealed_at: None,
        delivered_at: None,
        withdrawn_at: None,
        withdrawn_by: None,
        replaces: new.replaces.clone(),
        replaced_by: None,
    };
    beside::ready(ctx, &new.beside, &notice, &template).await?;
    Ok(Ready {
        content: lock(ctx, &notice.doc_id, &content)?,
        replaces: new.replaces.clone(),
        notice,
    })
}

/// Every text anywhere in the value.
fn drawable(value: &Value) -> Result<(), paper::Error> {
    match value {
        Value::String(text) => paper::drawable(text),
        Value::Array(all) => all.iter().try_for_each(drawable),
        Value::Object(all) => all.values().try_for_each(drawable),
        Value::Null | Value::Bool(_) | Value::Number(_) => Ok(()),
    }
}

/// Writes a document and has it sealed in the background. Returns its key. The act it belongs to
/// has asked for the permission; the number stands in the act's transaction, so an act that fails
/// leaves only a gap.
pub async fn create(tx: &mut Tx<'_>, ctx: &Ctx, new: &Ready) -> Result<String, NoticeError> {
    let Some(old) = &new.replaces else {
        return insert(tx, ctx, new).await;
    };
    let old = table::by_id(tx, old).await?.ok_or(NoticeError::NotFound)?;
    let reason = format!("由{}号文书替代", new.notice.number);
    replace_in(tx, ctx, old, new, &reason).await
}

/// Makes a document and withdraws the one it replaces.
pub(crate) async fn replace_in(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    old: Notice,
    new: &Ready,
    reason: &str,
) -> Result<String, NoticeError> {
    if old.case_key != new.notice.case_key {
        return Err(NoticeError::Field("replaces".into()));
    }
    let doc_id = insert(tx, ctx, new).await?;
    withdraw::mark(tx, ctx, old, reason, Some(&doc_id)).await?;
    Ok(doc_id)
}

async fn insert(tx: &mut Tx<'_>, ctx: &Ctx, new: &Ready) -> Result<String, NoticeError> {
    let Ready {
        notice, content, ..
    } = new;
    let doc_id = &notice.doc_id;
    if !table::take_number(tx, &notice.number, doc_id).await? {
        return Err(NoticeError::NumberTaken(notice.number.clone()));
    }
    table::insert(tx, notice, content.clone()).await?;
    let event = NoticeCreated {
        doc_id: doc_id.clone(),
        kind: notice.kind,
        number: notice.number.clone(),
        template_version: notice.template_version,
        case_key: notice.case_key.clone(),
        case_no: notice.case_no.clone(),
        agency: notice.agency_code.clone(),
        replaces: notice.replaces.clone(),
    };
    let mut head = journal::Head::fresh();
    journal::append_to(tx, ctx, &stream(doc_id), &mut head, &event).await?;
    let job = SealJob {
        doc_id: doc_id.clone(),
    };
    journal::enqueue(tx, ctx, SEAL, &job, ctx.now()).await?;
    Ok(doc_id.clone())
}

fn content(new: &NewNotice, template: &Template, replaces: Option<&str>) -> Content {
    Content {
        number: new.number.clone(),
        title: new.title.clone().unwrap_or_else(|| template.title.clone()),
        case_no: new.case_no.clone(),
        token: new.token.clone(),
        issuer: new.issuer.clone(),
        fields: new.fields.clone(),
        replaces: replaces.map(str::to_owned),
        beside: new.beside.clone(),
    }
}

fn lock(ctx: &Ctx, doc_id: &str, content: &Content) -> Result<Vec<u8>, NoticeError> {
    let plain = serde_json::to_vec(content).map_err(|e| NoticeError::Vault(e.to_string()))?;
    Ok(ctx.seal("notice", "content", doc_id, &plain))
}

/// Reads the content of a document.
pub(crate) async fn unlock(
    run: &mut impl Run,
    ctx: &Ctx,
    doc_id: &str,
) -> Result<Content, NoticeError> {
    let sealed = table::content(run, doc_id).await?;
    let plain = ctx
        .open_sealed("notice", "content", doc_id, &sealed)
        .map_err(|e| NoticeError::Vault(e.to_string()))?;
    serde_json::from_slice(&plain).map_err(|e| NoticeError::Vault(e.to_string()))
}
