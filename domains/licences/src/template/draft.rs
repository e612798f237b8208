//! Drafts: a type that is registered [H-11], a new version of one that is in use, and what is drawn
//! into them.

use std::collections::BTreeMap;
use std::sync::Arc;

use kernel::{Permission, number};
use store::Ctx;

use super::catalogue::check_place;
use super::{Template, TemplateChanged, TemplateState, Told, check, require, table};
use crate::definition::{
    Boxes, Catalogue, FaceField, LicenceType, NumberingRule, PaperSize, Position, QrBox, SealBox,
    Style, Title, Validity,
};
use crate::drawn::{Element, Ground, Stand, Tint};
use crate::error::LicenceError;
use crate::numbering::{Scheme, Segment};

/// What is said of a type when it is registered; everything else has a beginning that is drawn on.
#[derive(Clone, Debug)]
pub struct NewType {
    /// `SPJYXKZ`.
    pub code: String,
    pub name: String,
    /// Code of the agency that defines the type.
    pub authority: String,
    /// The three digits behind its USCC.
    pub serial: String,
    pub category: String,
    pub holder_kind: String,
    pub catalogue: Catalogue,
    pub issuers: Vec<String>,
    /// Width and height, millimetres.
    pub paper: (f32, f32),
    /// Code of a type that is taken as the beginning.
    pub like: Option<String>,
}

/// Registers a type: its first version, as a draft. Gives its short code.
pub async fn begin_type(ctx: &Ctx, new: NewType) -> Result<String, LicenceError> {
    let directory = agencies::directory(ctx)
        .await
        .map_err(LicenceError::other)?;
    let wrong = |name: &str, why: &str| LicenceError::Field(name.into(), why.into());
    let authority = directory
        .agency(&new.authority)
        .ok_or_else(|| wrong("定义机构", "没有这个机构"))?;
    if new.serial.len() != 3 || !new.serial.bytes().all(|b| b.is_ascii_digit()) {
        return Err(wrong("顺序码", "须为三位数字"));
    }
    if number::uscc(&authority.uscc).is_err() {
        return Err(wrong("定义机构", "没有正确的统一社会信用代码"));
    }
    let mut kind = match &new.like {
        Some(code) => {
            let like = crate::kind::licence_type(ctx, code).await?;
            LicenceType::clone(&like)
        }
        None => blank(&new),
    };
    kind.type_short_code = new.code.trim().to_owned();
    kind.type_code = format!("{}{}", authority.uscc, new.serial);
    kind.type_name = new.name.trim().to_owned();
    kind.defining_authority = authority.name.clone();
    kind.defining_authority_code = authority.uscc.clone();
    kind.category = new.category.clone();
    kind.catalogue = Some(new.catalogue.clone());
    kind.issuing_agencies = new.issuers.clone();
    if new.like.is_some() {
        // What belongs to the other type alone.
        kind.produced_by_items.clear();
        kind.used_as_material_by_items.clear();
        kind.reviewers.clear();
    }
    set_holder(&mut kind, &new.holder_kind);
    numbered(&mut kind, 1);
    issuers_exist(ctx, &kind).await?;
    check_place(ctx, &kind.shelf()).await?;
    require(ctx, Permission::LicenceTypeEdit, &kind).await?;
    check(&kind)?;
    let taken = |other: &LicenceType| {
        other.type_short_code == kind.type_short_code || other.type_code == kind.type_code
    };
    for entry in super::catalogue(ctx, &super::Filter::default()).await? {
        if taken(&entry.kind) {
            return Err(LicenceError::TypeExists(entry.kind.type_short_code.clone()));
        }
    }
    let code = kind.type_short_code.clone();
    insert(ctx, kind, 1, "begun").await?;
    Ok(code)
}

