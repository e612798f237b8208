//! The face of a collected licence: what was typed or has a column of its own, else from the sources
//! that its type names [H-87].

use std::collections::BTreeMap;

use cleaning::Field;
use kernel::{IdNumber, number};
use licences::LicenceType;
use registers::{LegalPerson, Person};
use store::Ctx;

use crate::error::CollectionError;
use crate::row::{CollectedRow, FaceValue};

/// What registers say of the holder, asked once a row and only where a source wants it.
#[derive(Default)]
struct Asked {
    person: Option<Option<Person>>,
    legal: Option<Option<LegalPerson>>,
}

/// The face fields that issuing does not fill itself.
pub(crate) async fn composed(
    ctx: &Ctx,
    kind: &LicenceType,
    row: &CollectedRow,
) -> Result<BTreeMap<String, String>, CollectionError> {
    let mut face = BTreeMap::new();
    let mut asked = Asked::default();
    for field in &kind.face_fields {
        let code = &field.field_code;
        if kind.fills_itself(code) {
            continue;
        }
        if let Some(own) = row.body.face.get(code) {
            face.insert(code.clone(), own.clone());
            continue;
        }
        for source in kind.stock_face.get(code).into_iter().flatten() {
            if let Some(value) = value(ctx, row, source, &mut asked).await? {
                face.insert(code.clone(), value);
                break;
            }
        }
    }
    Ok(face)
}

async fn value(
    ctx: &Ctx,
    row: &CollectedRow,
    source: &str,
    asked: &mut Asked,
) -> Result<Option<String>, CollectionError> {
    let filled = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    if let Some(constant) = source.strip_prefix('\'') {
        return Ok(filled(constant.trim_end_matches('\'')));
    }
    let id = row.get(Field::HolderId);
    let Some((from, what)) = source.split_once('.') else {
        return Ok(None);
    };
    Ok(match (from, what) {
        ("stock", what) => Field::from_code(what).and_then(|field| filled(row.get(field))),
        ("id", "sex") => sex(id).map(str::to_owned),
        ("id", "birth_date") => number::birth_date(id).map(|day| day.to_string()),
        ("agency", "name") => filled(row.get(Field::Issuer)),
        ("population", path) => {
            if asked.person.is_none() {
                asked.person = Some(match IdNumber::resident(id) {
                    Ok(id) => registers::person(&ctx.as_system(), &id)
                        .await
                        .map_err(CollectionError::other)?,
                    Err(_) => None,
                });
            }
            let person = asked.person.iter().flatten().next();
            person.and_then(|one| one.text(path)).and_then(filled)
        }
        ("legal", path) => {
            if asked.legal.is_none() {
                let found = registers::legal_person(&ctx.as_system(), id).await;
                asked.legal = Some(found.map_err(CollectionError::other)?);
            }
            let legal = asked.legal.iter().flatten().next();
            legal.and_then(|one| one.text(path)).and_then(filled)
        }
        _ => None,
    })
}

/// The sex that the seventeenth digit of an identity number says.
fn sex(id: &str) -> Option<&'static str> {
    number::resident_id(id).ok()?;
    let digit = id.as_bytes().get(16)?;
    Some(if digit % 2 == 1 { "男" } else { "女" })
}

/// The face as it will be, field by field; of a type that is not known there is none.
pub(crate) async fn shown(
    ctx: &Ctx,
    row: &CollectedRow,
) -> Result<Vec<FaceValue>, CollectionError> {
    let kind = match licences::licence_type(ctx, row.get(Field::LicenceType)).await {
        Ok(kind) => kind,
        Err(licences::LicenceError::UnknownType(_)) => return Ok(Vec::new()),
        Err(error) => return Err(error.into()),
    };
    let mut face = composed(ctx, &kind, row).await?;
    let fields = kind.face_fields.iter().map(|field| {
        let code = field.field_code.clone();
        let fixed = kind.fills_itself(&code);
        let value = match (fixed, code.as_str()) {
            (false, _) => face.remove(&code).unwrap_or_default(),
            (true, "issuer") => row.get(Field::Issuer).to_owned(),
            (true, "issue_date") => row.get(Field::IssueDate).to_owned(),
            (true, "valid_from") => row.get(Field::ValidFrom).to_owned(),
            (true, "valid_to") => row.get(Field::ValidTo).to_owned(),
            (true, _) => row.get(Field::LicenceNo).to_owned(),
        };
        FaceValue {
            code,
            name: field.field_name.clone(),
            required: field.required,
            value,
            fixed,
        }
    });
    Ok(fields.collect())
}
