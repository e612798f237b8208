//! A page with its templates, annotations and stamps, in the order they lie on one another.

use std::sync::Arc;

use super::StampPicture;
use super::geometry::{Matrix, Rect, Shape};
use super::list::{Item, List, Placed, Rule};
use super::painter::{Painter, Place};
use super::picture::Picture;
use crate::read::resources::Scope;
use crate::read::{Annotation, Document, Finding, Findings, What, value};
use crate::{Error, Limits};

/// A stamp is a small thing: what its picture may unpack to as an OFD of its own.
const STAMP_LIMITS: Limits = Limits {
    file: 4 << 20,
    parts: 256,
    part: 8 << 20,
    total: 16 << 20,
};
/// Stamps of one page.
const MOST_STAMPS: usize = 200;

/// Everything a page shows, and what could not be shown.
pub(crate) fn list(
    document: &Document,
    page: usize,
    stamps: &[StampPicture],
) -> Result<(List, Vec<Finding>), Error> {
    let mut findings = Findings::default();
    let parts = document
        .page(page, &mut findings)
        .ok_or(Error::NoPage(page))?;
    let [x, y, width, height] = parts.area;
    let scope = Scope {
        page: &parts.resources,
        document: &document.resources,
    };
    let view = Rect::new(x, y, width, height);
    let mut painter = Painter::new(document, scope, page, view);
    painter.findings = findings;
    let mut items = Vec::new();
    let place = Place {
        matrix: Matrix::IDENTITY,
        params: None,
        depth: 0,
    };
    for content in parts
        .below
        .iter()
        .chain([&parts.content])
        .chain(&parts.above)
    {
        painter.layers(content, place, &mut items);
    }
    for annotation in &parts.annotations {
        annotate(&mut painter, annotation, place, &mut items);
    }
    painter.object = None;
    let id = document.page_id(page).unwrap_or_default();
    let meant = stamps.iter().filter(|stamp| stamp.page_id.trim() == id);
    for stamp in meant.take(MOST_STAMPS) {
        if put(&mut painter, stamp, &mut items).is_none() {
            painter.tell(What::StampUnreadable, &stamp.format);
        }
    }
    painter.list.items = items;
    Ok((painter.list, painter.findings.list))
}

/// An annotation: its appearance, from the corner of its boundary, and not beyond that.
fn annotate<'d>(
    painter: &mut Painter<'d>,
    annotation: &'d Annotation,
    place: Place<'d>,
    out: &mut Vec<Item>,
) {
    let element = &annotation.element;
    let visible = element.attribute("Visible").and_then(value::truth);
    let Some(appearance) = element
        .child("Appearance")
        .filter(|_| visible != Some(false))
    else {
        return;
    };
    let boundary = appearance.attribute("Boundary").and_then(value::array::<4>);
    let [x, y, width, height] = boundary.unwrap_or_default();
    let matrix = Matrix::translate(x, y).then(place.matrix);
    let mut items = Vec::new();
    painter.block(appearance, Place { matrix, ..place }, &mut items);
    let within = Rect::new(x, y, width, height);
    let clipped =
        width > 0.0 && height > 0.0 && !within.grown(1e-3).holds(painter.list.all_bounds(&items));
    if clipped && let Some(clip) = rectangle(painter, within, place.matrix) {
        let items = Arc::new(items);
        let group = painter.list.group(vec![clip], 1.0, Matrix::IDENTITY, items);
        out.push(Item::Group(group));
    } else {
        out.append(&mut items);
    }
}

fn rectangle(painter: &mut Painter, rect: Rect, matrix: Matrix) -> Option<Vec<Placed>> {
    let shape = painter.shape(Shape::rectangle(rect).segments)?;
    let rule = Rule::NonZero;
    Some(vec![Placed {
        shape,
        matrix,
        rule,
    }])
}

/// A stamp: its picture over its whole boundary, of which only the clip is shown.
fn put(painter: &mut Painter, stamp: &StampPicture, out: &mut Vec<Item>) -> Option<()> {
    let [x, y, width, height] = stamp.boundary_mm;
    let sane = [x, y, width, height].iter().all(|n| n.abs() <= 1e5);
    if !sane || width <= 0.0 || height <= 0.0 {
        return None;
    }
    let item = if stamp.data.starts_with(b"PK") {
        let inner = Document::open(&stamp.data, &STAMP_LIMITS).ok()?;
        let (list, findings) = self::list(&inner, 0, &[]).ok()?;
        for finding in findings {
            painter.tell(finding.what, &finding.detail);
        }
        let view = list.view;
        let matrix = Matrix::translate(-view.left, -view.top)
            .then(Matrix::scale(width / view.width(), height / view.height()))
            .then(Matrix::translate(x, y));
        let items = painter.list.absorb(list);
        // The clip stands in the stamp's own page.
        let clip = rectangle(painter, view, Matrix::IDENTITY)?;
        Item::Group(painter.list.group(vec![clip], 1.0, matrix, items))
    } else {
        let picture = Picture::new(&stamp.data);
        let picture = picture
            .map_err(|what| painter.tell(what, &stamp.format))
            .ok()?;
        let named = (stamp.format.clone(), Arc::new(picture));
        painter.list.pictures.push(named);
        Item::Picture {
            picture: painter.list.pictures.len() - 1,
            matrix: Matrix::scale(width, height).then(Matrix::translate(x, y)),
            alpha: 1.0,
        }
    };
    let Some([left, top, wide, high]) = stamp.clip_mm else {
        out.push(item);
        return Some(());
    };
    let clip = rectangle(
        painter,
        Rect::new(x + left, y + top, wide, high),
        Matrix::IDENTITY,
    )?;
    let items = Arc::new(vec![item]);
    let group = painter.list.group(vec![clip], 1.0, Matrix::IDENTITY, items);
    out.push(Item::Group(group));
    Some(())
}
