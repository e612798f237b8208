//! What a later revision changed: signing once more is allowed, anything else is not.
//!
//! The comparison does not ask what an update wrote but what a reader sees: every object of the
//! earlier revision is looked up in the later one, so that an update that only points elsewhere, to
//! content hidden in the signed part, is found as well ("shadow attacks", Mladenov et al. 2019 and
//! Mainka et al. 2021).

use std::collections::HashSet;

use super::file::{Found, Place, View};
use super::form::{Form, SigField, list};
use super::object::{Dict, Key, Obj};
use super::scan::Bad;

/// The harmless things a later revision added.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Added {
    /// Signature fields, new or filled.
    pub fields: Vec<Key>,
    /// The document information changed: title, dates, producer.
    pub information: bool,
    /// Certificates and revocation lists for later (document security store).
    pub evidence: bool,
}

/// Why an update is not allowed.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Illegal(pub String);

impl From<Bad> for Illegal {
    fn from(bad: Bad) -> Self {
        Illegal(bad.to_string())
    }
}

type Judged<T> = Result<T, Illegal>;

/// What a signature field and its widget consist of; anything else, such as an action or a page
/// that poses as a field, is not allowed to come with a signature.
const FIELD: &[&str] = &[
    "Type",
    "Subtype",
    "FT",
    "T",
    "TU",
    "TM",
    "Ff",
    "V",
    "Lock",
    "SV",
    "Rect",
    "P",
    "F",
    "AP",
    "MK",
    "BS",
    "Border",
    "DA",
    "DR",
    "Q",
    "NM",
    "M",
    "C",
    "H",
    "StructParent",
];

/// Compares two revisions of one file.
pub(super) fn compare(old: &View<'_, '_>, new: &View<'_, '_>) -> Judged<Added> {
    let mut added = Added::default();
    let (old_form, new_form) = (Form::read(old)?, Form::read(new)?);
    trailers(old, new, &mut added)?;
    catalogs(&old_form, &new_form, &mut added)?;
    let allowed = fields(old, new, &old_form, &new_form, &mut added)?;
    let (mut metadata, mut evidence) = (None, None);
    let owns = |set: &mut Option<HashSet<u32>>, entry: &str, num: u32| -> Judged<bool> {
        if set.is_none() {
            *set = Some(owned(old, &old_form, entry)?);
        }
        Ok(set.as_ref().is_some_and(|set| set.contains(&num)))
    };
    for num in old.numbers() {
        if old.place(num).is_none() || same_place(old, new, num) {
            continue;
        }
        let key = old.key(num).unwrap_or(Key::new(num));
        let (before, after) = (old.get(key)?, new.get(key)?);
        if same_object(old, &before, &after) || allowed.contains(&num) {
            continue;
        }
        let info = old.trailer().get("Info").and_then(Obj::as_ref);
        let text = info == Some(key) && only_text(&before, &after);
        if text || owns(&mut metadata, "Metadata", num)? {
            added.information = true;
        } else if owns(&mut evidence, "DSS", num)? {
            added.evidence = true;
        } else if is_page(&before) && is_page(&after) {
            page(old, new, &before, &after, &new_form, &added)?;
        } else if !annotation_array(old, new, key, &before, &after, &new_form, &added)? {
            return Err(Illegal(format!("object {num} was changed")));
        }
    }
    no_dangling(old, new)?;
    Ok(added)
}

fn trailers(old: &View<'_, '_>, new: &View<'_, '_>, added: &mut Added) -> Judged<()> {
    let (old, new) = (old.trailer(), new.trailer());
    if old.get("Root") != new.get("Root") || old.get("Encrypt") != new.get("Encrypt") {
        return Err(Illegal("the trailer names another catalog".into()));
    }
    added.information |= old.get("Info") != new.get("Info");
    Ok(())
}

fn catalogs(old: &Form, new: &Form, added: &mut Added) -> Judged<()> {
    let changes = ["AcroForm", "DSS", "Extensions", "Metadata", "Version"];
    if !old.catalog.same_except(&new.catalog, &changes) {
        return Err(Illegal("the catalog was changed".into()));
    }
    added.information |= old.catalog.get("Metadata") != new.catalog.get("Metadata");
    added.evidence |= old.catalog.get("DSS") != new.catalog.get("DSS");
    let lawful = match (&old.dict, &new.dict) {
        (None, None) => true,
        (Some(old), Some(new)) => old.same_except(new, &["Fields", "SigFlags"]),
        (None, Some(new)) => only_has(new, &["Fields", "SigFlags", "DR", "DA"]),
        (Some(_), None) => false,
    };
    let flags = new.dict.as_ref().and_then(|form| form.get("SigFlags"));
    if !lawful || !matches!(flags, None | Some(Obj::Int(_))) {
        return Err(Illegal("the form was changed".into()));
    }
    Ok(())
}

