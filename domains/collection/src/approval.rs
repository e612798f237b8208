//! 证照自动合成 [H-20 D, H-87]: the data of an approval arrive from an agency's own system; the
//! licence composes itself of them and of what the registers say.

use std::collections::BTreeMap;
use std::sync::Arc;

use agencies::Agency;
use cleaning::{Action, Field, StockRow};
use jiff::civil::Date;
use kernel::{Permission, number, time};
use licences::{Collected, Holder, IssueRequest, LicenceType, Segment, Source, State};
use regex::Regex;
use store::Ctx;

use crate::batch::{SourceClass, target};
use crate::error::{CollectionError, filled};
use crate::face;
use crate::issue::register_photo;
use crate::receipt;
use crate::row::{CollectedRow, RowBody};

/// An approval's result as data.
#[derive(Clone, Debug)]
pub struct Approval {
    /// Short code of the licence type.
    pub type_code: String,
    /// Agency code of the issuer.
    pub issuer: String,
    /// The issuer's region, where none is given.
    pub region: Option<String>,
    pub holder: String,
    pub holder_id: String,
    /// None: the platform gives the number and today's date, and the validity follows from the type.
    pub given: Option<Given>,
    /// Further fields of the face; what is missing comes from the sources of the type.
    pub face: BTreeMap<String, String>,
    /// JPEG or PNG; the register's, where none is given.
    pub photo: Option<Vec<u8>>,
    pub case_no: Option<String>,
    /// 来源系统.
    pub source_system: String,
}

/// What the agency's own system gave the licence.
#[derive(Clone, Debug)]
pub struct Given {
    pub licence_no: String,
    pub issue_date: Date,
    pub valid_from: Option<Date>,
    /// None: for a long term.
    pub valid_to: Option<Date>,
}

fn wrong(name: &'static str, why: impl Into<String>) -> CollectionError {
    CollectionError::Field(name, why.into())
}

/// Makes a licence of an approval. Returns its key. What makes none alerts its agency [H-40].
pub async fn issue_approval(ctx: &Ctx, approval: &Approval) -> Result<String, CollectionError> {
    let class = SourceClass::D;
    match make(ctx, approval, class).await {
        Err(CollectionError::Denied(denied)) => Err(denied.into()),
        Err(why) => {
            receipt::refused(ctx, approval, class, &why).await?;
            Err(why)
        }
        made => made,
    }
}

async fn make(
    ctx: &Ctx,
    approval: &Approval,
    class: SourceClass,
) -> Result<String, CollectionError> {
    let judged = judged(ctx, approval).await?;
    let source = Source {
        class: class.code().into(),
        system: approval.source_system.trim().to_owned(),
        collected: None,
    };
    let prepared = match &approval.given {
        Some(given) => {
            let collected = judged.collected(given, source, approval.case_no.clone());
            licences::prepare_collected(ctx, &collected).await?
        }
        None => {
            let request = IssueRequest {
                type_code: judged.kind.type_short_code.clone(),
                issuer: judged.agency.code,
                region: judged.region,
                holder: judged.holder,
                face: judged.face,
                photo: judged.photo,
                case_no: approval.case_no.clone(),
                item_code: None,
                replaces: None,
            };
            licences::prepare_from(ctx, &request, source).await?
        }
    };
    let (inner, work) = (ctx.clone(), Arc::new(prepared));
    let written = work.clone();
    let done = ctx
        .db
        .write(move |tx| {
            let (ctx, work) = (inner.clone(), written.clone());
            Box::pin(async move { licences::commit(tx, &ctx, &work).await })
        })
        .await;
    match done {
        Ok(key) => Ok(key),
        Err(error) => {
            licences::abandon(ctx, &work).await?;
            Err(error.into())
        }
    }
}

/// Data of a licence that were found good, with what registers add.
pub(crate) struct Judged {
    pub kind: Arc<LicenceType>,
    pub agency: Agency,
    pub region: String,
    pub holder: Holder,
    pub face: BTreeMap<String, String>,
    pub photo: Option<Vec<u8>>,
}

impl Judged {
    /// As a licence that has its number and dates.
    pub(crate) fn collected(
        self,
        given: &Given,
        source: Source,
        case_no: Option<String>,
    ) -> Collected {
        Collected {
            type_code: self.kind.type_short_code.clone(),
            issuer: self.agency.code,
            region: self.region,
            licence_no: given.licence_no.trim().to_owned(),
            holder: self.holder,
            issue_date: given.issue_date,
            valid_from: given.valid_from,
            valid_to: given.valid_to,
            face: self.face,
            photo: self.photo,
            case_no,
            source,
            renews: None,
        }
    }
}

