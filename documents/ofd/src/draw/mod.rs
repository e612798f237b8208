//! Drawing foreign pages, to SVG and to PNG.
//!
//! Both are made from one display list: [`page`] reads the page with its templates, annotations
//! and stamps into it, [`svg`] writes it, [`raster`] paints it. What cannot be drawn becomes a
//! [`Finding`], and the rest is drawn.

mod colour;
mod cut;
mod font;
mod geometry;
mod guard;
mod image;
mod jbig2;
mod list;
mod page;
mod painter;
mod path;
mod picture;
mod raster;
mod stand_in;
mod svg;
mod text;
mod window;

use std::sync::Arc;

use crate::Error;
use crate::read::{Document, Finding, Findings, What};

pub(crate) use picture::PictureCache;

/// The picture of a seal on a page, as a signature's StampAnnot places it.
#[derive(Clone, Debug)]
pub struct StampPicture {
    /// The ID of the page (PageRef).
    pub page_id: String,
    /// x, y, width and height on the page in millimetres.
    pub boundary_mm: [f64; 4],
    /// What is shown of the picture: a box from the boundary's corner, in millimetres. A straddle
    /// seal (骑缝章) shows a slice on each page.
    pub clip_mm: Option<[f64; 4]>,
    /// The format the seal names, for findings; the bytes decide.
    pub format: String,
    /// A PNG, JPEG, BMP, JBIG2 file, or an OFD of one page.
    pub data: Arc<[u8]>,
}

/// A page as SVG.
#[derive(Clone, Debug)]
pub struct Svg {
    /// Complete in itself: outlines instead of fonts, pictures inside, no script, no style.
    pub svg: String,
    /// What is not shown, or not as it was meant.
    pub findings: Vec<Finding>,
}

/// A page as PNG.
#[derive(Clone, Debug)]
pub struct Png {
    /// The file, with its resolution in it.
    pub png: Vec<u8>,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Pixels an inch; less than asked for if the image would have been too large.
    pub dpi: f32,
    /// What is not shown, or not as it was meant.
    pub findings: Vec<Finding>,
}

/// More pixels than A2 at 300 dpi is no page image but an attack on memory.
const MOST_PIXELS: f64 = 40e6;

impl Document {
    /// A page (counted from 0) as SVG, with stamps over it.
    pub fn draw_svg(&self, page: usize, stamps: &[StampPicture]) -> Result<Svg, Error> {
        let (list, findings) = page::list(self, page, stamps)?;
        let mut findings = resumed(findings);
        let (svg, unreadable) = svg::write(&list);
        for (what, picture) in unreadable {
            findings.tell(what, Some(page), None, &list.pictures[picture].0);
        }
        Ok(Svg {
            svg,
            findings: findings.list,
        })
    }

    /// A page (counted from 0) as PNG on white at `dpi` pixels an inch, with stamps over it.
    pub fn draw_png(&self, page: usize, dpi: f32, stamps: &[StampPicture]) -> Result<Png, Error> {
        if !(1.0..=2_400.0).contains(&dpi) {
            return Err(Error::Resolution);
        }
        let (list, findings) = page::list(self, page, stamps)?;
        let mut findings = resumed(findings);
        let (across, down) = (list.view.width() / 25.4, list.view.height() / 25.4);
        let most = (MOST_PIXELS / (across * down)).sqrt();
        let mut per_inch = f64::from(dpi);
        if per_inch > most {
            per_inch = most;
            findings.tell(
                What::Resolution,
                Some(page),
                None,
                &format!("{per_inch:.0} dpi"),
            );
        }
        let pixels = |inches: f64| (inches * per_inch).round().max(1.0) as u32;
        let (width, height) = (pixels(across), pixels(down));
        let (canvas, told) =
            raster::draw(&list, width, height, per_inch / 25.4).ok_or(Error::Resolution)?;
        for (what, picture) in told {
            let name = picture.map_or("", |picture| &list.pictures[picture].0);
            findings.tell(what, Some(page), None, name);
        }
        let png = paper::pixels::page_png(&canvas, per_inch as f32);
        Ok(Png {
            png: png.map_err(|_| Error::Resolution)?,
            width,
            height,
            dpi: per_inch as f32,
            findings: findings.list,
        })
    }
}

fn resumed(list: Vec<Finding>) -> Findings {
    let mut findings = Findings::default();
    for finding in list {
        let object = finding.object.as_deref();
        findings.tell(finding.what, finding.page, object, &finding.detail);
    }
    findings
}
