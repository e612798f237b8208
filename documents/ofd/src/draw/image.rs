//! Image objects, and pictures of stamps.

use std::sync::Arc;

use super::geometry::{Matrix, Rect, Segment, Shape};
use super::list::{Item, Placed, Rule};
use super::painter::{Painter, Style};
use super::picture::Picture;
use crate::read::{What, value};
use crate::xml::Element;

impl<'d> Painter<'d> {
    /// An image object: the picture on the unit square of `unit`, and its border in `outer`.
    pub fn image(
        &mut self,
        object: &'d Element,
        style: &Style<'d>,
        unit: Matrix,
        outer: Matrix,
        (width, height): (f64, f64),
        out: &mut Vec<Item>,
    ) {
        let mask = object
            .attribute("ImageMask")
            .filter(|id| !id.trim().is_empty());
        let wanted = object.attribute("ResourceID").unwrap_or_default();
        let mut number = self.picture(wanted, mask);
        if number.is_none()
            && let Some(other) = object.attribute("Substitution")
        {
            number = self.picture(other, mask);
        }
        if let Some(picture) = number {
            out.push(Item::Picture {
                picture,
                matrix: unit,
                alpha: 1.0,
            });
        }
        if let Some(border) = object.child("Border") {
            let number = |name| {
                border
                    .attribute(name)
                    .and_then(value::number)
                    .unwrap_or(0.0)
            };
            let round = |name, edge: f64| number(name).clamp(0.0, edge / 2.0);
            let (rx, ry) = (
                round("HorizonalCornerRadius", width).max(round("HorizontalCornerRadius", width)),
                round("VerticalCornerRadius", height),
            );
            let segments = rounded(Rect::new(0.0, 0.0, width, height), rx, ry);
            let Some(shape) = self.shape(segments) else {
                return;
            };
            let at = Placed {
                shape,
                matrix: outer,
                rule: Rule::NonZero,
            };
            let mut pen = style.pen();
            if let Some(own) = border.attribute("LineWidth").and_then(value::number) {
                pen.width = own.clamp(0.0, 1e4);
            }
            self.stroke(&at, pen, border.child("BorderColor"), out);
        }
    }

    /// The number of a picture in this drawing; nothing, said aloud, if it cannot be drawn.
    fn picture(&mut self, id: &str, mask: Option<&str>) -> Option<usize> {
        let key = format!("{} {}", id.trim(), mask.unwrap_or_default());
        if let Some(known) = self.picture_numbers.get(&key) {
            return *known;
        }
        let number = self.load(id, mask).map(|picture| {
            self.list.pictures.push(picture);
            self.list.pictures.len() - 1
        });
        self.picture_numbers.insert(key, number);
        number
    }

    fn load(&mut self, id: &str, mask: Option<&str>) -> Option<(String, Arc<Picture>)> {
        let path = self.media(id)?;
        let plain = self.read(&path)?;
        let Some(mask) = mask else {
            return Some((path, plain));
        };
        let Some(mask) = self.media(mask) else {
            return Some((path, plain));
        };
        let mask_picture = self.read(&mask)?;
        let key = format!("{path} through {mask}");
        let masked = self
            .document
            .pictures
            .get(&key, || plain.masked(&mask_picture));
        Some((path.clone(), self.told(masked, &path)?))
    }

    fn read(&mut self, path: &str) -> Option<Arc<Picture>> {
        let bytes = self.document.parts.bytes(path)?;
        let picture = self.document.pictures.get(path, || Picture::new(bytes));
        self.told(picture, path)
    }

    fn told(&mut self, picture: Result<Arc<Picture>, What>, path: &str) -> Option<Arc<Picture>> {
        picture.map_err(|what| self.tell(what, path)).ok()
    }

    /// The file of a picture resource.
    fn media(&mut self, id: &str) -> Option<String> {
        let Some(media) = self.scope.find(|r| &r.media, id) else {
            self.tell(What::ResourceMissing, &format!("MultiMedia {}", id.trim()));
            return None;
        };
        if ["audio", "video"]
            .iter()
            .any(|kind| media.kind.eq_ignore_ascii_case(kind))
        {
            self.tell(What::ObjectUnknown, &media.kind);
            return None;
        }
        if media.file.1.is_none() {
            self.tell(What::PartMissing, &media.file.0);
        }
        media.file.1.clone()
    }
}

/// A rectangle with rounded corners.
fn rounded(rect: Rect, rx: f64, ry: f64) -> Vec<Segment> {
    if rx <= 0.0 || ry <= 0.0 {
        return Shape::rectangle(rect).segments;
    }
    let Rect {
        left,
        top,
        right,
        bottom,
    } = rect;
    let mut segments = vec![Segment::Move((left + rx) as f32, top as f32)];
    let corners = [
        ((right - rx, top), (right, top + ry)),
        ((right, bottom - ry), (right - rx, bottom)),
        ((left + rx, bottom), (left, bottom - ry)),
        ((left, top + ry), (left + rx, top)),
    ];
    for (from, to) in corners {
        segments.push(Segment::Line(from.0 as f32, from.1 as f32));
        super::geometry::arc(from, (rx, ry), 0.0, false, true, to, &mut segments);
    }
    segments.push(Segment::Close);
    segments
}
