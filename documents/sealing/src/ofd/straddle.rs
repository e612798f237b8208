//! Straddle seals (骑缝章): one impression cut into slices, one on the edge of each page, so that
//! the pages laid out like a fan show it whole.

use super::document;
use super::seal_ofd::{PageRef, Place, data, only_body, wrong};
use crate::SealError;
use crate::container::Part;

/// The edge of the page on which the slices stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Edge {
    #[default]
    Right,
    Left,
    Top,
    Bottom,
}

/// A straddle seal to be laid out. Millimetres.
#[derive(Clone, Debug, PartialEq)]
pub struct Straddle {
    pub edge: Edge,
    /// Size of the whole impression.
    pub width: f64,
    pub height: f64,
    /// Distance of the impression from the upper or left end of the edge; in the middle when
    /// absent.
    pub offset: Option<f64>,
    /// First and last page, from 0; all when absent.
    pub pages: Option<(usize, usize)>,
    /// A slice thinner than this shows nothing. Where one impression would be cut thinner, the
    /// pages share several, as evenly as can be.
    pub thinnest: f64,
}

impl Straddle {
    /// On the right edge, in the middle, over all pages.
    pub fn new(width: f64, height: f64) -> Self {
        Self {
            edge: Edge::default(),
            width,
            height,
            offset: None,
            pages: None,
            thinnest: 2.0,
        }
    }
}

/// The places of the slices, page by page. Together the slices of one impression are exactly the
/// impression: no gap, no overlap. On the right and lower edge the first page has the first slice;
/// on the left and upper edge the last, because there the later pages of a fan stand out first.
pub fn straddle(parts: &[Part], wanted: &Straddle) -> Result<Vec<Place>, SealError> {
    let body = only_body(parts)?;
    let root = data(parts, &body.root)
        .ok_or_else(|| SealError::Document(format!("{} is missing", body.root)))?;
    let read = |name: &str| data(parts, name);
    let boxes = document::page_boxes(&body.root, root, read).map_err(wrong(&body.root))?;
    lay_out(&boxes, wanted)
}

/// The same for pages of these boxes `[x, y, width, height]`.
pub(super) fn lay_out(boxes: &[[f64; 4]], wanted: &Straddle) -> Result<Vec<Place>, SealError> {
    let refuse = |why: String| Err(SealError::Straddle(why));
    let sizes = [wanted.width, wanted.height, wanted.thinnest];
    if !sizes.iter().all(|mm| mm.is_finite() && *mm > 0.0) {
        return refuse("sizes must be positive".into());
    }
    let (first, last) = wanted.pages.unwrap_or((0, boxes.len().saturating_sub(1)));
    let Some(chosen) = boxes.get(first..=last).filter(|_| first <= last) else {
        return Err(SealError::NoSuchPage(last.to_string()));
    };
    if chosen.len() < 2 {
        return refuse("it needs at least two pages".into());
    }
    let along_width = matches!(wanted.edge, Edge::Left | Edge::Right);
    let length = if along_width {
        wanted.width
    } else {
        wanted.height
    };
    let most = (length / wanted.thinnest + 1e-9).floor() as usize;
    if most < 2 {
        return refuse("an impression of this size cannot be cut so thick".into());
    }
    let mut places = Vec::with_capacity(chosen.len());
    let mut page = first;
    for group in groups(chosen.len(), most) {
        let cuts = cuts(length, group);
        for index in 0..group {
            let slot = match wanted.edge {
                Edge::Right | Edge::Bottom => index,
                Edge::Left | Edge::Top => group - 1 - index,
            };
            let place = place(page, &boxes[page], wanted, (cuts[slot], cuts[slot + 1]))?;
            places.push(place);
            page += 1;
        }
    }
    Ok(places)
}

/// How many pages share each impression: as few impressions as can be, as even as can be.
fn groups(pages: usize, most: usize) -> Vec<usize> {
    let count = pages.div_ceil(most);
    let (each, more) = (pages / count, pages % count);
    (0..count).map(|n| each + usize::from(n < more)).collect()
}

/// Where an impression is cut, in hundredths of a millimetre, so that the sum is exact.
fn cuts(length: f64, slices: usize) -> Vec<f64> {
    let cut = |n: usize| (length * n as f64 / slices as f64 * 100.0).round() / 100.0;
    (0..slices).map(cut).chain([length]).collect()
}

