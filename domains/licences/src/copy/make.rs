//! Making a copy: composed from the data of the current version, with a code and a token of its
//! own, and sealed under the standing authorisation of the issuer's seal.

use std::sync::Arc;

use jiff::civil::Date;
use kernel::time;
use seals::UseResult;
use store::{Ctx, Tx};

use super::draw::Mark;
use super::event::CopyMade;
use super::{CopyBody, LONGEST, LicenceCopy, MOST, Purpose, stream, table};
use crate::due::days_after;
use crate::error::LicenceError;
use crate::kind::licence_type_at;
use crate::licence::{Format, Licence, Source, Version};
use crate::plan::Plan;
use crate::prepare::{self, Holder, IssueRequest};
use crate::wallet::is_holder;

/// What a holder asks for.
#[derive(Clone, Debug)]
pub struct AskCopy {
    pub licence_key: String,
    pub purpose: Purpose,
    /// Who it is for: letters, digits, blanks and brackets, at most 30 characters, for it stands in
    /// a sealed document.
    pub recipient: String,
    /// Empty: none.
    pub case_no: String,
    /// Its last day: from today on, at most 90 days, and not after the licence itself.
    pub until: Date,
}

/// Makes a copy of a licence that the actor holds.
pub async fn make_copy(ctx: &Ctx, ask: &AskCopy) -> Result<LicenceCopy, LicenceError> {
    if !is_holder(ctx, &ask.licence_key).await? {
        return Err(LicenceError::NotFound);
    }
    let mut reader = ctx.db.reader();
    let key = &ask.licence_key;
    let licence = crate::table::load(&mut reader, ctx, key).await?;
    if !licence.state.is_citable() {
        return Err(LicenceError::NotCitable(licence.state));
    }
    let today = time::beijing_date(ctx.now());
    check(ask, &licence, today)?;
    let others = table::of_licence(&mut reader, ctx, key).await?;
    if others.iter().filter(|copy| copy.is_good(today)).count() >= MOST {
        let why = format!("有效的加注件已达{MOST}份，请先收回不用的");
        return Err(LicenceError::Field("加注件".into(), why));
    }
    let version = crate::table::version(&mut reader, ctx, key, licence.version).await?;
    let (copy_key, token) = (ctx.rng.key(), ctx.rng.token());
    let body = CopyBody {
        purpose: ask.purpose,
        recipient: ask.recipient.trim().to_owned(),
        case_no: ask.case_no.trim().to_owned(),
        token: token.clone(),
    };
    let request = request(ctx, &licence, version.clone()).await?;
    let plan = plan(ctx, &licence, &version, token).await?;
    let mark = Mark {
        note: note(&body, ask.until),
    };
    let sealed = prepare::seal_copy(ctx, &request, &plan, mark, ask.until).await?;
    let blob = |format: Format| {
        let file = sealed.files.iter().find(|file| file.format == format);
        let missing = || LicenceError::Data("a copy without its file".into());
        file.map(|file| file.blob.clone()).ok_or_else(missing)
    };
    let copy = LicenceCopy {
        copy_key,
        licence_key: key.clone(),
        version: licence.version,
        made_at: ctx.now(),
        until: ask.until,
        ended_at: None,
        fetched: 0,
        verified: 0,
        use_key: sealed.use_id.as_str().to_owned(),
        ofd_blob: blob(Format::Ofd)?,
        pdf_blob: blob(Format::Pdf)?,
        body,
    };
    let work = Arc::new((copy, sealed, licence.rev));
    let (inner, written) = (ctx.clone(), work.clone());
    let done = ctx
        .db
        .write(move |tx| {
            let (ctx, work) = (inner.clone(), written.clone());
            Box::pin(async move { write(tx, &ctx, &work.0, &work.1, work.2).await })
        })
        .await;
    if let Err(error) = done {
        let system = ctx.as_system();
        let documents = work.1.documents.clone();
        seals::close(
            &system,
            &work.1.use_id,
            documents,
            UseResult::Superseded,
            "",
        )
        .await?;
        return Err(error);
    }
    Ok(work.0.clone())
}

