//! Pages: finding one by its index, and where a rectangle on it stands.

use std::collections::HashSet;

use super::PdfError;
use super::file::View;
use super::form::references;
use super::object::{Dict, Key, Obj};
use super::scan::{Bad, Read};

/// Nodes of the page tree looked at.
const NODES: usize = 200_000;
/// Nodes inside one another.
const DEPTH: usize = 48;
const POINTS_PER_MM: f64 = 72.0 / 25.4;

/// A rectangle on a page as a person sees it: millimetres from the upper left corner.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RectMm {
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
}

/// A page with what it inherits.
pub(super) struct Page {
    pub key: Key,
    pub dict: Dict,
    /// The visible box: left, bottom, right, top in user space.
    area: [f64; 4],
    /// Clockwise turn for display: 0 to 3 quarters.
    quarters: u8,
    /// Points in a unit of user space.
    unit: f64,
}

/// Where a picture goes on a page.
#[derive(Debug, PartialEq)]
pub(super) struct Placed {
    /// Left, bottom, right, top in user space.
    pub rect: [f64; 4],
    /// Size of the picture as seen, in units of user space.
    pub size: [f64; 2],
    /// First four numbers of the matrix that keeps the picture upright on a turned page.
    pub turn: [i64; 4],
}

impl Page {
    /// The page of that index, from 0; none when there are fewer.
    pub fn find(view: &View<'_, '_>, catalog: &Dict, index: usize) -> Read<Option<Page>> {
        let Some(root) = catalog.get("Pages").and_then(Obj::as_ref) else {
            return Err(Bad {
                at: 0,
                what: "the page tree is missing",
            });
        };
        let mut search = Search {
            view,
            seen: HashSet::new(),
            left: index,
            all: None,
        };
        search.node(root, &Inherited::default(), DEPTH)
    }

    /// All pages, in order.
    pub fn all(view: &View<'_, '_>, catalog: &Dict) -> Read<Vec<Page>> {
        let Some(root) = catalog.get("Pages").and_then(Obj::as_ref) else {
            return Err(Bad {
                at: 0,
                what: "the page tree is missing",
            });
        };
        let mut search = Search {
            view,
            seen: HashSet::new(),
            left: 0,
            all: Some(Vec::new()),
        };
        search.node(root, &Inherited::default(), DEPTH)?;
        Ok(search.all.unwrap_or_default())
    }

    /// Width and height as seen, in millimetres.
    pub fn seen_mm(&self) -> [f64; 2] {
        let [left, bottom, right, top] = self.area;
        let scale = POINTS_PER_MM / self.unit;
        let (width, height) = ((right - left) / scale, (top - bottom) / scale);
        match self.quarters % 2 {
            0 => [width, height],
            _ => [height, width],
        }
    }

    /// Turns a rectangle as seen into user space. An error when it leaves the page.
    pub fn place(&self, rect: RectMm) -> Result<Placed, PdfError> {
        let [left, bottom, right, top] = self.area;
        let scale = POINTS_PER_MM / self.unit;
        let (w, h) = (rect.width * scale, rect.height * scale);
        let (x, y) = (rect.x * scale, rect.y * scale);
        let (page_w, page_h) = match self.quarters % 2 {
            0 => (right - left, top - bottom),
            _ => (top - bottom, right - left),
        };
        // A hair's breadth for rounding of millimetres and points.
        let slack = 0.1;
        let inside =
            x >= -slack && y >= -slack && x + w <= page_w + slack && y + h <= page_h + slack;
        if !(inside && w > 0.0 && h > 0.0) {
            return Err(PdfError::OffPage);
        }
        // What is seen to the right and downwards goes, in user space, along these directions.
        let rect = match self.quarters {
            0 => [left + x, top - y - h, left + x + w, top - y],
            1 => [left + y, bottom + x, left + y + h, bottom + x + w],
            2 => [right - x - w, bottom + y, right - x, bottom + y + h],
            _ => [right - y - h, top - x - w, right - y, top - x],
        };
        let turn = match self.quarters {
            0 => [1, 0, 0, 1],
            1 => [0, 1, -1, 0],
            2 => [-1, 0, 0, -1],
            _ => [0, -1, 1, 0],
        };
        Ok(Placed {
            rect,
            size: [w, h],
            turn,
        })
    }
}

#[derive(Clone, Default)]
struct Inherited {
    media: Option<Obj>,
    crop: Option<Obj>,
    rotate: Option<Obj>,
}

struct Search<'s, 'f, 'a> {
    view: &'s View<'f, 'a>,
    seen: HashSet<Key>,
    left: usize,
    /// Every page is wanted, not one.
    all: Option<Vec<Page>>,
}

