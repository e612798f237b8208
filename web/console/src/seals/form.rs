//! The form of an application for a seal: its fields, and the application they make.

use agencies::Directory;
use kernel::Problem;
use seals::{Apply, Drawing, Impress, Owner, Scan, Seal, SealType, Shape};
use ui::view::{Choice, Field, Form};
use ui::{FormData, L};

use crate::session::Acting;

/// The fields that are carried from the form to the page that hands it in.
pub(super) const CARRIED: [&str; 12] = [
    "agency",
    "type",
    "person",
    "basis",
    "custodian",
    "source",
    "shape",
    "purpose",
    "digits",
    "width_mm",
    "height_mm",
    "replaces",
];

pub(super) fn fields(l: &L, directory: &Directory) -> Form {
    let agencies = directory
        .agencies()
        .iter()
        .map(|agency| Choice::new(agency.code.clone(), agency.name.clone()))
        .collect();
    let types = SealType::ALL
        .iter()
        .map(|t| Choice::new(t.code(), l.pick(t.zh(), t.en())))
        .collect();
    let shapes = Shape::ALL
        .iter()
        .map(|s| Choice::new(s.code(), l.pick(s.zh(), s.en())))
        .collect();
    let sources = vec![
        Choice::new("drawn", l.t("console-seal-drawn")).hint(l.t("console-seal-drawn-hint")),
        Choice::new("uploaded", l.t("console-seal-uploaded"))
            .hint(l.t("console-seal-uploaded-hint")),
    ];
    let text = |name: &str, key: &str| Field::text(name, l.t(key));
    Form::new(vec![
        Field::select("agency", l.t("console-seals-agency"), agencies),
        Field::radio("type", l.t("console-seals-type"), types),
        text("person", "console-seal-holder")
            .hint(l.t("console-seal-holder-hint"))
            .max_length(24)
            .optional(),
        text("basis", "console-seal-basis")
            .hint(l.t("console-seal-basis-hint"))
            .max_length(200),
        text("custodian", "console-seals-custodian")
            .hint(l.t("console-seal-custodian-hint"))
            .max_length(64),
        Field::radio("source", l.t("console-seal-source"), sources).value("drawn"),
        Field::select("shape", l.t("console-seal-shape"), shapes)
            .hint(l.t("console-seal-shape-hint"))
            .optional(),
        text("purpose", "console-seal-purpose")
            .hint(l.t("console-seal-purpose-hint"))
            .max_length(12)
            .optional(),
        text("digits", "console-seal-digits")
            .hint(l.t("console-seal-digits-hint"))
            .max_length(18)
            .optional(),
        Field::number("width_mm", l.t("console-seal-width"))
            .unit(l.t("console-seal-mm"))
            .hint(l.t("console-seal-width-hint"))
            .optional(),
        Field::number("height_mm", l.t("console-seal-height"))
            .unit(l.t("console-seal-mm"))
            .optional(),
        Field::file(
            "picture",
            l.t("console-seal-picture"),
            "image/png,image/jpeg,image/bmp",
        )
        .hint(l.t("console-seal-picture-hint"))
        .optional(),
    ])
}

/// The fields of a seal, to be applied for anew.
pub(super) fn of_seal(form: &mut Form, seal: &Seal, size: (u32, u32)) {
    let data = [
        ("agency", seal.owner.agency_code.clone()),
        ("type", seal.seal_type.code().to_owned()),
        (
            "person",
            match seal.seal_type {
                SealType::Personal => seal.name.clone(),
                _ => String::new(),
            },
        ),
        ("basis", seal.basis.clone()),
        ("custodian", seal.custodian.clone()),
        ("purpose", purpose_of(seal)),
        ("width_mm", size.0.to_string()),
        ("height_mm", size.1.to_string()),
    ];
    for field in &mut form.fields {
        if let Some((_, value)) = data.iter().find(|(name, _)| *name == field.name)
            && !value.is_empty()
        {
            field.values = vec![value.clone()];
        }
    }
}

