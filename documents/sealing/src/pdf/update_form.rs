//! Filling in of forms in a later revision.

use std::collections::HashSet;

use super::file::View;
use super::form::{FillField, Form};
use super::object::{Dict, Key, Obj};
use super::permission::{Level, Policy};
use super::update::{Added, Illegal, Judged, each_reference};
use crate::Reason;

/// What filling in changes in a field, and in the annotation that shows it.
const FIELD: &[&str] = &["V", "AP", "AS", "I", "M", "RV"];
const WIDGET: &[&str] = &["AP", "AS", "M"];

/// Checks the fields that were filled in and tells which objects may differ for their sake.
pub(super) fn filled(
    old: &View<'_, '_>,
    new: &View<'_, '_>,
    (old_form, new_form): (&Form, &Form),
    policy: &Policy,
    added: &mut Added,
) -> Judged<HashSet<u32>> {
    let mut allowed = HashSet::new();
    for field in &old_form.others {
        let kept = new_form.others.iter().find(|other| other.key == field.key);
        if kept.is_none_or(|kept| kept.widgets != field.widgets) {
            let why = format!("the form field “{}” was removed or changed", field.name);
            return Err(Illegal::of(Reason::FormChanged, why));
        }
        let objects: HashSet<Key> = field.widgets.iter().copied().chain([field.key]).collect();
        let mut differs = false;
        for key in &objects {
            let (was, is) = (plain(old, *key)?, plain(new, *key)?);
            let may = if *key == field.key { FIELD } else { WIDGET };
            if !was.same_except(&is, may) {
                let why = format!("the form field “{}” was changed", field.name);
                return Err(Illegal::of(Reason::FormChanged, why));
            }
            differs |= was != is;
        }
        let pictures = pictures(old, new, &objects)?;
        differs |= !pictures.is_empty();
        if differs {
            permitted(field, policy)?;
            added.filled = true;
            allowed.extend(objects.iter().map(|key| key.num));
            allowed.extend(pictures);
        }
    }
    Ok(allowed)
}

fn permitted(field: &FillField, policy: &Policy) -> Judged<()> {
    if policy.locks(&field.name) {
        let why = format!("the locked form field “{}” was filled in", field.name);
        return Err(Illegal::of(Reason::PermissionExceeded, why));
    }
    match policy.level {
        Level::Fill | Level::Annotate => Ok(()),
        Level::Sign => {
            let why = format!("the form field “{}” was filled in", field.name);
            Err(Illegal::of(Reason::FormChanged, why))
        }
        Level::Nothing => {
            let why = format!("the form field “{}” was filled in", field.name);
            Err(Illegal::of(Reason::PermissionExceeded, why))
        }
    }
}

fn plain(view: &View<'_, '_>, key: Key) -> Judged<Dict> {
    let found = view.get(key)?;
    found
        .plain_dict()
        .cloned()
        .ok_or_else(|| Illegal::of(Reason::FormChanged, "a form field is missing"))
}

/// The pictures of the field's widgets that stand elsewhere now and that nothing else uses: some
/// writers draw anew in place.
fn pictures(
    view: &View<'_, '_>,
    new: &View<'_, '_>,
    objects: &HashSet<Key>,
) -> Judged<HashSet<u32>> {
    let mut drawn = HashSet::new();
    for key in objects {
        if let Some(Obj::Dict(appearance)) = plain(view, *key)?.get("AP") {
            for entry in appearance.entries() {
                each_reference(&entry.value, &mut |num| {
                    if view.place(num) != new.place(num) {
                        drawn.insert(num);
                    }
                });
            }
        }
    }
    if drawn.is_empty() {
        return Ok(drawn);
    }
    let mut shared = HashSet::new();
    for key in view.numbers().filter_map(|num| view.key(num)) {
        if objects.contains(&key) {
            continue;
        }
        each_reference(&view.get(key)?.value, &mut |num| {
            if drawn.contains(&num) {
                shared.insert(num);
            }
        });
    }
    Ok(drawn.difference(&shared).copied().collect())
}
