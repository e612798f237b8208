//! What goes onto the form, and the page that a printer is set right by.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use paper::{Colour, Document, Item, Meta, Page, Path, Text};

use crate::compose;
use crate::definition::LicenceType;
use crate::error::LicenceError;

/// The values of a licence for a form.
pub(super) struct Over {
    pub kind: Arc<LicenceType>,
    pub face: BTreeMap<String, String>,
    pub photo: Option<Vec<u8>>,
    pub link: String,
    pub shift: (f32, f32),
    pub at: Timestamp,
}

impl Over {
    pub fn pdf(self) -> Result<Vec<u8>, LicenceError> {
        let mut kind = (*self.kind).clone();
        let style = &mut kind.style;
        let (x, y) = self.shift;
        for field in &mut kind.face_fields {
            field.position.value_x_mm += x;
            field.position.value_y_mm += y;
        }
        if let Some(photo) = &mut style.boxes.photo {
            photo.x_mm += x;
            photo.y_mm += y;
        }
        style.boxes.qr_code.x_mm += x;
        style.boxes.qr_code.y_mm += y;
        let mut page = Page::new(kind.paper.width_mm, kind.paper.height_mm);
        compose::fill(
            &mut page,
            &kind,
            &self.face,
            self.photo.as_deref(),
            &self.link,
        )?;
        pdf(page, &format!("{}（套打）", kind.type_name), self.at)
    }
}

fn pdf(page: Page, title: &str, at: Timestamp) -> Result<Vec<u8>, LicenceError> {
    let document = Document {
        meta: Meta {
            title: title.to_owned(),
            author: None,
            subject: None,
            keywords: Vec::new(),
            created: at,
        },
        pages: vec![page],
        attachments: Vec::new(),
    };
    Ok(paper::to_pdf(&paper::lay_out(&document)?)?)
}

/// Where the marks stand: millimetres from the edges.
const INSET: f32 = 10.0;
const BLACK: Colour = Colour::rgb(0x11, 0x11, 0x11);
const THIN: f32 = 0.15;

pub(super) fn ruler(kind: &LicenceType, at: Timestamp) -> Result<Vec<u8>, LicenceError> {
    let (w, h) = (kind.paper.width_mm, kind.paper.height_mm);
    let mut page = Page::new(w, h);
    let line = |from, to| Item::Path(Path::line(from, to, BLACK, THIN));
    for x in [INSET, w - INSET] {
        for y in [INSET, h - INSET] {
            page.items.push(line((x - 5.0, y), (x + 5.0, y)));
            page.items.push(line((x, y - 5.0), (x, y + 5.0)));
        }
    }
    // A tick each millimetre, longer each five and ten, along both edges of the paper.
    for (length, flat) in [(w, true), (h, false)] {
        let mut at = 5_u16;
        while f32::from(at) <= length {
            let tick = match at {
                at if at % 10 == 0 => 4.0,
                at if at % 5 == 0 => 3.0,
                _ => 2.0,
            };
            let at_mm = f32::from(at);
            page.items.push(match flat {
                true => line((at_mm, 0.0), (at_mm, tick)),
                false => line((0.0, at_mm), (tick, at_mm)),
            });
            at += 1;
        }
    }
    let size = (h / 30.0).clamp(1.8, 4.0);
    let words = [
        "打印机校准页：按实际大小（100%）打印，不要“适合页面”。".to_owned(),
        format!("左上十字到纸的左边、上边各应为{INSET}毫米。"),
        "左右偏移 = 10 − 量得的左边距；上下偏移 = 10 − 量得的上边距。".to_owned(),
    ];
    for (line, words) in words.into_iter().enumerate() {
        let y = INSET + 8.0 + size * 1.8 * (line as f32 + 1.0);
        page.items.push(Item::Text(
            Text::new(words, INSET + 4.0, y, size).coloured(BLACK),
        ));
    }
    pdf(page, &format!("{}：打印机校准页", kind.type_name), at)
}