/// Begins the next version from the one in use, or from the last one. Gives its number.
pub async fn begin_version(ctx: &Ctx, code: &str) -> Result<u32, LicenceError> {
    let all = super::templates(ctx, code).await?;
    let newest = all.first().ok_or(LicenceError::NoTemplate)?;
    let open =
        |one: &&Template| matches!(one.state, TemplateState::Draft | TemplateState::InReview);
    if all.iter().any(|one| open(&one)) {
        return Err(LicenceError::OpenVersion);
    }
    let used = all.iter().find(|one| one.state == TemplateState::InUse);
    let like = used.unwrap_or(newest);
    require(ctx, Permission::LicenceTypeEdit, &like.kind).await?;
    let mut kind = LicenceType::clone(&like.kind);
    let version = newest.version + 1;
    numbered(&mut kind, version);
    insert(ctx, kind, version, "begun").await?;
    Ok(version)
}

/// Saves what was drawn into a draft that nobody changed since this revision.
pub async fn save_draft(
    ctx: &Ctx,
    (code, version): (&str, u32),
    rev: i64,
    mut kind: LicenceType,
) -> Result<(), LicenceError> {
    let was = super::template(ctx, code, version).await?;
    require(ctx, Permission::LicenceTypeEdit, &was.kind).await?;
    if was.state != TemplateState::Draft {
        return Err(super::state::IllegalMove {
            from: was.state,
            event: super::TemplateEvent::Submit,
        }
        .into());
    }
    if was.rev != rev {
        return Err(LicenceError::Stale);
    }
    // What a type is known by does not change with its versions.
    kind.type_short_code.clone_from(&was.kind.type_short_code);
    kind.type_code.clone_from(&was.kind.type_code);
    kind.defining_authority
        .clone_from(&was.kind.defining_authority);
    kind.defining_authority_code
        .clone_from(&was.kind.defining_authority_code);
    numbered(&mut kind, version);
    check(&kind)?;
    issuers_exist(ctx, &kind).await?;
    check_place(ctx, &kind.shelf()).await?;
    require(ctx, Permission::LicenceTypeEdit, &kind).await?;
    let now = Template {
        kind: Arc::new(kind),
        told: Told {
            editor: ctx.actor.id.clone(),
            edited_at: Some(ctx.now()),
            ..was.told
        },
        ..was
    };
    let event = TemplateChanged::of(code, Some(version), "saved");
    write(ctx, now, rev, event).await
}

/// Drops a draft; a type that was never published goes with it.
pub async fn drop_draft(
    ctx: &Ctx,
    (code, version): (&str, u32),
    rev: i64,
) -> Result<(), LicenceError> {
    let was = super::template(ctx, code, version).await?;
    require(ctx, Permission::LicenceTypeEdit, &was.kind).await?;
    if was.state != TemplateState::Draft {
        return Err(LicenceError::Stale);
    }
    let event = TemplateChanged::of(code, Some(version), "dropped");
    let (inner, work) = (ctx.clone(), Arc::new((code.to_owned(), event)));
    ctx.db
        .write(move |tx| {
            let (ctx, work) = (inner.clone(), work.clone());
            Box::pin(async move {
                let (code, event) = &*work;
                table::delete(tx, (code, version), rev).await?;
                journal::append(tx, &ctx, &event.stream(), event).await?;
                Ok::<_, LicenceError>(())
            })
        })
        .await
}

/// Writes a version with its event.
pub(super) async fn write(
    ctx: &Ctx,
    now: Template,
    rev: i64,
    event: TemplateChanged,
) -> Result<(), LicenceError> {
    let (inner, work) = (ctx.clone(), Arc::new((now, event)));
    ctx.db
        .write(move |tx| {
            let (ctx, work) = (inner.clone(), work.clone());
            Box::pin(async move {
                let (now, event) = &*work;
                table::replace(tx, now, rev).await?;
                journal::append(tx, &ctx, &event.stream(), event).await?;
                Ok::<_, LicenceError>(())
            })
        })
        .await
}

