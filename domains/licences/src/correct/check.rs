//! The automatic check: each field of the face beside what the registers say of the holder.

use kernel::mask;
use store::Ctx;

use super::{Correction, may_approve, may_propose, table};
use crate::definition::{FaceField, LicenceType};
use crate::error::LicenceError;
use crate::kind::licence_type;
use crate::query::{Detail, detail};
use crate::registered::Registered;
use crate::state::State;

/// Where the population register has what a face field says.
const OF_PERSONS: &[(&str, &str)] = &[
    ("holder", "name"),
    ("holder_id", "id_number"),
    ("sex", "sex"),
    ("birth_date", "birth_date"),
    ("ethnic_group", "ethnic_group"),
    ("household_address", "household_address"),
    ("address", "household_address"),
];

/// Where the register of legal persons has it.
const OF_LEGAL_PERSONS: &[(&str, &str)] = &[
    ("holder", "name"),
    ("holder_id", "uscc"),
    ("legal_representative", "legal_representative_name"),
    ("operator", "legal_representative_name"),
    ("domicile", "registered_address"),
];

/// One field of the face.
#[derive(Clone, Debug)]
pub struct FieldCheck {
    pub code: String,
    pub name: String,
    /// Masked where the reader may not see it.
    pub value: String,
    pub required: bool,
    /// Filled by issuing, or the identity itself: to change it is to issue another licence.
    pub fixed: bool,
    /// What the register says; none where it says nothing of this field.
    pub registered: Option<String>,
    /// None where there is nothing to compare.
    pub same: Option<bool>,
}

/// The data of a licence, checked, with its corrections.
#[derive(Clone, Debug)]
pub struct DataCheck {
    pub detail: Detail,
    pub fields: Vec<FieldCheck>,
    /// The register was asked and does not know the holder.
    pub unknown_holder: bool,
    /// The correction that waits for its second person.
    pub open: Option<Correction>,
    /// The others, newest first.
    pub past: Vec<Correction>,
    /// The reader may correct it, and nothing waits.
    pub may_propose: bool,
    /// The reader may decide on the open one: not who proposed it.
    pub may_decide: bool,
}

/// Whether a field cannot be corrected: issuing fills it, or it says who the holder is.
pub(super) fn is_fixed(kind: &LicenceType, field: &FaceField) -> bool {
    kind.fills_itself(&field.field_code)
        || field.field_code == "holder_id"
        || field.derived_from_identity
}

/// Compares every field of the current version with the registers. For officers who may correct
/// the licence or approve a correction.
pub async fn data_check(ctx: &Ctx, licence_key: &str) -> Result<DataCheck, LicenceError> {
    let detail = detail(ctx, licence_key).await?;
    let mut reader = ctx.db.reader();
    let licence = crate::table::load(&mut reader, ctx, licence_key).await?;
    let approves = may_approve(ctx, &licence).is_ok();
    let corrects = may_propose(ctx, &licence);
    let whole = corrects.is_ok();
    if !approves {
        corrects?;
    }
    let kind = licence_type(ctx, &licence.type_code).await?;
    let register = Registered::holder(ctx, &licence).await?;
    let paths = match licence.body.holder_id_type == "001" {
        true => OF_LEGAL_PERSONS,
        false => OF_PERSONS,
    };
    let field = |field: &FaceField| {
        let code = field.field_code.as_str();
        let value = detail.version.face.face.get(code).cloned();
        let path = paths.iter().find(|(known, _)| *known == code);
        let says = path.and_then(|(_, path)| register.text(path));
        let shown = |text: String| match !whole && is_guarded(field) {
            true => mask::by_shape(&text),
            false => text,
        };
        FieldCheck {
            code: code.to_owned(),
            name: field.field_name.clone(),
            required: field.required,
            fixed: is_fixed(&kind, field),
            same: says
                .as_ref()
                .map(|says| Some(says.trim()) == value.as_deref().map(str::trim)),
            registered: says.map(shown),
            value: value.map(shown).unwrap_or_default(),
        }
    };
    let fields = kind.face_fields.iter().map(field).collect();
    let all = table::of_licence(&mut reader, ctx, licence_key).await?;
    let (open, past): (Vec<_>, Vec<_>) = all
        .into_iter()
        .partition(|one| one.state == super::CorrectionState::Proposed);
    let open = open.into_iter().next();
    Ok(DataCheck {
        unknown_holder: !register.is_known(),
        may_propose: whole && open.is_none() && licence.state == State::Valid,
        may_decide: approves
            && open
                .as_ref()
                .is_some_and(|one| one.proposer != ctx.actor.id),
        fields,
        detail,
        open,
        past,
    })
}

fn is_guarded(field: &FaceField) -> bool {
    field.sensitive || field.derived_from_identity
}