fn place(
    page: usize,
    [left, top, width, height]: &[f64; 4],
    wanted: &Straddle,
    (from, to): (f64, f64),
) -> Result<Place, SealError> {
    let along_width = matches!(wanted.edge, Edge::Left | Edge::Right);
    let (edge, size, depth) = match along_width {
        true => (*height, wanted.height, *width),
        false => (*width, wanted.width, *height),
    };
    let offset = wanted.offset.unwrap_or((edge - size) / 2.0);
    // The whole of the slice must lie on the page, else its pages do not make up the impression.
    if !offset.is_finite() || offset < 0.0 || offset + size > edge + 0.01 || to - from > depth {
        return Err(SealError::Straddle(format!(
            "page {page} of {width} × {height} mm has no room for it"
        )));
    }
    let (x, y, clip) = match wanted.edge {
        Edge::Right => (left + width - to, top + offset, None),
        Edge::Left => (left - from, top + offset, None),
        Edge::Top => (left + offset, top - from, Some(())),
        Edge::Bottom => (left + offset, top + height - to, Some(())),
    };
    let clip = match clip {
        None => [from, 0.0, to - from, wanted.height],
        Some(()) => [0.0, from, wanted.width, to - from],
    };
    Ok(Place {
        clip: Some(clip),
        ..Place::new(PageRef::Index(page), x, y, wanted.width, wanted.height)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const A4: [f64; 4] = [0.0, 0.0, 210.0, 297.0];

    /// As other software lays it out: 40 mm over five pages.
    #[test]
    fn five_pages_share_one_impression() {
        let places = lay_out(&[A4; 5], &Straddle::new(40.0, 40.0)).unwrap();
        let found: Vec<_> = places.iter().map(|p| (p.x, p.clip.unwrap())).collect();
        assert_eq!(found[0], (202.0, [0.0, 0.0, 8.0, 40.0]));
        assert_eq!(found[4], (170.0, [32.0, 0.0, 8.0, 40.0]));
        assert!(places.iter().all(|p| p.y == 128.5 && p.width == 40.0));
    }

    #[test]
    fn every_edge_shows_its_slice_at_the_edge() {
        for edge in [Edge::Left, Edge::Right, Edge::Top, Edge::Bottom] {
            let wanted = Straddle {
                edge,
                ..Straddle::new(42.0, 30.0)
            };
            for place in lay_out(&[A4; 3], &wanted).unwrap() {
                let [x, y, w, h] = place.clip.unwrap();
                let shown = match edge {
                    Edge::Left => place.x + x,
                    Edge::Top => place.y + y,
                    Edge::Right => place.x + x + w - 210.0,
                    Edge::Bottom => place.y + y + h - 297.0,
                };
                assert!(shown.abs() < 1e-9, "{edge:?} {place:?}");
            }
        }
    }

    #[test]
    fn many_pages_share_several_impressions() {
        let places = lay_out(&vec![A4; 101], &Straddle::new(40.0, 40.0)).unwrap();
        assert_eq!(places.len(), 101);
        assert_eq!(groups(101, 20), [17, 17, 17, 17, 17, 16]);
        assert!(places.iter().all(|p| p.clip.unwrap()[2] >= 2.0));
    }

    #[test]
    fn what_shows_nothing_is_refused() {
        let good = Straddle::new(40.0, 40.0);
        assert!(lay_out(&[A4], &good).is_err());
        assert!(lay_out(&[], &good).is_err());
        let wrong = [
            Straddle {
                width: 0.0,
                ..good.clone()
            },
            Straddle {
                height: f64::NAN,
                ..good.clone()
            },
            Straddle {
                height: 298.0,
                ..good.clone()
            },
            Straddle {
                offset: Some(-1.0),
                ..good.clone()
            },
            Straddle {
                offset: Some(260.0),
                ..good.clone()
            },
            Straddle {
                thinnest: 25.0,
                ..good.clone()
            },
            Straddle {
                pages: Some((0, 9)),
                ..good.clone()
            },
            Straddle {
                pages: Some((1, 0)),
                ..good.clone()
            },
        ];
        for wanted in wrong {
            assert!(lay_out(&[A4; 4], &wanted).is_err(), "{wanted:?}");
        }
    }

    proptest! {
        /// No gap, no overlap, the last slice exact, for any number of pages.
        #[test]
        fn slices_make_up_the_impression(pages in 2usize..300, width in 10.0f64..80.0) {
            let width = (width * 100.0).round() / 100.0;
            let places = lay_out(&vec![A4; pages], &Straddle::new(width, 42.0)).unwrap();
            prop_assert_eq!(places.len(), pages);
            let mut end = 0.0;
            for place in &places {
                let [x, _, w, _] = place.clip.unwrap();
                if x == 0.0 && end > 0.0 {
                    prop_assert_eq!(end, width);
                    end = 0.0;
                }
                prop_assert!((x - end).abs() < 1e-9, "{} {}", x, end);
                prop_assert!(w > 0.0);
                end = if (x + w - width).abs() < 1e-9 { width } else { x + w };
            }
            prop_assert_eq!(end, width);
        }
    }
}