async fn insert(ctx: &Ctx, kind: LicenceType, version: u32, act: &str) -> Result<(), LicenceError> {
    let code = kind.type_short_code.clone();
    let new = Template {
        type_code: code.clone(),
        version,
        state: TemplateState::Draft,
        rev: 1,
        kind: Arc::new(kind),
        told: Told {
            author: ctx.actor.id.clone(),
            begun_at: Some(ctx.now()),
            editor: ctx.actor.id.clone(),
            ..Told::default()
        },
    };
    let event = TemplateChanged::of(&code, Some(version), act);
    let (inner, work) = (ctx.clone(), Arc::new((new, event)));
    ctx.db
        .write(move |tx| {
            let (ctx, work) = (inner.clone(), work.clone());
            Box::pin(async move {
                let (new, event) = &*work;
                table::insert(tx, new).await?;
                journal::append(tx, &ctx, &event.stream(), event).await?;
                Ok::<_, LicenceError>(())
            })
        })
        .await
}

async fn issuers_exist(ctx: &Ctx, kind: &LicenceType) -> Result<(), LicenceError> {
    let directory = agencies::directory(ctx)
        .await
        .map_err(LicenceError::other)?;
    let mut issuers = kind.issuing_agencies.iter();
    match issuers.find(|code| directory.agency(code).is_none()) {
        Some(unknown) => Err(LicenceError::Field(
            "颁发机构".into(),
            format!("没有机构“{unknown}”"),
        )),
        None => Ok(()),
    }
}

/// The number of a version stands in its style.
fn numbered(kind: &mut LicenceType, version: u32) {
    let code = kind.type_short_code.clone();
    kind.style.style_id = LicenceType::style_name(&code, version);
    kind.style.style_version = version;
    kind.style.base_picture = format!("licence_types/{code}.svg");
    kind.style.sample = format!("licence_types/samples/{code}.svg");
}

/// The kind of holder, with the kind of number that goes with it.
fn set_holder(kind: &mut LicenceType, holder_kind: &str) {
    let natural = holder_kind == "natural_person";
    kind.holder_kind = holder_kind.to_owned();
    kind.holder_id_type = if natural { "111" } else { "001" }.into();
    let id = kind.face_fields.iter_mut();
    if let Some(field) = id.into_iter().find(|f| f.field_code == "holder_id") {
        field.data_type = if natural { "id" } else { "uscc" }.into();
        field.sensitive = natural;
        field.length = 18;
    }
}

