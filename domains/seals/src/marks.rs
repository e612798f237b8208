//! Where the impressions of one seal stand on one document.

use ofd::Package;
use paper::Place;
use sealing::pdf::{PdfStraddle, RectMm};
use sealing::{PageRef, Part};

use crate::error::SealError;
use crate::table::Material;
use crate::unsealable::Unsealable;

/// Where a seal stands: in its place, over the edges of all pages, or both.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Marks {
    /// The largest impression of the seal's proportions within this, about the same centre.
    pub place: Option<Place>,
    /// 骑缝章: slices on the right edges of all pages, at the seal's own size.
    pub straddle: Option<Straddle>,
}

/// A straddle seal.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Straddle {
    /// Upper edge of the slices, millimetres from the top; in the middle of the page when absent.
    pub y: Option<f32>,
}

impl Marks {
    /// One impression in its place.
    pub fn at(place: Place) -> Self {
        Self {
            place: Some(place),
            straddle: None,
        }
    }

    /// The places in an OFD, page by page.
    pub(crate) fn in_ofd(
        &self,
        parts: &[Part],
        size: [u32; 2],
    ) -> Result<Vec<sealing::Place>, SealError> {
        let mut places = Vec::new();
        if let Some(place) = self.place {
            let place = within(place, size);
            places.push(sealing::Place::new(
                PageRef::Index(place.page),
                place.x.into(),
                place.y.into(),
                place.width.into(),
                place.height.into(),
            ));
        }
        if let Some(straddle) = self.straddle {
            let wanted = sealing::Straddle {
                offset: straddle.y.map(f64::from),
                ..sealing::Straddle::new(size[0].into(), size[1].into())
            };
            let slices = sealing::straddle(parts, &wanted).map_err(Unsealable::of_ofd)?;
            places.extend(slices);
        }
        Ok(places)
    }

    /// Page, rectangle and straddle in a PDF. A place that another size of impression is wanted for
    /// than the straddle's is drawn at the straddle's size: a PDF has one impression a signature.
    pub(crate) fn in_pdf(&self, size: [u32; 2]) -> (usize, RectMm, Option<PdfStraddle>) {
        let straddle = self.straddle.map(|straddle| PdfStraddle {
            y: straddle.y.map(f64::from),
            whole_too: self.place.is_some(),
        });
        let [width, height] = size.map(|mm| mm as f32);
        let place = match (self.place, straddle) {
            (Some(place), None) => within(place, size),
            (Some(place), Some(_)) => about_centre(place, width, height),
            (None, _) => Place {
                page: 0,
                x: 0.0,
                y: 0.0,
                width,
                height,
            },
        };
        let rect = RectMm {
            x: place.x.into(),
            y: place.y.into(),
            width: place.width.into(),
            height: place.height.into(),
        };
        (place.page, rect, straddle)
    }
}

impl Material {
    /// Width and height of the impression, millimetres.
    pub(crate) fn size(&self) -> [u32; 2] {
        [self.width_mm, self.height_mm]
    }
}

/// The parts of a package, as sealing takes them.
pub fn parts_of(package: &Package) -> Vec<Part> {
    let parts = package.parts().iter();
    parts
        .map(|part| (part.path.clone(), part.bytes.to_vec()))
        .collect()
}

/// The largest place of the impression's proportions within the one given, about the same centre.
fn within(place: Place, size: [u32; 2]) -> Place {
    let [wide, high] = size.map(|mm| mm as f32);
    let scale = (place.width / wide).min(place.height / high);
    about_centre(place, wide * scale, high * scale)
}

fn about_centre(place: Place, width: f32, height: f32) -> Place {
    Place {
        x: place.x + (place.width - width) / 2.0,
        y: place.y + (place.height - height) / 2.0,
        width,
        height,
        ..place
    }
}