/// Checks the fields and tells which objects may differ for their sake.
fn fields(
    old: &View<'_, '_>,
    new: &View<'_, '_>,
    old_form: &Form,
    new_form: &Form,
    added: &mut Added,
) -> Judged<HashSet<u32>> {
    let mut allowed = HashSet::from([old_form.catalog_key.num]);
    allowed.extend(
        old_form
            .key
            .filter(|_| old_form.key == new_form.key)
            .map(|key| key.num),
    );
    let list = old_form
        .fields_key
        .filter(|_| old_form.fields_key == new_form.fields_key);
    allowed.extend(list.map(|key| key.num));
    let Some(extra) = new_form.fields.strip_prefix(&old_form.fields[..]) else {
        return Err(Illegal("form fields were removed or moved".into()));
    };
    for key in extra {
        let field = new_form.signatures.iter().find(|field| field.key == *key);
        match field {
            Some(field) if is_new_field(old, new, field)? => added.fields.push(*key),
            _ => return Err(Illegal("a field other than a signature was added".into())),
        }
    }
    for field in &new_form.signatures {
        let before = old_form.signatures.iter().find(|f| f.key == field.key);
        let filled = before.is_some_and(|before| before.value.is_none() && field.value.is_some());
        if !filled {
            continue;
        }
        let dict = |view: &View<'_, '_>, key| -> Judged<Dict> {
            view.get(key)?
                .plain_dict()
                .cloned()
                .ok_or(Illegal("a field is missing".into()))
        };
        let (was, is) = (dict(old, field.key)?, dict(new, field.key)?);
        let mut lawful = was.same_except(&is, &["V", "AP", "M"]);
        for widget in field.widgets.iter().filter(|widget| **widget != field.key) {
            lawful &= dict(old, *widget)?.same_except(&dict(new, *widget)?, &["AP", "M"]);
            allowed.insert(widget.num);
        }
        if !lawful || !is_signature(old, new, field)? {
            return Err(Illegal("a form field was changed".into()));
        }
        allowed.insert(field.key.num);
        added.fields.push(field.key);
    }
    Ok(allowed)
}

/// A field that came with this update, and nothing but a signature with its picture.
fn is_new_field(old: &View<'_, '_>, new: &View<'_, '_>, field: &SigField) -> Judged<bool> {
    if !is_signature(old, new, field)? || old.place(field.key.num).is_some() {
        return Ok(false);
    }
    for widget in &field.widgets {
        let object = new.get(*widget)?;
        let Some(dict) = object.plain_dict() else {
            return Ok(false);
        };
        let kind = dict
            .get("Type")
            .is_none_or(|kind| kind.as_name() == Some(b"Annot"));
        let names = [FIELD, &["Parent"]].concat();
        if !kind || !only_has(dict, &names) || old.place(widget.num).is_some() {
            return Ok(false);
        }
    }
    Ok(only_has(&field.dict, &[FIELD, &["Kids"]].concat()))
}

/// The field's value is a signature dictionary that came with this update.
fn is_signature(old: &View<'_, '_>, new: &View<'_, '_>, field: &SigField) -> Judged<bool> {
    let Some(value) = field.value.filter(|value| old.place(value.num).is_none()) else {
        return Ok(false);
    };
    let object = new.get(value)?;
    Ok(object
        .plain_dict()
        .is_some_and(|dict| dict.has("ByteRange") && dict.has("Contents")))
}

fn only_has(dict: &Dict, names: &[&str]) -> bool {
    dict.entries()
        .all(|e| names.iter().any(|name| name.as_bytes() == e.name))
}

fn same_place(old: &View<'_, '_>, new: &View<'_, '_>, num: u32) -> bool {
    match (old.place(num), new.place(num)) {
        (Some(Place::In { stream, index }), Some(after)) => {
            after == Place::In { stream, index } && old.place(stream) == new.place(stream)
        }
        (before, after) => before == after,
    }
}

fn same_object(view: &View<'_, '_>, before: &Found, after: &Found) -> bool {
    let raw = |found: &Found| {
        found
            .stream
            .clone()
            .and_then(|range| view.data().get(range))
    };
    before.value == after.value && raw(before) == raw(after)
}

/// Both are dictionaries that differ in text entries only, as the document information does.
fn only_text(before: &Found, after: &Found) -> bool {
    let (Some(before), Some(after)) = (before.plain_dict(), after.plain_dict()) else {
        return false;
    };
    let text = |value: Option<&Obj>| value.is_none_or(|value| value.as_text().is_some());
    let names = before.entries().chain(after.entries()).map(|e| &e.name);
    names
        .filter_map(|name| std::str::from_utf8(name).ok())
        .all(|name| {
            let (was, is) = (before.get(name), after.get(name));
            was == is || text(was) && text(is)
        })
}