/// A page to begin with: a frame, the name of the licence, the fields that every licence has.
fn blank(new: &NewType) -> LicenceType {
    let (w, h) = new.paper;
    let unit = h.min(w) / 20.0;
    let natural = new.holder_kind == "natural_person";
    let size = (unit * 0.42).clamp(1.6, 6.0);
    let ink = |colour: &str| Tint(colour.into());
    let rows = [
        (
            "holder",
            if natural { "姓名" } else { "名称" },
            "string",
            100,
        ),
        (
            "holder_id",
            if natural {
                "公民身份号码"
            } else {
                "统一社会信用代码"
            },
            if natural { "id" } else { "uscc" },
            18,
        ),
        ("licence_no", "证照编号", "string", 40),
        ("issuer", "颁发机构", "string", 100),
        ("issue_date", "颁发日期", "date", 10),
        ("valid_to", "有效期至", "date", 10),
    ];
    let left = w * 0.1;
    let step = h * 0.09;
    let fields = rows
        .iter()
        .zip(0u8..)
        .map(|((code, name, data, length), at)| {
            let y = h * 0.3 + step * f32::from(at);
            let label = 9.0 * size;
            FaceField {
                field_code: (*code).into(),
                field_name: (*name).into(),
                data_type: (*data).into(),
                length: *length,
                required: *code != "valid_to",
                code_list: None,
                position: Position {
                    label_x_mm: tenth(left),
                    label_y_mm: tenth(y),
                    value_x_mm: tenth(left + label),
                    value_y_mm: tenth(y),
                    value_width_mm: tenth(w * 0.88 - left - label),
                    line_height_mm: tenth(size * 1.35),
                    font_size_mm: tenth(size),
                    max_lines: 1,
                },
                sensitive: *data == "id",
                derived_from_identity: false,
            }
        });
    let edge = (h.min(w) * 0.12).clamp(10.0, 30.0);
    let seal = (h.min(w) * 0.2).clamp(20.0, 42.0).min(h.min(w) * 0.6);
    LicenceType {
        type_short_code: new.code.clone(),
        type_code: String::new(),
        type_name: new.name.clone(),
        defining_authority: String::new(),
        defining_authority_code: String::new(),
        category: new.category.clone(),
        holder_kind: new.holder_kind.clone(),
        holder_id_type: if natural { "111" } else { "001" }.into(),
        paper: PaperSize {
            width_mm: w,
            height_mm: h,
            orientation: if w >= h { "landscape" } else { "portrait" }.into(),
            size_name: format!("{w}×{h}毫米"),
        },
        style: Style {
            style_id: String::new(),
            style_version: 1,
            base_picture: String::new(),
            sample: String::new(),
            valid_from: Some(jiff::civil::Date::constant(2026, 1, 1)),
            valid_to: None,
            scope: "全区域统一样式".into(),
            title: Title {
                text: new.name.clone(),
                font_size_mm: tenth(unit.clamp(2.0, 16.0)),
            },
            boxes: Boxes {
                qr_code: QrBox {
                    x_mm: tenth(w * 0.93 - edge),
                    y_mm: tenth(h * 0.07),
                    size_mm: tenth(edge),
                },
                seal: SealBox {
                    x_mm: tenth(w * 0.9 - seal),
                    y_mm: tenth(h * 0.92 - seal),
                    diameter_mm: tenth(seal),
                },
                photo: None,
            },
            elements: vec![
                Element::Frame {
                    x_mm: tenth(w * 0.03),
                    y_mm: tenth(h * 0.03),
                    width_mm: tenth(w * 0.94),
                    height_mm: tenth(h * 0.94),
                    line_mm: 0.6,
                    colour: ink("#b3271e"),
                },
                Element::Text {
                    text: new.name.clone(),
                    x_mm: tenth(w / 2.0),
                    y_mm: tenth(h * 0.18),
                    size_mm: tenth(unit.clamp(2.0, 16.0)),
                    align: Stand::Centre,
                    colour: ink("#b3271e"),
                },
            ],
            watermark: None,
            draws_labels: true,
        },
        face_fields: fields.collect(),
        face_match_fields: vec!["holder".into(), "holder_id".into()],
        numbering_rule: NumberingRule {
            text: "年份4位+顺序码6位".into(),
            pattern: r"^\d{10}$".into(),
            unique_within: "type_and_issuer".into(),
            sensitive: false,
            face_field: Some("licence_no".into()),
            derived_from_identity: false,
        },
        photo: None,
        validity: Validity {
            years: None,
            text: "长期".into(),
            long_term: true,
        },
        reminder_days_before_expiry: vec![30, 7],
        issuing_agencies: new.issuers.clone(),
        produced_by_items: Vec::new(),
        used_as_material_by_items: Vec::new(),
        reviewers: Vec::new(),
        review_escalation_days: 1,
        sharing_attribute: "conditional".into(),
        metadata_template: [
            "licence", "issuer", "holder", "file", "security", "relation",
        ]
        .map(String::from)
        .to_vec(),
        note: String::new(),
        catalogue: None,
        seal_type: "licence".into(),
        annual_inspection: false,
        inspection_missed_suspends: false,
        numbering: Some(Scheme {
            parts: vec![Segment::Date("%Y".into()), Segment::Serial(6)],
        }),
        stock_face: BTreeMap::new(),
        ground: Arc::new(Ground::Blank),
        stopped: false,
    }
}

/// Measures are told in tenths of a millimetre.
fn tenth(mm: f32) -> f32 {
    (mm * 10.0).round() / 10.0
}
