//! What a later revision changed: signing once more is allowed, anything else is not.
//!
//! The comparison does not ask what an update wrote but what a reader sees: every object of the
//! earlier revision is looked up in the later one, so that an update that only points elsewhere, to
//! content hidden in the signed part, is found as well ("shadow attacks", Mladenov et al. 2019 and
//! Mainka et al. 2021).

use std::collections::HashSet;

use super::file::{Found, Place, View};
use super::form::{Form, SigField};
use super::object::{Dict, Key, Obj};
use super::permission::{Level, Policy};
use super::scan::Bad;
use super::update_form::filled;
use super::update_page::Pages;
use crate::Reason;

/// The harmless things a later revision added.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Added {
    /// Signature fields, new or filled.
    pub fields: Vec<Key>,
    /// The document information changed: title, dates, producer.
    pub information: bool,
    /// Certificates and revocation lists for later (document security store).
    pub evidence: bool,
    /// Form fields were filled in, as was permitted.
    pub filled: bool,
    /// Annotations came, changed or went, as was permitted.
    pub annotated: bool,
}

/// Why an update is not allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Illegal {
    pub reason: Reason,
    pub why: String,
}

impl Illegal {
    /// An update that fits no kind of its own.
    pub fn new(why: impl Into<String>) -> Self {
        Self::of(Reason::ChangedAfterSigning, why)
    }

    pub fn of(reason: Reason, why: impl Into<String>) -> Self {
        Self {
            reason,
            why: why.into(),
        }
    }
}

impl From<Bad> for Illegal {
    fn from(bad: Bad) -> Self {
        Illegal::new(bad.to_string())
    }
}

pub(super) type Judged<T> = Result<T, Illegal>;

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

/// Compares two revisions of one file, the earlier of which ends at `end`.
pub(super) fn compare(
    old: &View<'_, '_>,
    end: usize,
    new: &View<'_, '_>,
    policy: &Policy,
) -> Judged<Added> {
    let mut added = Added::default();
    let (old_form, new_form) = (Form::read(old)?, Form::read(new)?);
    trailers(old, new, &mut added)?;
    catalogs(&old_form, &new_form, policy, &mut added)?;
    let mut allowed = fields(old, new, &old_form, &new_form, &mut added)?;
    allowed.extend(filled(
        old,
        new,
        (&old_form, &new_form),
        policy,
        &mut added,
    )?);
    let pages = Pages {
        old,
        new,
        old_form: &old_form,
        form: &new_form,
        policy,
    };
    let mut metadata = Owned::new("Metadata");
    let mut evidence = Owned::new("DSS");
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
        if text || metadata.holds(old, &old_form, num)? {
            added.information = true;
        } else if evidence.holds(old, &old_form, num)? {
            added.evidence = true;
        } else if is_page(&before) {
            pages.page(&before, &after, &mut added)?;
        } else if !pages.annotation(key, &before, &after, &mut added)? {
            return Err(unlike(old, key, &before));
        }
    }
    no_dangling(old, end, new)?;
    Ok(added)
}

fn trailers(old: &View<'_, '_>, new: &View<'_, '_>, added: &mut Added) -> Judged<()> {
    let (old, new) = (old.trailer(), new.trailer());
    if old.get("Root") != new.get("Root") || old.get("Encrypt") != new.get("Encrypt") {
        return Err(Illegal::new("the trailer names another catalog"));
    }
    added.information |= old.get("Info") != new.get("Info");
    Ok(())
}

/// Names the change of an object that nothing permits to change.
fn unlike(old: &View<'_, '_>, key: Key, before: &Found) -> Illegal {
    let why = format!("object {} was changed", key.num);
    let name = |dict: &Dict, entry: &str| {
        let value = dict.get(entry).and_then(Obj::as_name);
        value.map(|name| String::from_utf8_lossy(name).into_owned())
    };
    let dict = before.value.as_dict();
    let kind = dict.and_then(|dict| name(dict, "Type")).unwrap_or_default();
    let subtype = dict
        .and_then(|dict| name(dict, "Subtype"))
        .unwrap_or_default();
    let reason = match (&kind[..], &subtype[..]) {
        ("Pages", _) => Reason::FaceReplaced,
        ("Annot", _) => Reason::AnnotationChanged,
        _ if before.stream.is_some() && shows(old, key.num) => Reason::FaceReplaced,
        ("Font" | "FontDescriptor" | "ExtGState" | "Pattern", _) => Reason::FaceReplaced,
        _ => Reason::ChangedAfterSigning,
    };
    Illegal::of(reason, why)
}

/// A page, its resources or a picture lead to this stream: it is something to be seen.
fn shows(view: &View<'_, '_>, num: u32) -> bool {
    let drawn = |dict: &Dict| {
        let mut found = false;
        for entry in [
            "Contents",
            "Resources",
            "XObject",
            "AP",
            "N",
            "SMask",
            "FontFile2",
        ] {
            if let Some(value) = dict.get(entry) {
                each_reference(value, &mut |other| found |= other == num);
            }
        }
        found
    };
    view.numbers().filter_map(|num| view.key(num)).any(|key| {
        view.get(key)
            .is_ok_and(|found| found.value.as_dict().is_some_and(drawn))
    })
}