/// The objects that an entry of the catalog leads to, provided that nothing else in the document
/// leads to any of them: a page might use the same stream as its content.
fn owned(view: &View<'_, '_>, form: &Form, entry: &str) -> Judged<HashSet<u32>> {
    let mut owned = HashSet::new();
    let mut open: Vec<u32> = Vec::new();
    if let Some(value) = form.catalog.get(entry) {
        each_reference(value, &mut |num| open.push(num));
    }
    while let Some(num) = open.pop() {
        if let Some(key) = view.key(num).filter(|_| owned.insert(num)) {
            each_reference(&view.get(key)?.value, &mut |num| open.push(num));
        }
    }
    let mut shared = false;
    let mut note = |num| shared |= owned.contains(&num);
    let others = view
        .numbers()
        .filter(|n| *n != form.catalog_key.num && !owned.contains(n));
    for key in others.filter_map(|num| view.key(num)) {
        each_reference(&view.get(key)?.value, &mut note);
    }
    let entries = form
        .catalog
        .entries()
        .filter(|e| e.name != entry.as_bytes());
    for other in entries.chain(view.trailer().entries()) {
        each_reference(&other.value, &mut note);
    }
    Ok(if shared { HashSet::new() } else { owned })
}

fn is_page(found: &Found) -> bool {
    let kind = found.plain_dict().and_then(|dict| dict.get("Type"));
    kind.and_then(Obj::as_name) == Some(b"Page")
}

fn page(
    old: &View<'_, '_>,
    new: &View<'_, '_>,
    before: &Found,
    after: &Found,
    form: &Form,
    added: &Added,
) -> Judged<()> {
    let (Some(before), Some(after)) = (before.plain_dict(), after.plain_dict()) else {
        return Err(Illegal("a page was changed".into()));
    };
    if !before.same_except(after, &["Annots"]) {
        return Err(Illegal("a page was changed".into()));
    }
    let what = "a page's annotations are damaged";
    let was = list(old, before.get("Annots"), what)?;
    let is = list(new, after.get("Annots"), what)?;
    annotations(&was, &is, form, added)
}

/// Annotations may only have grown by the pictures of the signatures that came.
fn annotations(was: &[Obj], is: &[Obj], form: &Form, added: &Added) -> Judged<()> {
    let Some(extra) = is.strip_prefix(was) else {
        return Err(Illegal("annotations were removed or moved".into()));
    };
    let of_signature = |item: &Obj| {
        let mut fields = form
            .signatures
            .iter()
            .filter(|f| added.fields.contains(&f.key));
        item.as_ref()
            .is_some_and(|key| fields.any(|field| field.widgets.contains(&key)))
    };
    if extra.iter().all(of_signature) {
        Ok(())
    } else {
        Err(Illegal(
            "an annotation other than a signature was added".into(),
        ))
    }
}

/// An array that the page of an added signature names as its annotations.
fn annotation_array(
    old: &View<'_, '_>,
    new: &View<'_, '_>,
    key: Key,
    before: &Found,
    after: &Found,
    form: &Form,
    added: &Added,
) -> Judged<bool> {
    let (Some(_), Some(_)) = (before.value.as_array(), after.value.as_array()) else {
        return Ok(false);
    };
    let fields = form
        .signatures
        .iter()
        .filter(|f| added.fields.contains(&f.key));
    for widget in fields.flat_map(|field| &field.widgets) {
        let object = new.get(*widget)?;
        let page = object
            .plain_dict()
            .and_then(|dict| dict.get("P"))
            .and_then(Obj::as_ref);
        let Some(page) = page else { continue };
        let found = old.get(page)?;
        let named = found
            .plain_dict()
            .and_then(|dict| dict.get("Annots"))
            .and_then(Obj::as_ref);
        if is_page(&found) && named == Some(key) {
            let what = "a page's annotations are damaged";
            let was = list(old, Some(&before.value), what)?;
            let is = list(new, Some(&after.value), what)?;
            annotations(&was, &is, form, added)?;
            return Ok(true);
        }
    }
    Ok(false)
}

/// A reference that led nowhere when the document was signed must not lead somewhere now.
fn no_dangling(old: &View<'_, '_>, new: &View<'_, '_>) -> Judged<()> {
    let fresh: HashSet<u32> = new
        .numbers()
        .filter(|num| new.place(*num).is_some() && old.place(*num).is_none())
        .collect();
    if fresh.is_empty() {
        return Ok(());
    }
    for num in old.numbers() {
        let Some(key) = old.key(num) else { continue };
        let found = old.get(key)?;
        let mut woken = None;
        each_reference(&found.value, &mut |other| {
            woken = woken.or(Some(other).filter(|other| fresh.contains(other)));
        });
        if let Some(woken) = woken {
            let text = format!("object {num} named the missing object {woken}, which now exists");
            return Err(Illegal(text));
        }
    }
    Ok(())
}

fn each_reference(value: &Obj, visit: &mut dyn FnMut(u32)) {
    match value {
        Obj::Ref(key) => visit(key.num),
        Obj::Array(items) => items.iter().for_each(|item| each_reference(item, visit)),
        Obj::Dict(dict) => dict.entries().for_each(|e| each_reference(&e.value, visit)),
        _ => {}
    }
}
