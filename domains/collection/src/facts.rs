//! 清洗依据: what the rules need to know, read from the licence types and the directory.

use std::collections::{BTreeMap, HashMap};

use cleaning::{Agency, CharacterCheck, Facts, Field, LicenceType, NumberFacts, Validity};
use licences::Segment;
use store::Ctx;

use crate::error::CollectionError;

/// Facts of all licence types and agencies as they are now.
pub async fn facts(ctx: &Ctx) -> Result<Facts, CollectionError> {
    let directory = agencies::directory(ctx)
        .await
        .map_err(CollectionError::other)?;
    let kinds = licences::licence_types(ctx).await?;
    let types = kinds.iter().map(|kind| of_type(kind)).collect();
    let agencies = directory.agencies().iter().map(|agency| Agency {
        code: agency.code.clone(),
        name: agency.name.clone(),
        uscc: agency.uscc.clone(),
        former_names: Vec::new(),
    });
    let id_types = [
        ("001", Some(CharacterCheck::Uscc)),
        ("111", Some(CharacterCheck::ResidentId)),
    ];
    let id_types: HashMap<String, Option<CharacterCheck>> = id_types
        .into_iter()
        .map(|(code, check)| (code.to_owned(), check))
        .collect();
    Facts::new(id_types, types, agencies.collect())
        .map_err(|e| CollectionError::Facts(e.to_string()))
}

fn of_type(kind: &licences::LicenceType) -> LicenceType {
    let face = |code: &str| kind.face_fields.iter().any(|f| f.field_code == code);
    LicenceType {
        code: kind.type_short_code.clone(),
        name: kind.type_name.clone(),
        holder_id_types: vec![kind.holder_id_type.clone()],
        validity: match (kind.validity.years, kind.validity.long_term) {
            (Some(_), false) => Validity::Day,
            _ => Validity::Optional,
        },
        required: required(kind, face("valid_from")),
        number: number(kind),
        issuers: kind.issuing_agencies.clone(),
    }
}

/// Columns from which alone a required field of the face comes.
fn required(kind: &licences::LicenceType, shows_start: bool) -> Vec<Field> {
    let from = |field: &licences::FaceField| -> Option<Field> {
        let sources = kind.stock_face.get(&field.field_code)?;
        let first = sources.first()?.strip_prefix("stock.")?;
        Field::from_code(first).filter(|_| field.required || first == "face_extra")
    };
    let mut all: Vec<Field> = kind.face_fields.iter().filter_map(from).collect();
    if shows_start {
        all.push(Field::ValidFrom);
    }
    let asked = [
        Field::ValidFrom,
        Field::Address,
        Field::FaceMain,
        Field::FaceExtra,
    ];
    asked.into_iter().filter(|f| all.contains(f)).collect()
}

/// The check character of a type's numbers, as its numbering makes it.
fn number(kind: &licences::LicenceType) -> Option<NumberFacts> {
    let parts = &kind.numbering.as_ref()?.parts;
    let plain = |check, length, open_end| NumberFacts {
        check,
        prefix: String::new(),
        length,
        open_end,
    };
    match parts.as_slice() {
        [Segment::Field(of), rest @ ..] if of == "holder.id" => {
            let check = match kind.holder_id_type.as_str() {
                "111" => CharacterCheck::ResidentId,
                _ => CharacterCheck::Uscc,
            };
            Some(plain(check, 18, !rest.is_empty()))
        }
        [Segment::Uscc(_)] => Some(plain(CharacterCheck::Uscc, 18, false)),
        [made @ .., Segment::CheckMod1110] => {
            let (prefix, made) = match made {
                [Segment::Text(text), rest @ ..] if !digits(text) => (text.clone(), rest),
                all => (String::new(), all),
            };
            let length: Option<usize> = made.iter().map(width).sum();
            Some(NumberFacts {
                check: CharacterCheck::Mod1110,
                prefix,
                length: length? + 1,
                open_end: false,
            })
        }
        _ => None,
    }
}

fn digits(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit())
}

/// Characters that a part of a number takes; none where they vary.
fn width(part: &Segment) -> Option<usize> {
    Some(match part {
        Segment::Text(text) if digits(text) => text.len(),
        Segment::Map { values, .. } => same_width(values)?,
        Segment::Region(n) | Segment::Serial(n) => *n,
        Segment::Date(form) => form.replace("%Y", "0000").replace('%', "0").len(),
        _ => return None,
    })
}

fn same_width(values: &BTreeMap<String, String>) -> Option<usize> {
    let mut widths = values.values().map(String::len);
    let first = widths.next()?;
    widths.all(|one| one == first).then_some(first)
}