/// What stands in the seal beside the agency's name.
fn purpose_of(seal: &Seal) -> String {
    match seal.seal_type {
        SealType::Official | SealType::Personal => String::new(),
        _ => {
            let rest = seal.name.strip_prefix(&seal.owner.name);
            rest.unwrap_or_default().to_owned()
        }
    }
}

/// A size as it was typed; none for an empty field.
fn size(data: &FormData, name: &'static str) -> Result<Option<u16>, Problem> {
    let typed = data.get(name).trim();
    if typed.is_empty() {
        return Ok(None);
    }
    typed.parse().map(Some).map_err(|_| {
        Problem::invalid(
            "size",
            "尺寸请填写整数毫米，如42",
            "Give the size in whole millimetres, such as 42",
        )
        .at(name)
    })
}

fn drawing(data: &FormData, seal_type: SealType) -> Result<Drawing, Problem> {
    let usual = Drawing::usual(seal_type);
    let shape = Shape::from_code(data.get("shape")).unwrap_or(usual.shape);
    let (wide, high) = match shape {
        _ if shape == usual.shape => (usual.width_mm, usual.height_mm),
        Shape::Round => (usual.width_mm, usual.width_mm),
        Shape::Oval => (40, 30),
        Shape::Rectangle => (50, 25),
    };
    let given = (size(data, "width_mm")?, size(data, "height_mm")?);
    let (width_mm, height_mm) = match given {
        (Some(w), Some(h)) => (w, h),
        (Some(w), None) if wide == high => (w, w),
        (None, Some(h)) if wide == high => (h, h),
        (w, h) => (w.unwrap_or(wide), h.unwrap_or(high)),
    };
    let purpose = data.get("purpose").trim();
    Ok(Drawing {
        shape,
        purpose: if purpose.is_empty() {
            usual.purpose
        } else {
            purpose.to_owned()
        },
        digits: data.get("digits").trim().to_owned(),
        width_mm,
        height_mm,
    })
}

/// The application that a form makes; `picture` is what was uploaded with it.
pub(super) async fn read(
    acting: &Acting,
    directory: &Directory,
    data: &FormData,
    picture: Option<Vec<u8>>,
) -> Result<Apply, Problem> {
    let wrong = |field: &str, zh: &str, en: &str| Problem::invalid("invalid", zh, en).at(field);
    let agency = directory
        .agency(data.get("agency"))
        .ok_or_else(|| wrong("agency", "没有这个机构", "There is no such agency"))?;
    let seal_type = SealType::from_code(data.get("type"))
        .ok_or_else(|| wrong("type", "请选择印章类型", "Choose the type of the seal"))?;
    let custodian = data.get("custodian").trim().to_owned();
    let known = identity::staff(&acting.ctx.as_system(), &custodian).await?;
    if !known.is_some_and(|staff| staff.enabled) {
        return Err(wrong(
            "custodian",
            "没有这名工作人员，请填写其用户名",
            "There is no such officer; give the user name",
        ));
    }
    let impression = if data.get("source") == "uploaded" {
        let usual = Drawing::usual(seal_type);
        let bytes = picture.filter(|bytes| !bytes.is_empty()).ok_or_else(|| {
            wrong(
                "picture",
                "请选择印章图样",
                "Choose the picture of the seal",
            )
        })?;
        let width = size(data, "width_mm")?;
        Impress::Uploaded(Scan {
            bytes,
            width_mm: width.unwrap_or(usual.width_mm),
            height_mm: size(data, "height_mm")?
                .or(width)
                .unwrap_or(usual.height_mm),
        })
    } else {
        Impress::Drawn(drawing(data, seal_type)?)
    };
    let given = |name: &str| Some(data.get(name).trim().to_owned()).filter(|v| !v.is_empty());
    Ok(Apply {
        owner: Owner {
            agency_code: agency.code.clone(),
            uscc: agency.uscc.clone(),
            name: agency.name.clone(),
            region_code: agency.region_code.clone(),
        },
        seal_type,
        person: given("person"),
        basis: data.get("basis").to_owned(),
        custodian,
        impression,
        basis_file: None,
        replaces: given("replaces"),
    })
}