impl Search<'_, '_, '_> {
    fn node(&mut self, key: Key, above: &Inherited, depth: usize) -> Read<Option<Page>> {
        let bad = |what| Err(Bad { at: 0, what });
        if !self.seen.insert(key) || self.seen.len() > NODES || depth == 0 {
            return bad("the page tree is damaged");
        }
        let found = self.view.get(key)?;
        let Some(dict) = found.plain_dict() else {
            return bad("a page is missing");
        };
        let own = |name: &str, above: &Option<Obj>| dict.get(name).cloned().or(above.clone());
        let inherited = Inherited {
            media: own("MediaBox", &above.media),
            crop: own("CropBox", &above.crop),
            rotate: own("Rotate", &above.rotate),
        };
        if !dict.has("Kids") {
            if self.all.is_some() {
                let page = self.page(key, dict.clone(), &inherited)?;
                self.all.get_or_insert_default().push(page);
                return Ok(None);
            }
            if self.left > 0 {
                self.left -= 1;
                return Ok(None);
            }
            return self.page(key, dict.clone(), &inherited).map(Some);
        }
        for kid in references(self.view, dict.get("Kids"), "the page tree is damaged")? {
            if let Some(page) = self.node(kid, &inherited, depth - 1)? {
                return Ok(Some(page));
            }
        }
        Ok(None)
    }

    fn page(&self, key: Key, dict: Dict, inherited: &Inherited) -> Read<Page> {
        let bad = |what| Err(Bad { at: 0, what });
        let Some(media) = self.area(inherited.media.as_ref())? else {
            return bad("a page has no size");
        };
        let area = match self.area(inherited.crop.as_ref())? {
            None => media,
            Some([l, b, r, t]) => [
                l.max(media[0]),
                b.max(media[1]),
                r.min(media[2]),
                t.min(media[3]),
            ],
        };
        let rotate = inherited
            .rotate
            .as_ref()
            .map(|r| self.view.resolve(r))
            .transpose()?;
        let rotate = rotate
            .as_ref()
            .and_then(Obj::as_int)
            .unwrap_or(0)
            .rem_euclid(360);
        let unit = self
            .view
            .entry(&dict, "UserUnit")?
            .as_f64()
            .filter(|u| *u > 0.0);
        if area[0] >= area[2] || area[1] >= area[3] || rotate % 90 != 0 {
            return bad("a page has no size");
        }
        Ok(Page {
            key,
            dict,
            area,
            quarters: (rotate / 90) as u8,
            unit: unit.unwrap_or(1.0),
        })
    }

    fn area(&self, value: Option<&Obj>) -> Read<Option<[f64; 4]>> {
        let Some(value) = value else { return Ok(None) };
        let value = self.view.resolve(value)?;
        let mut numbers = [0.0; 4];
        let items = value.as_array().unwrap_or_default();
        for (number, item) in numbers.iter_mut().zip(items) {
            let Some(found) = self.view.resolve(item)?.as_f64().filter(|n| n.is_finite()) else {
                return Ok(None);
            };
            *number = found;
        }
        let [a, b, c, d] = numbers;
        Ok((items.len() == 4).then_some([a.min(c), b.min(d), a.max(c), b.max(d)]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn a4(quarters: u8) -> Page {
        let area = [0.0, 0.0, 595.0, 842.0];
        Page {
            key: Key::new(1),
            dict: Dict::new(),
            area,
            quarters,
            unit: 1.0,
        }
    }

    #[test]
    fn a_rectangle_stands_where_it_is_seen() {
        let inch = RectMm {
            x: 25.4,
            y: 50.8,
            width: 25.4,
            height: 12.7,
        };
        let rect = |quarters| a4(quarters).place(inch).unwrap().rect;
        assert_eq!(rect(0), [72.0, 842.0 - 144.0 - 36.0, 144.0, 842.0 - 144.0]);
        // Turned clockwise by a quarter, the lower left corner is seen at the upper left.
        assert_eq!(rect(1), [144.0, 72.0, 180.0, 144.0]);
        assert_eq!(rect(2), [595.0 - 144.0, 144.0, 595.0 - 72.0, 180.0]);
        assert_eq!(
            rect(3),
            [595.0 - 180.0, 842.0 - 144.0, 595.0 - 144.0, 842.0 - 72.0]
        );
    }

    #[test]
    fn a_rectangle_off_the_page_is_refused() {
        for (x, y, width) in [(200.0, 10.0, 40.0), (-5.0, 10.0, 40.0), (10.0, 290.0, 40.0)] {
            let rect = RectMm {
                x,
                y,
                width,
                height: 40.0,
            };
            assert!(matches!(a4(0).place(rect), Err(PdfError::OffPage)));
        }
        let none = RectMm {
            x: 10.0,
            y: 10.0,
            width: 0.0,
            height: f64::NAN,
        };
        assert!(matches!(a4(0).place(none), Err(PdfError::OffPage)));
    }
}