fn catalogs(old: &Form, new: &Form, policy: &Policy, added: &mut Added) -> Judged<()> {
    let changes = ["AcroForm", "DSS", "Extensions", "Metadata", "Version"];
    if !old.catalog.same_except(&new.catalog, &changes) {
        let page_tree = old.catalog.get("Pages") != new.catalog.get("Pages");
        let reason = match page_tree {
            true => Reason::FaceReplaced,
            false => Reason::ChangedAfterSigning,
        };
        return Err(Illegal::of(reason, "the catalog was changed"));
    }
    added.information |= old.catalog.get("Metadata") != new.catalog.get("Metadata");
    added.evidence |= old.catalog.get("DSS") != new.catalog.get("DSS");
    // Readers that fill in a form say whether the pictures of its fields are up to date.
    let form_entries: &[&str] = match policy.level >= Level::Fill {
        true => &["Fields", "SigFlags", "NeedAppearances"],
        false => &["Fields", "SigFlags"],
    };
    let lawful = match (&old.dict, &new.dict) {
        (None, None) => true,
        (Some(old), Some(new)) => old.same_except(new, form_entries),
        (None, Some(new)) => only_has(new, &["Fields", "SigFlags", "DR", "DA"]),
        (Some(_), None) => false,
    };
    let flags = new.dict.as_ref().and_then(|form| form.get("SigFlags"));
    if !lawful || !matches!(flags, None | Some(Obj::Int(_))) {
        return Err(Illegal::of(Reason::FormChanged, "the form was changed"));
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
        let why = "form fields were removed or moved";
        return Err(Illegal::of(Reason::FormChanged, why));
    };
    for key in extra {
        let field = new_form.signatures.iter().find(|field| field.key == *key);
        match field {
            Some(field) if is_new_field(old, new, field)? => added.fields.push(*key),
            _ => {
                let why = "a field other than a signature was added";
                return Err(Illegal::of(Reason::FormChanged, why));
            }
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
                .ok_or_else(|| Illegal::of(Reason::FormChanged, "a field is missing"))
        };
        let (was, is) = (dict(old, field.key)?, dict(new, field.key)?);
        let mut lawful = was.same_except(&is, &["V", "AP", "M"]);
        for widget in field.widgets.iter().filter(|widget| **widget != field.key) {
            lawful &= dict(old, *widget)?.same_except(&dict(new, *widget)?, &["AP", "M"]);
            allowed.insert(widget.num);
        }
        if !lawful || !is_signature(old, new, field)? {
            let why = "a form field was changed";
            return Err(Illegal::of(Reason::FormChanged, why));
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
pub(super) fn is_signature(
    old: &View<'_, '_>,
    new: &View<'_, '_>,
    field: &SigField,
) -> Judged<bool> {
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
struct Owned {
    entry: &'static str,
    reached: Option<HashSet<u32>>,
    /// Nothing else leads there. Asked only when it matters: the whole document is read for it.
    alone: Option<bool>,
}

impl Owned {
    fn new(entry: &'static str) -> Self {
        Self {
            entry,
            reached: None,
            alone: None,
        }
    }

    fn holds(&mut self, view: &View<'_, '_>, form: &Form, num: u32) -> Judged<bool> {
        let reached = match self.reached.take() {
            Some(reached) => reached,
            None => reached(view, form, self.entry)?,
        };
        let found = reached.contains(&num);
        if found && self.alone.is_none() {
            self.alone = Some(!is_shared(view, form, self.entry, &reached)?);
        }
        self.reached = Some(reached);
        Ok(found && self.alone == Some(true))
    }
}

fn reached(view: &View<'_, '_>, form: &Form, entry: &str) -> Judged<HashSet<u32>> {
    let mut reached = HashSet::new();
    let mut open: Vec<u32> = Vec::new();
    if let Some(value) = form.catalog.get(entry) {
        each_reference(value, &mut |num| open.push(num));
    }
    while let Some(num) = open.pop() {
        if let Some(key) = view.key(num).filter(|_| reached.insert(num)) {
            each_reference(&view.get(key)?.value, &mut |num| open.push(num));
        }
    }
    Ok(reached)
}

/// Something other than the entry leads to one of these objects.
fn is_shared(
    view: &View<'_, '_>,
    form: &Form,
    entry: &str,
    reached: &HashSet<u32>,
) -> Judged<bool> {
    let mut shared = false;
    let mut note = |num| shared |= reached.contains(&num);
    let others = view
        .numbers()
        .filter(|n| *n != form.catalog_key.num && !reached.contains(n));
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
    Ok(shared)
}

pub(super) fn is_page(found: &Found) -> bool {
    let kind = found.plain_dict().and_then(|dict| dict.get("Type"));
    kind.and_then(Obj::as_name) == Some(b"Page")
}

/// A reference that led nowhere when the document was signed must not lead somewhere now.
fn no_dangling(old: &View<'_, '_>, end: usize, new: &View<'_, '_>) -> Judged<()> {
    let fresh: HashSet<u32> = new
        .numbers()
        .filter(|num| new.place(*num).is_some() && old.place(*num).is_none())
        .collect();
    if fresh.is_empty() {
        return Ok(());
    }
    // In a large file reading every object once more would take longest of all.
    let only_packed = old.never_referred(fresh.iter().copied(), end);
    for num in old.numbers() {
        let packed = matches!(old.place(num), Some(Place::In { .. }));
        if only_packed && !packed {
            continue;
        }
        let Some(key) = old.key(num) else { continue };
        let found = old.get(key)?;
        let mut woken = None;
        each_reference(&found.value, &mut |other| {
            woken = woken.or(Some(other).filter(|other| fresh.contains(other)));
        });
        if let Some(woken) = woken {
            let text = format!("object {num} named the missing object {woken}, which now exists");
            return Err(Illegal::of(Reason::HiddenShown, text));
        }
    }
    Ok(())
}

pub(super) fn each_reference(value: &Obj, visit: &mut dyn FnMut(u32)) {
    match value {
        Obj::Ref(key) => visit(key.num),
        Obj::Array(items) => items.iter().for_each(|item| each_reference(item, visit)),
        Obj::Dict(dict) => dict.entries().for_each(|e| each_reference(&e.value, visit)),
        _ => {}
    }
}
