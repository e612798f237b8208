//! 证照类型 [H-16]: what a kind of licence shows, how it is numbered, how long it is valid.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, RwLock};

use jiff::civil::Date;
use kernel::{Permission, Target};
use serde::{Deserialize, Serialize};
use store::Ctx;

use crate::error::LicenceError;
use crate::numbering::Scheme;
use crate::schema;
use crate::table;

/// A type as it is imported: definition, base picture, numbering.
#[derive(Clone, Debug)]
pub struct TypeFile {
    pub definition: serde_json::Value,
    pub svg: String,
    pub numbering: Scheme,
    /// Where a face field of a collected licence comes from, first source first: `stock.address`,
    /// `legal.…`, `population.…`, `id.sex`, `id.birth_date`, `agency.name`, `'a constant'`.
    pub stock_face: BTreeMap<String, Vec<String>>,
}

/// 证照类型.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LicenceType {
    /// `SPJYXKZ`.
    pub type_short_code: String,
    /// 21 characters: USCC of the defining authority and three digits.
    pub type_code: String,
    pub type_name: String,
    pub category: String,
    pub holder_kind: String,
    pub holder_id_type: String,
    pub paper: PaperSize,
    pub style: Style,
    pub face_fields: Vec<FaceField>,
    #[serde(default)]
    pub face_match_fields: Vec<String>,
    pub numbering_rule: NumberingRule,
    pub photo: Option<PhotoRule>,
    pub validity: Validity,
    #[serde(default)]
    pub reminder_days_before_expiry: Vec<i64>,
    #[serde(default)]
    pub issuing_agencies: Vec<String>,
    #[serde(default)]
    pub produced_by_items: Vec<String>,
    pub seal_type: String,
    /// 年检: whether data of an inspection are attached every year [H-44].
    #[serde(default)]
    pub annual_inspection: bool,
    /// Whether a missed inspection suspends the licence [H-47].
    #[serde(default)]
    pub inspection_missed_suspends: bool,
    /// How a number is made.
    #[serde(default)]
    pub numbering: Option<Scheme>,
    /// Sources of the face fields of collected licences.
    #[serde(default)]
    pub stock_face: BTreeMap<String, Vec<String>>,
    /// The base picture; kept beside the definition.
    #[serde(skip)]
    pub svg: Arc<str>,
}

/// Size of the paper, millimetres.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct PaperSize {
    pub width_mm: f32,
    pub height_mm: f32,
}

/// 样式: the boxes beside the fields.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Style {
    pub style_id: String,
    pub style_version: u32,
    pub boxes: Boxes,
}

/// Where QR, seal and photo stand.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Boxes {
    pub qr_code: QrBox,
    pub seal: SealBox,
    #[serde(default)]
    pub photo: Option<PhotoBox>,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct QrBox {
    pub x_mm: f32,
    pub y_mm: f32,
    pub size_mm: f32,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct SealBox {
    pub x_mm: f32,
    pub y_mm: f32,
    pub diameter_mm: f32,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct PhotoBox {
    pub x_mm: f32,
    pub y_mm: f32,
    pub width_mm: f32,
    pub height_mm: f32,
}

/// 照面字段.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FaceField {
    pub field_code: String,
    pub field_name: String,
    pub data_type: String,
    pub length: usize,
    pub required: bool,
    pub position: Position,
    #[serde(default)]
    pub sensitive: bool,
    #[serde(default)]
    pub derived_from_identity: bool,
}

/// Where a value stands, by its baseline.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Position {
    pub value_x_mm: f32,
    pub value_y_mm: f32,
    pub value_width_mm: f32,
    pub line_height_mm: f32,
    pub font_size_mm: f32,
    pub max_lines: usize,
}

/// 编号规则.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NumberingRule {
    pub text: String,
    pub pattern: String,
    /// The face field that shows the number; none where the face does not show it.
    pub face_field: Option<String>,
    #[serde(default)]
    pub derived_from_identity: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PhotoRule {
    pub source: String,
}

/// 有效期.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Validity {
    pub years: Option<u32>,
    pub text: String,
    pub long_term: bool,
}

impl Validity {
    /// The last day of validity, none for long-term ones: five years from 24 November end on
    /// 23 November.
    pub fn ends(&self, from: Date) -> Option<Date> {
        let years = self.years.filter(|_| !self.long_term)?;
        let span = jiff::Span::new().years(i64::from(years));
        from.checked_add(span).ok()?.yesterday().ok()
    }
}

