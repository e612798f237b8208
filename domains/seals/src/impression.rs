//! What a seal leaves on paper: drawn by the platform, or made of a picture that was uploaded.

use paper::{BlockSeal, CleanError, Official, Oval, Personal};
use serde::{Deserialize, Serialize};

use crate::error::{SIZE, SealError};
use crate::seal::SealType;

kernel::codes! {
    /// The form of an impression.
    Shape {
        /// 圆形: a ring with a star.
        Round = "round", "圆形", "round";
        Oval = "oval", "椭圆形", "oval";
        /// 方形 or 矩形: lines in a frame.
        Rectangle = "rectangle", "方形", "rectangular";
    }
}

kernel::codes! {
    /// Where an impression comes from.
    Origin {
        Drawn = "drawn", "平台绘制", "drawn by the platform";
        Uploaded = "uploaded", "上传图样", "uploaded";
    }
}

/// Prints well and keeps the seal small.
const DPI: f32 = 300.0;
/// Largest picture that is taken, in bytes.
pub const PICTURE_LIMIT: usize = 2 * 1024 * 1024;

/// An impression the platform draws.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drawing {
    pub shape: Shape,
    /// `业务专用章`; official and name seals have none.
    pub purpose: String,
    /// 印章编码 at the foot; empty for none.
    pub digits: String,
    pub width_mm: u16,
    pub height_mm: u16,
}

/// A picture of the impression: PNG, JPEG or BMP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scan {
    pub bytes: Vec<u8>,
    pub width_mm: u16,
    pub height_mm: u16,
}

/// Where the impression is to come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Impress {
    Drawn(Drawing),
    Uploaded(Scan),
}

/// An impression as it will be bound into the seal.
#[derive(Clone, Debug)]
pub struct Impression {
    /// PNG on transparent ground.
    pub png: Vec<u8>,
    pub width_mm: u16,
    pub height_mm: u16,
    pub origin: Origin,
    /// Resolution in dots an inch.
    pub dpi: u32,
}

impl Drawing {
    /// What is usual for a type: round with its purpose; a square of 20 mm for a name.
    pub fn usual(seal_type: SealType) -> Self {
        let size = seal_type.size_mm();
        Self {
            shape: match seal_type {
                SealType::Personal => Shape::Rectangle,
                _ => Shape::Round,
            },
            purpose: seal_type.purpose().unwrap_or_default().to_owned(),
            digits: String::new(),
            width_mm: size,
            height_mm: size,
        }
    }
}

impl Impress {
    /// Width and height in millimetres.
    pub fn size_mm(&self) -> (u16, u16) {
        match self {
            Self::Drawn(drawing) => (drawing.width_mm, drawing.height_mm),
            Self::Uploaded(scan) => (scan.width_mm, scan.height_mm),
        }
    }

    /// Checks size, shape and purpose against the type of the seal.
    ///
    /// A round official seal of 42 mm with a star is that of departments of cities and counties,
    /// 45 and 50 mm those of higher levels (国发〔1999〕25号); the bounds of the other types are a
    /// choice.
    pub(crate) fn check(&self, seal_type: SealType) -> Result<(), SealError> {
        let (width, height) = self.size_mm();
        let fits = match seal_type {
            SealType::Official => (38..=50).contains(&width) && width == height,
            SealType::Acceptance | SealType::Licence | SealType::Business => {
                (30..=60).contains(&width) && (18..=60).contains(&height)
            }
            SealType::Personal => (10..=30).contains(&width) && (10..=30).contains(&height),
        };
        if !fits {
            return Err(wrong("width_mm", SIZE));
        }
        let Self::Drawn(drawing) = self else {
            return Ok(());
        };
        let shape = match seal_type {
            SealType::Official => drawing.shape == Shape::Round,
            SealType::Personal => drawing.shape == Shape::Rectangle && width == height,
            _ => true,
        };
        if !shape || (drawing.shape == Shape::Round && width != height) {
            return Err(wrong("shape", crate::error::SHAPE));
        }
        let purpose = drawing.purpose.trim();
        match seal_type {
            SealType::Official | SealType::Personal if !purpose.is_empty() => {
                Err(wrong("purpose", crate::error::NO_PURPOSE))
            }
            SealType::Official | SealType::Personal => Ok(()),
            _ => crate::error::text("purpose", purpose, 12),
        }
    }

