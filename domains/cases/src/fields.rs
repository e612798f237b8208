//! Which fields of a case somebody sees: its owner all, an officer the personal ones masked, until
//! they are asked for with the leave of the role and a line in the log.

use items::Item;
use kernel::mask;
use serde_json::{Map, Value};

use crate::case::{Case, Private};

/// Masks what is personal. Names and codes of organisations are public.
pub(crate) fn mask_personal(case: &mut Case, item: &Item) {
    let Private {
        applicant,
        contact_name,
        contact_mobile,
        values,
        prefilled,
    } = &mut case.private;
    if !applicant.is_legal {
        applicant.name = mask::name(&applicant.name);
        applicant.id = mask::id_number(&applicant.id);
    }
    *contact_name = mask::name(contact_name);
    *contact_mobile = mask::phone(contact_mobile);
    for all in [values, &mut prefilled.values] {
        mask_values(all, item);
    }
}

/// Masks the sensitive fields of a form, and those that it does not know.
fn mask_values(values: &mut Map<String, Value>, item: &Item) {
    for (name, value) in values {
        let field = item.form.field(name);
        if field.is_some_and(|f| !f.sensitive && f.photo.is_none()) {
            continue;
        }
        *value = match &*value {
            Value::Null => Value::Null,
            Value::String(text) => Value::String(mask::by_shape(text)),
            _ => Value::String("*".into()),
        };
    }
}
