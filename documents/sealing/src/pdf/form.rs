//! The interactive form of a revision, and the signature fields in it (ISO 32000-1, 12.7).

use std::collections::HashSet;

use super::file::View;
use super::object::{Dict, Key, Obj};
use super::scan::{Bad, Read};

/// Form fields in a file.
const FIELDS: usize = 10_000;
/// Fields inside one another.
const DEPTH: usize = 16;

/// A terminal field of type `Sig`.
#[derive(Clone, Debug)]
pub(super) struct SigField {
    pub key: Key,
    /// Full name, partial names joined by dots.
    pub name: String,
    pub dict: Dict,
    /// The annotations that show it: itself, when field and widget are one object.
    pub widgets: Vec<Key>,
    /// The signature dictionary, none for a field nobody has signed.
    pub value: Option<Key>,
}

/// A terminal field of another type: text, button, choice.
#[derive(Clone, Debug)]
pub(super) struct FillField {
    pub key: Key,
    pub name: String,
    /// The annotations that show it: itself, when field and widget are one object.
    pub widgets: Vec<Key>,
}

/// Catalog and form of a revision.
#[derive(Debug)]
pub(super) struct Form {
    pub catalog_key: Key,
    pub catalog: Dict,
    /// The form's own number, none when it stands in the catalog or there is no form.
    pub key: Option<Key>,
    pub dict: Option<Dict>,
    /// The number of the array of fields, if it has its own.
    pub fields_key: Option<Key>,
    /// Fields at the top, in order.
    pub fields: Vec<Key>,
    pub signatures: Vec<SigField>,
    pub others: Vec<FillField>,
}

impl Form {
    pub fn read(view: &View<'_, '_>) -> Read<Self> {
        let bad = |what| Err(Bad { at: 0, what });
        let Some(catalog_key) = view.trailer().get("Root").and_then(Obj::as_ref) else {
            return bad("the trailer names no catalog");
        };
        let Some(catalog) = view.get(catalog_key)?.plain_dict().cloned() else {
            return bad("the catalog is missing");
        };
        let entry = catalog.get("AcroForm");
        let key = entry.and_then(Obj::as_ref);
        let dict = match entry.map(|form| view.resolve(form)).transpose()? {
            None | Some(Obj::Null) => None,
            Some(Obj::Dict(dict)) => Some(dict),
            Some(_) => return bad("the form is not a dictionary"),
        };
        let list = dict.as_ref().and_then(|form| form.get("Fields"));
        let fields_key = list.and_then(Obj::as_ref);
        let mut form = Form {
            catalog_key,
            catalog,
            key,
            fields: references(view, list, "the form's list of fields is damaged")?,
            fields_key,
            dict,
            signatures: Vec::new(),
            others: Vec::new(),
        };
        let mut walk = Walk {
            view,
            seen: HashSet::new(),
            found: Vec::new(),
            others: Vec::new(),
        };
        for key in &form.fields {
            walk.field(*key, None, "", DEPTH)?;
        }
        form.signatures = walk.found;
        form.others = walk.others;
        Ok(form)
    }
}

/// The items of an array, direct or not. An absent one is empty.
pub(super) fn list(view: &View<'_, '_>, list: Option<&Obj>, what: &'static str) -> Read<Vec<Obj>> {
    match list.map(|list| view.resolve(list)).transpose()? {
        None | Some(Obj::Null) => Ok(Vec::new()),
        Some(Obj::Array(items)) => Ok(items),
        Some(_) => Err(Bad { at: 0, what }),
    }
}

/// The same, of references only.
pub(super) fn references(
    view: &View<'_, '_>,
    items: Option<&Obj>,
    what: &'static str,
) -> Read<Vec<Key>> {
    let items = list(view, items, what)?;
    items
        .iter()
        .map(|item| item.as_ref().ok_or(Bad { at: 0, what }))
        .collect()
}

struct Walk<'w, 'f, 'a> {
    view: &'w View<'f, 'a>,
    seen: HashSet<Key>,
    found: Vec<SigField>,
    others: Vec<FillField>,
}

impl Walk<'_, '_, '_> {
    fn field(&mut self, key: Key, kind: Option<&[u8]>, parent: &str, depth: usize) -> Read<()> {
        let bad = |what| Err(Bad { at: 0, what });
        if !self.seen.insert(key) {
            return bad("a form field stands twice in the form");
        }
        if depth == 0 || self.seen.len() > FIELDS {
            return bad("the form is too large");
        }
        let object = self.view.get(key)?;
        let Some(dict) = object.plain_dict() else {
            return bad("a form field is missing");
        };
        let own = self.view.entry(dict, "FT")?;
        let kind = own.as_name().or(kind);
        let part = match self.view.entry(dict, "T")? {
            Obj::Text(text) => super::text::decode(&text),
            _ => String::new(),
        };
        let name = match (parent, &part[..]) {
            ("", part) => part.to_owned(),
            (parent, "") => parent.to_owned(),
            (parent, part) => format!("{parent}.{part}"),
        };
        let kids = references(
            self.view,
            dict.get("Kids"),
            "a form field's kids are damaged",
        )?;
        let mut widgets = Vec::new();
        for kid in &kids {
            let kid_object = self.view.get(*kid)?;
            match kid_object.plain_dict() {
                Some(kid_dict) if !kid_dict.has("T") && !kid_dict.has("Kids") => widgets.push(*kid),
                _ => self.field(*kid, kind, &name, depth - 1)?,
            }
        }
        if widgets.len() < kids.len() {
            return Ok(());
        }
        if kids.is_empty() {
            widgets.push(key);
        }
        if kind != Some(b"Sig") {
            self.others.push(FillField { key, name, widgets });
            return Ok(());
        }
        let value = match dict.get("V") {
            None => None,
            Some(Obj::Ref(value)) => Some(*value),
            Some(_) => return bad("a signature is not an object of its own"),
        };
        self.found.push(SigField {
            key,
            name,
            dict: dict.clone(),
            widgets,
            value,
        });
        Ok(())
    }
}