    /// Draws or cleans the impression. Takes tens of milliseconds: off the async threads.
    pub(crate) fn make(
        &self,
        organisation: &str,
        seal_type: SealType,
    ) -> Result<Impression, SealError> {
        let (width_mm, height_mm) = self.size_mm();
        let (picture, origin, dpi) = match self {
            Self::Uploaded(scan) => {
                if scan.bytes.len() > PICTURE_LIMIT {
                    return Err(wrong("picture", crate::error::LARGE_PICTURE));
                }
                let cleaned = paper::clean(&scan.bytes, width_mm.into(), height_mm.into())
                    .map_err(SealError::Picture)?;
                (cleaned.picture, Origin::Uploaded, cleaned.dpi)
            }
            Self::Drawn(drawing) => (
                draw(drawing, organisation, seal_type)?,
                Origin::Drawn,
                DPI as u32,
            ),
        };
        Ok(Impression {
            png: picture.bytes().to_vec(),
            width_mm,
            height_mm,
            origin,
            dpi,
        })
    }
}

fn draw(d: &Drawing, organisation: &str, seal_type: SealType) -> Result<paper::Picture, SealError> {
    let (width_mm, height_mm) = (f32::from(d.width_mm), f32::from(d.height_mm));
    let organisation = organisation.to_owned();
    let (purpose, digits) = (d.purpose.trim().to_owned(), d.digits.trim().to_owned());
    let drawn = match (seal_type, d.shape) {
        (SealType::Personal, _) => paper::personal(&Personal {
            name: organisation,
            edge_mm: width_mm,
            dpi: DPI,
        }),
        (_, Shape::Round) => paper::official(&Official {
            organisation,
            purpose: Some(purpose).filter(|p| !p.is_empty()),
            digits,
            diameter_mm: width_mm,
            dpi: DPI,
        }),
        (_, Shape::Oval) => paper::oval(&Oval {
            organisation,
            purpose,
            digits,
            width_mm,
            height_mm,
            dpi: DPI,
        }),
        (_, Shape::Rectangle) => paper::block_seal(&BlockSeal {
            organisation,
            purpose,
            digits,
            width_mm,
            height_mm,
            dpi: DPI,
        }),
    };
    Ok(drawn?)
}

fn wrong(field: &'static str, why: &'static str) -> SealError {
    SealError::Invalid { field, why }
}

/// The form field that a picture's fault belongs to.
pub(crate) fn field_of(error: &CleanError) -> &'static str {
    match error {
        CleanError::Proportions { .. } | CleanError::Size => "width_mm",
        CleanError::Unreadable | CleanError::NoInk | CleanError::TooSmall(_) => "picture",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(seal_type: SealType, change: impl Fn(&mut Drawing)) -> Result<Impression, SealError> {
        let mut drawing = Drawing::usual(seal_type);
        change(&mut drawing);
        let impress = Impress::Drawn(drawing);
        impress.check(seal_type)?;
        impress.make("云州市公安局", seal_type)
    }

    #[test]
    fn every_type_is_drawn_as_usual() {
        for &seal_type in SealType::ALL {
            let made = drawn(seal_type, |_| {}).unwrap();
            assert_eq!(made.width_mm, seal_type.size_mm());
            assert!(made.png.starts_with(b"\x89PNG"));
        }
        let oval = drawn(SealType::Business, |d| {
            (d.shape, d.width_mm, d.height_mm) = (Shape::Oval, 40, 30);
        });
        assert_eq!(oval.unwrap().height_mm, 30);
        let block = drawn(SealType::Acceptance, |d| {
            (d.shape, d.width_mm, d.height_mm) = (Shape::Rectangle, 50, 25);
        });
        assert!(block.is_ok());
    }

    #[test]
    fn size_shape_and_purpose_belong_to_the_type() {
        let refused =
            |seal_type, change: fn(&mut Drawing), field: &str| match drawn(seal_type, change) {
                Err(SealError::Invalid { field: found, .. }) => assert_eq!(found, field),
                other => panic!("{seal_type:?} {field}: {other:?}"),
            };
        let official = SealType::Official;
        refused(
            official,
            |d| (d.width_mm, d.height_mm) = (36, 36),
            "width_mm",
        );
        refused(official, |d| d.height_mm = 30, "width_mm");
        refused(official, |d| d.shape = Shape::Oval, "shape");
        refused(official, |d| d.purpose = "户口专用章".into(), "purpose");
        refused(SealType::Business, |d| d.purpose = " ".into(), "purpose");
        refused(SealType::Business, |d| d.height_mm = 30, "shape");
        refused(SealType::Personal, |d| d.shape = Shape::Round, "shape");
    }
}