impl LicenceType {
    /// Fields that issuing fills: number, issuer, dates.
    pub fn fills_itself(&self, field: &str) -> bool {
        self.numbering_rule.face_field.as_deref() == Some(field)
            || matches!(
                field,
                "licence_no" | "issuer" | "issue_date" | "valid_from" | "valid_to"
            )
    }

    /// True when the number is to be guarded like an identity number.
    pub fn guards_number(&self) -> bool {
        self.numbering_rule.derived_from_identity
    }
}

#[derive(Default)]
struct Types {
    all: RwLock<HashMap<String, Arc<LicenceType>>>,
}

/// Loads types; a second import changes nothing.
pub async fn import_types(ctx: &Ctx, files: Vec<TypeFile>) -> Result<usize, LicenceError> {
    ctx.actor
        .require(Permission::SystemAdmin, &Target::default())?;
    let mut rows = Vec::new();
    for file in files {
        let label = file.definition["type_short_code"]
            .as_str()
            .unwrap_or("?")
            .to_owned();
        schema::check_type(&file.definition)
            .map_err(|why| LicenceError::TypeFile(format!("{label}: {why}")))?;
        let mut kind: LicenceType = serde_json::from_value(file.definition)
            .map_err(|e| LicenceError::TypeFile(format!("{label}: {e}")))?;
        kind.numbering = Some(file.numbering);
        kind.stock_face = file.stock_face;
        let known = |code: &str| kind.face_fields.iter().any(|f| f.field_code == code);
        let shown = kind.numbering_rule.face_field.as_deref();
        if let Some(missing) = shown.filter(|field| !known(field)) {
            let code = &kind.type_short_code;
            return Err(LicenceError::TypeFile(format!(
                "{code}: no face field {missing}"
            )));
        }
        if let Some(missing) = kind.stock_face.keys().find(|field| !known(field)) {
            let code = &kind.type_short_code;
            return Err(LicenceError::TypeFile(format!(
                "{code}: a source of the unknown face field {missing}"
            )));
        }
        rows.push((
            kind.type_short_code.clone(),
            serde_json::to_string(&kind)?,
            file.svg,
        ));
    }
    let count = rows.len();
    ctx.db
        .write(move |tx| {
            let rows = rows.clone();
            Box::pin(async move {
                for row in &rows {
                    table::kind::put(tx, row).await?;
                }
                Ok::<_, LicenceError>(())
            })
        })
        .await?;
    ctx.shared.put(Arc::new(Types::default()));
    Ok(count)
}

/// A type by its short code.
pub async fn licence_type(ctx: &Ctx, code: &str) -> Result<Arc<LicenceType>, LicenceError> {
    let types = ctx.shared.get_or_make::<Types>();
    if let Some(known) = types
        .all
        .read()
        .unwrap_or_else(|p| p.into_inner())
        .get(code)
    {
        return Ok(known.clone());
    }
    let found = table::kind::get(&mut ctx.db.reader(), code).await?;
    let (data, svg) = found.ok_or_else(|| LicenceError::UnknownType(code.to_owned()))?;
    let mut kind: LicenceType = serde_json::from_str(&data)?;
    kind.svg = svg.into();
    let kind = Arc::new(kind);
    let mut all = types.all.write().unwrap_or_else(|p| p.into_inner());
    all.insert(code.to_owned(), kind.clone());
    Ok(kind)
}

/// All types, by name.
pub async fn licence_types(ctx: &Ctx) -> Result<Vec<Arc<LicenceType>>, LicenceError> {
    let mut all = Vec::new();
    for code in table::kind::codes(&mut ctx.db.reader()).await? {
        all.push(licence_type(ctx, &code).await?);
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_years_end_the_day_before() {
        let five = Validity {
            years: Some(5),
            text: String::new(),
            long_term: false,
        };
        assert_eq!(
            five.ends(Date::constant(2026, 11, 24)),
            Some(Date::constant(2031, 11, 23))
        );
        let long = Validity {
            years: None,
            text: String::new(),
            long_term: true,
        };
        assert_eq!(long.ends(Date::constant(2026, 11, 24)), None);
    }
}
