//! Pages and annotations in a later revision.

use super::file::{Found, View};
use super::form::{Form, list};
use super::object::{Dict, Key, Obj};
use super::permission::{Level, Policy};
use super::update::{Added, Illegal, Judged, is_page};
use crate::Reason;

/// Annotations that a person may lay on a page. Those that lead away, run something or are form
/// fields are not among them.
const MARKS: &[&[u8]] = &[
    b"Text",
    b"FreeText",
    b"Highlight",
    b"Underline",
    b"Squiggly",
    b"StrikeOut",
    b"Ink",
    b"Line",
    b"Square",
    b"Circle",
    b"Polygon",
    b"PolyLine",
    b"Caret",
    b"Stamp",
    b"Popup",
];

const DAMAGED: &str = "a page's annotations are damaged";

/// Two revisions, seen for their pages.
pub(super) struct Pages<'p, 'f, 'a> {
    pub old: &'p View<'f, 'a>,
    pub new: &'p View<'f, 'a>,
    pub old_form: &'p Form,
    pub form: &'p Form,
    pub policy: &'p Policy,
}

impl Pages<'_, '_, '_> {
    /// A page may change in nothing but its annotations.
    pub fn page(&self, before: &Found, after: &Found, added: &mut Added) -> Judged<()> {
        let changed = || Illegal::of(Reason::FaceReplaced, "a page was changed");
        let (Some(was), Some(is)) = (before.plain_dict(), after.plain_dict()) else {
            return Err(changed());
        };
        if !was.same_except(is, &["Annots"]) {
            return Err(changed());
        }
        let was = list(self.old, was.get("Annots"), DAMAGED)?;
        let is = list(self.new, is.get("Annots"), DAMAGED)?;
        self.annotations(&was, &is, added)
    }

    /// An array of annotations, or an annotation; false when the object is neither.
    pub fn annotation(
        &self,
        key: Key,
        before: &Found,
        after: &Found,
        added: &mut Added,
    ) -> Judged<bool> {
        if before.value.as_array().is_some() && self.is_annotations(key)? {
            let was = list(self.old, Some(&before.value), DAMAGED)?;
            let is = list(self.new, Some(&after.value), DAMAGED)?;
            self.annotations(&was, &is, added)?;
            return Ok(true);
        }
        if is_mark(before) && (is_mark(after) || after.value == Obj::Null) {
            self.may_annotate("an annotation was changed")?;
            added.annotated = true;
            return Ok(true);
        }
        Ok(false)
    }

    /// A page of the earlier revision names this array as its annotations.
    fn is_annotations(&self, key: Key) -> Judged<bool> {
        for num in self.old.numbers() {
            let Some(page) = self.old.key(num) else {
                continue;
            };
            let found = self.old.get(page)?;
            let named = found.plain_dict().and_then(|dict| dict.get("Annots"));
            if is_page(&found) && named.and_then(Obj::as_ref) == Some(key) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn may_annotate(&self, why: &str) -> Judged<()> {
        match self.policy.level {
            Level::Annotate => Ok(()),
            Level::Sign => Err(Illegal::of(Reason::AnnotationChanged, why)),
            Level::Fill | Level::Nothing => Err(Illegal::of(Reason::PermissionExceeded, why)),
        }
    }

    /// Annotations may have grown by the pictures of the signatures that came; by others, or
    /// become fewer, only where that is permitted.
    fn annotations(&self, was: &[Obj], is: &[Obj], added: &mut Added) -> Judged<()> {
        for gone in was.iter().filter(|item| !is.contains(item)) {
            let of_form = gone.as_ref().is_none_or(|key| self.is_widget(key));
            let found = gone.as_ref().map(|key| self.old.get(key)).transpose()?;
            let mark = found.as_ref().is_some_and(is_mark);
            if of_form || !mark {
                let why = "annotations were removed or moved";
                return Err(Illegal::of(Reason::AnnotationChanged, why));
            }
            self.may_annotate("an annotation was removed")?;
            added.annotated = true;
        }
        let mut order = is.iter().filter(|item| was.contains(item));
        let kept = was.iter().filter(|item| is.contains(item));
        if !kept.eq(order.by_ref()) {
            let why = "annotations were removed or moved";
            return Err(Illegal::of(Reason::AnnotationChanged, why));
        }
        for item in is.iter().filter(|item| !was.contains(item)) {
            if self.is_of_new_signature(item, added) {
                continue;
            }
            let found = item.as_ref().map(|key| self.new.get(key)).transpose()?;
            let came = item
                .as_ref()
                .is_some_and(|key| self.old.place(key.num).is_none());
            if !found.as_ref().is_some_and(is_mark) || !came {
                let why = "an annotation other than a signature was added";
                return Err(Illegal::of(Reason::AnnotationChanged, why));
            }
            self.may_annotate("an annotation was added")?;
            added.annotated = true;
        }
        Ok(())
    }

    fn is_widget(&self, key: Key) -> bool {
        let fields = self.old_form.signatures.iter().map(|f| &f.widgets);
        let others = self.old_form.others.iter().map(|f| &f.widgets);
        fields.chain(others).any(|widgets| widgets.contains(&key))
    }

    fn is_of_new_signature(&self, item: &Obj, added: &Added) -> bool {
        let mut fields = self
            .form
            .signatures
            .iter()
            .filter(|f| added.fields.contains(&f.key));
        item.as_ref()
            .is_some_and(|key| fields.any(|field| field.widgets.contains(&key)))
    }
}

/// An annotation of a harmless kind, without anything it would do when touched.
fn is_mark(found: &Found) -> bool {
    let harmless = |dict: &Dict| {
        let kind = dict.get("Subtype").and_then(Obj::as_name);
        kind.is_some_and(|kind| MARKS.contains(&kind)) && !dict.has("A") && !dict.has("AA")
    };
    found.plain_dict().is_some_and(harmless)
}
