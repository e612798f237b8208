//! What is typed from an original: the fields of its face, and what issuing needs beside them.

use cleaning::Field;
use licences::LicenceType;

use crate::batch::Given;

/// Headings before those of face fields, which may have the names of columns.
const FACE: &str = "照面：";

/// A field that is typed beside the picture.
#[derive(Clone, Debug)]
pub struct ScanField {
    /// Code of a column, or `face.` with the code of a face field.
    pub code: String,
    pub zh: String,
    pub required: bool,
    /// It takes a day; the end of validity may be 长期.
    pub date: bool,
    /// Most characters.
    pub length: usize,
    /// Where its value stands on paper, in millimetres: left, top of its first line, width, height.
    pub place: Option<[f32; 4]>,
}

/// The fields of a type's originals in the order of the paper.
pub fn scan_fields(kind: &LicenceType) -> Vec<ScanField> {
    let mut fields: Vec<ScanField> = Vec::new();
    for face in &kind.face_fields {
        let Some(code) = code(kind, face) else {
            continue;
        };
        let at = &face.position;
        let height = at.line_height_mm * at.max_lines.max(1) as f32;
        let held = fields.iter().any(|one| one.code == code);
        let code = match held {
            // Two fields of the face come from one column: the second is typed for itself.
            true => format!("face.{}", face.field_code),
            false => code,
        };
        let own = Field::from_code(&code);
        fields.push(ScanField {
            date: own.is_some_and(is_date),
            required: own.map_or(face.required && !sourced(kind, &face.field_code), |own| {
                needed(kind, own) || face.required
            }),
            code,
            zh: face.field_name.clone(),
            length: face.length,
            place: Some([
                at.value_x_mm,
                at.value_y_mm - at.font_size_mm,
                at.value_width_mm,
                height,
            ]),
        });
    }
    let always = [
        Field::LicenceNo,
        Field::Holder,
        Field::HolderId,
        Field::IssueDate,
        Field::ValidFrom,
        Field::ValidTo,
    ];
    for field in always {
        if !fields.iter().any(|one| one.code == field.code()) {
            fields.push(ScanField {
                code: field.code().to_owned(),
                zh: field.zh().to_owned(),
                required: needed(kind, field),
                date: is_date(field),
                length: 100,
                place: None,
            });
        }
    }
    fields
}

fn is_date(field: Field) -> bool {
    matches!(field, Field::IssueDate | Field::ValidFrom | Field::ValidTo)
}

/// Whether no licence is made without it [H-22].
fn needed(kind: &LicenceType, field: Field) -> bool {
    match field {
        Field::LicenceNo | Field::Holder | Field::HolderId | Field::IssueDate => true,
        Field::ValidTo => kind.validity.years.is_some() && !kind.validity.long_term,
        _ => false,
    }
}

/// Whether a register or a constant fills it when it is left empty.
fn sourced(kind: &LicenceType, face: &str) -> bool {
    let sources = kind.stock_face.get(face);
    sources.is_some_and(|all| all.iter().any(|one| !one.starts_with("stock.")))
}

/// Where what is typed goes; nothing for what the platform fills itself.
fn code(kind: &LicenceType, face: &licences::FaceField) -> Option<String> {
    let of = |field: Field| Some(field.code().to_owned());
    let face_code = face.field_code.as_str();
    if kind.numbering_rule.face_field.as_deref() == Some(face_code) {
        return of(Field::LicenceNo);
    }
    match face_code {
        "issuer" => return None,
        "licence_no" => return of(Field::LicenceNo),
        "issue_date" => return of(Field::IssueDate),
        "valid_from" => return of(Field::ValidFrom),
        "valid_to" => return of(Field::ValidTo),
        _ => {}
    }
    let first = kind.stock_face.get(face_code).and_then(|all| all.first());
    let column = first
        .and_then(|source| source.strip_prefix("stock."))
        .and_then(Field::from_code)
        // What the licence's own dates fill is not typed a second time.
        .filter(|field| *field != Field::IssueDate);
    match column {
        Some(field) => of(field),
        None => Some(format!("face.{face_code}")),
    }
}

/// The headings under which the originals of a stack become rows, and what stands under each.
pub(crate) fn columns(kind: &LicenceType) -> (Vec<String>, Given) {
    let mut headings = Vec::new();
    let mut given = Given::default();
    let fixed = [
        Field::LicenceType,
        Field::HolderIdType,
        Field::Issuer,
        Field::IssuerCode,
    ];
    let mut add = |heading: String, code: String| {
        given.columns.push((heading.clone(), code));
        headings.push(heading);
    };
    for field in fixed {
        add(field.zh().to_owned(), field.code().to_owned());
    }
    for field in scan_fields(kind) {
        match Field::from_code(&field.code) {
            Some(column) => add(column.zh().to_owned(), field.code),
            None => add(format!("{FACE}{}", field.zh), field.code),
        }
    }
    (headings, given)
}

/// The cells of an original under those headings.
pub(crate) fn cells(
    kind: &LicenceType,
    issuer: &agencies::Agency,
    values: &std::collections::BTreeMap<String, String>,
) -> Vec<String> {
    let fixed = [
        kind.type_short_code.clone(),
        kind.holder_id_type.clone(),
        issuer.name.clone(),
        issuer.uscc.clone(),
    ];
    let typed = scan_fields(kind).into_iter();
    let typed = typed.map(|field| values.get(&field.code).cloned().unwrap_or_default());
    fixed.into_iter().chain(typed).collect()
}