/// Looks at the data: whether the actor may issue for the agency, whether they make a licence of the
/// type; composes the face and finds the photo.
pub(crate) async fn judged(ctx: &Ctx, approval: &Approval) -> Result<Judged, CollectionError> {
    let directory = agencies::directory(ctx)
        .await
        .map_err(CollectionError::other)?;
    // Whoever may issue for nobody learns nothing about agencies.
    if ctx.actor.scopes(Permission::LicenceIssue).is_empty() {
        return Err(kernel::Denied(Permission::LicenceIssue).into());
    }
    let agency = directory.agency(&approval.issuer);
    let agency = agency
        .cloned()
        .ok_or_else(|| wrong("颁发机构", "没有这个机构"))?;
    let region = match &approval.region {
        Some(code) if directory.region(code).is_none() => {
            return Err(wrong("属地代码", "没有这个区划"));
        }
        Some(code) => code.clone(),
        None => agency.region_code.clone(),
    };
    ctx.actor
        .require(Permission::LicenceIssue, &target(&agency.code, &region))?;
    let kind = licences::licence_type(ctx, &approval.type_code).await?;
    check(ctx, approval, &kind, &agency)?;
    let row = row(approval, &kind, &agency);
    let photo = match (&kind.photo, &approval.photo) {
        (None, _) => None,
        (Some(_), Some(own)) => Some(own.clone()),
        (Some(_), None) => register_photo(ctx, &approval.holder_id).await?,
    };
    let face = face::composed(ctx, &kind, &row).await?;
    let missing = licences::missing_fields(&kind, &face);
    if !missing.is_empty() {
        return Err(wrong("照面信息", format!("缺少{}", missing.join("、"))));
    }
    if kind.photo.is_some() && photo.is_none() {
        return Err(wrong("照片", "没有照片，人口库中也没有"));
    }
    let holder = Holder {
        account: None,
        name: approval.holder.trim().to_owned(),
        id: row.get(Field::HolderId).to_owned(),
        id_type: kind.holder_id_type.clone(),
    };
    Ok(Judged {
        kind,
        agency,
        region,
        holder,
        face,
        photo,
    })
}

fn check(
    ctx: &Ctx,
    approval: &Approval,
    kind: &LicenceType,
    agency: &Agency,
) -> Result<(), CollectionError> {
    if !kind.issuing_agencies.contains(&agency.code) {
        return Err(wrong("颁发机构", "该机构无权核发这种证照"));
    }
    let today = time::beijing_date(ctx.now());
    let id = number::fold(&approval.holder_id);
    // A new trader's number is that of the licence, which the platform gives.
    let parts = kind
        .numbering
        .as_ref()
        .map(|scheme| scheme.parts.as_slice());
    let own = matches!(parts, Some([Segment::Uscc(_)])) && approval.given.is_none();
    let good = match kind.holder_id_type.as_str() {
        _ if own => id.is_empty(),
        "111" => number::resident_id_at(&id, today).is_ok(),
        "001" => number::uscc(&id).is_ok(),
        _ => !id.is_empty(),
    };
    if !good {
        return Err(wrong("证件号码", "号码不正确，请核对"));
    }
    filled("持证主体", &approval.holder, 100)?;
    filled("来源系统", &approval.source_system, 60)?;
    for code in approval.face.keys() {
        let field = kind.face_fields.iter().find(|f| f.field_code == *code);
        match field {
            Some(field) if !kind.fills_itself(&field.field_code) => {}
            Some(_) => return Err(wrong("照面信息", format!("“{code}”由平台填写"))),
            None => return Err(wrong("照面信息", format!("这种证照没有“{code}”"))),
        }
    }
    if let Some(photo) = &approval.photo {
        licences::check_photo(kind, photo)?;
    }
    let Some(given) = &approval.given else {
        return Ok(());
    };
    let pattern = Regex::new(&kind.numbering_rule.pattern).map_err(CollectionError::data)?;
    if !pattern.is_match(given.licence_no.trim()) {
        return Err(wrong("证照编号", "不符合这种证照的编号规则"));
    }
    if given.issue_date > today {
        return Err(wrong("颁发日期", "不能晚于今天"));
    }
    let from = given.valid_from.unwrap_or(given.issue_date);
    if given.valid_to.is_some_and(|end| end < from) {
        return Err(wrong("有效期止", "不能早于有效期起"));
    }
    let day_needed = kind.validity.years.is_some() && !kind.validity.long_term;
    if day_needed && given.valid_to.is_none() {
        return Err(wrong("有效期止", "这种证照须有有效期止"));
    }
    Ok(())
}

/// The approval as a row, of which the sources of the face are read.
fn row(approval: &Approval, kind: &LicenceType, agency: &Agency) -> CollectedRow {
    let mut row = StockRow::new(1, Vec::new());
    row.set(Field::LicenceType, kind.type_short_code.as_str());
    row.set(Field::Holder, approval.holder.trim());
    row.set(Field::HolderId, number::fold(&approval.holder_id));
    row.set(Field::HolderIdType, kind.holder_id_type.as_str());
    row.set(Field::Issuer, agency.name.as_str());
    row.set(Field::IssuerCode, agency.uscc.as_str());
    if let Some(given) = &approval.given {
        row.set(Field::IssueDate, given.issue_date.to_string());
    }
    CollectedRow {
        batch_key: String::new(),
        row_no: 1,
        rev: 0,
        state: State::Checked,
        action: Action::Keep,
        agency: agency.code.clone(),
        problem: false,
        editor: None,
        checker: None,
        checked_at: None,
        licence_key: None,
        body: RowBody {
            cells: row.cells().to_vec(),
            face: approval.face.clone(),
            ..RowBody::default()
        },
    }
}