fn check(ask: &AskCopy, licence: &Licence, today: Date) -> Result<(), LicenceError> {
    let wrong = |name: &str, why: &str| Err(LicenceError::Field(name.into(), why.into()));
    let recipient = ask.recipient.trim();
    let said = |c: char| c.is_alphanumeric() || " ·（）()".contains(c);
    match recipient.chars().count() {
        0 => return wrong("使用单位", "请填写交给谁使用"),
        1..=30 if recipient.chars().all(said) => {}
        1..=30 => return wrong("使用单位", "只能有文字、数字和括号"),
        _ => return wrong("使用单位", "最多30字"),
    }
    if ask.case_no.chars().count() > 40 || !ask.case_no.chars().all(|c| c.is_ascii_alphanumeric()) {
        return wrong("办件编号", "不是办件编号");
    }
    if ask.until < today {
        return wrong("使用期限", "不能早于今天");
    }
    if ask.until > days_after(today, LONGEST) {
        return wrong("使用期限", "最长90天");
    }
    match licence.valid_to {
        Some(end) if ask.until > end => wrong("使用期限", "不能晚于证照有效期"),
        _ => Ok(()),
    }
}

/// What the watermark says.
fn note(body: &CopyBody, until: Date) -> String {
    let case = match body.case_no.as_str() {
        "" => String::new(),
        no => format!("（办件{no}）"),
    };
    format!(
        "仅供{}{}{case}使用，他用无效，有效期至{}",
        body.recipient,
        body.purpose.zh(),
        time::chinese_date(until)
    )
}

/// The version as it was issued.
pub(crate) async fn request(
    ctx: &Ctx,
    licence: &Licence,
    version: Version,
) -> Result<IssueRequest, LicenceError> {
    let kind = licence_type_at(ctx, &licence.type_code, &version.data.style_id).await?;
    let photo = prepare::photo(ctx, &kind, licence, &version).await?;
    let body = &licence.body;
    Ok(IssueRequest {
        type_code: licence.type_code.clone(),
        issuer: licence.agency.clone(),
        region: licence.region.clone(),
        holder: Holder {
            account: None,
            name: body.holder.clone(),
            id: body.holder_id.clone(),
            id_type: body.holder_id_type.clone(),
        },
        face: version.face.face,
        photo,
        case_no: version.case_no,
        item_code: version.data.item_code,
        replaces: None,
    })
}

async fn plan(
    ctx: &Ctx,
    licence: &Licence,
    version: &Version,
    token: String,
) -> Result<Plan, LicenceError> {
    Ok(Plan {
        kind: licence_type_at(ctx, &licence.type_code, &version.data.style_id).await?,
        licence_key: licence.licence_key.clone(),
        version: version.version,
        token,
        number: licence.body.licence_no.clone(),
        identifier: version.face.identifier.clone(),
        holder_id: licence.body.holder_id.clone(),
        holder_id_type: licence.body.holder_id_type.clone(),
        issue_date: version.data.issue_date,
        valid_from: version.data.valid_from,
        valid_to: version.data.valid_to,
        replaces: None,
        replaced: None,
        source: Source::platform(),
        state: licence.state,
        inspect_by: None,
    })
}

/// The copy, the use of the seal and the event, if the licence is still what it was made of.
async fn write(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    copy: &LicenceCopy,
    sealed: &prepare::SealedCopy,
    seen: i64,
) -> Result<(), LicenceError> {
    let now = crate::table::load(tx, ctx, &copy.licence_key).await?;
    if now.rev != seen {
        return Err(LicenceError::Stale);
    }
    let files = sealed.files.iter().filter(|f| f.format != Format::Png);
    let digests = files.flat_map(|f| [Some(f.digest.clone()), f.fingerprint.clone()]);
    let digests: Vec<String> = digests.flatten().collect();
    table::insert(tx, ctx, copy, &digests).await?;
    let (system, documents) = (ctx.as_system(), &sealed.documents);
    seals::finish(
        tx,
        &system,
        &sealed.use_id,
        documents,
        UseResult::Signed,
        "",
    )
    .await?;
    let event = CopyMade {
        copy_key: copy.copy_key.clone(),
        licence_key: copy.licence_key.clone(),
        version: copy.version,
        until: copy.until.to_string(),
        purpose: copy.body.purpose.code().into(),
        recipient: copy.body.recipient.clone(),
    };
    journal::append(tx, ctx, &stream(&copy.copy_key), &event).await?;
    Ok(())
}
