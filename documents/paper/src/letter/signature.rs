//! Who signs a letter: names, date, QR code, and where the seals go (GB/T 9704, 7.3.5).

use super::flow::Atom;
use super::{BODY, LEADING, LEFT, Letter, Place, WIDTH};
use crate::{Align, Colour, Error, Item, Qr, Text, TextBox};

/// Width of the QR code.
const QR: f32 = 27.0;
/// A personal name seal is a square of this size.
const PERSON: f32 = 20.0;
/// Agencies that can sign together: more do not fit on a page.
const CO_SIGNERS: usize = 7;

pub(super) struct Signature {
    pub atom: Atom,
    pub seal: Option<Place>,
    pub co_seals: Vec<Place>,
    pub person: Option<Place>,
    pub qr: Option<Place>,
}

fn width(text: &str) -> Result<f32, Error> {
    let shaped = crate::wrap::shape(text)?;
    Ok(shaped.iter().map(|s| s.advance).sum::<f32>() * BODY)
}

/// A name on its axis.
fn name(text: &str, axis: f32, y: f32, width: f32) -> Item {
    let mut name = TextBox::new("署名", text)
        .at(axis - width / 2.0 - 1.0, y, width + 2.0)
        .set(BODY, LEADING, 1);
    name.align = Align::Centre;
    Item::TextBox(name)
}

/// The agency's name and the date on one axis at the right, the seal over both (骑年盖月), the
/// QR code at the left. Where several sign, they stand above in rows of two in their order, and the
/// last has the date.
pub(super) fn signature(letter: &Letter) -> Result<Signature, Error> {
    let seal_mm = letter.seal_mm.unwrap_or(0.0);
    if !(0.0..=60.0).contains(&seal_mm) {
        return Err(Error::Measure("a seal is up to 60 mm wide"));
    }
    if letter.co_signers.len() > CO_SIGNERS {
        return Err(Error::Measure("at most eight agencies sign together"));
    }
    let mut above: Vec<&str> = vec![&letter.agency];
    above.extend(letter.co_signers.iter().map(String::as_str));
    let last = above.pop().unwrap_or_default();
    // The seal must not touch the body, and its centre lies just below the agency's baseline.
    let from_top = if seal_mm > 0.0 { seal_mm / 2.0 } else { 14.0 };
    let last_width = width(last)?.min(WIDTH);
    let widest = last_width.max(width(&letter.date_text)?);
    let axis = (LEFT + WIDTH - BODY * 2.0 - widest / 2.0).min(210.0 - 14.0 - seal_mm / 2.0);
    let axis = axis.max(LEFT + widest / 2.0);
    let mut items = Vec::new();
    let mut seals = Vec::new();
    let seal = |axis: f32, agency_y: f32| Place {
        page: 0,
        x: axis - seal_mm / 2.0,
        y: agency_y + 2.0 - seal_mm / 2.0,
        width: seal_mm,
        height: seal_mm,
    };

    // Two columns as wide as half of the text block; one that is over stands at the right.
    let half = WIDTH / 2.0;
    let [left, right] = [LEFT + half / 2.0, LEFT + half * 1.5];
    let row_height = (seal_mm + 4.0).max(LEADING * 2.0);
    let mut top = 0.0;
    for row in above.chunks(2) {
        let axes: &[f32] = if row.len() == 2 {
            &[left, right]
        } else {
            &[right]
        };
        for (text, axis) in row.iter().zip(axes) {
            let y = top + from_top;
            items.push(name(text, *axis, y, width(text)?.min(half - 4.0)));
            seals.push(seal(*axis, y));
        }
        top += row_height;
    }

    let agency_y = top + from_top;
    let date_y = agency_y + LEADING;
    items.push(name(last, axis, agency_y, last_width));
    let date = Text::new(letter.date_text.as_str(), axis, date_y, BODY).aligned(Align::Centre);
    items.push(Item::Text(date));
    seals.push(seal(axis, agency_y));
    let mut height = (date_y + 4.0).max(agency_y + 2.0 + seal_mm / 2.0);
    let mut person = None;
    if let Some(caption) = &letter.person {
        let words = width(caption)?;
        // Left of the seal below the name, or in a line of its own where that is taken.
        let beside = axis - seal_mm / 2.0 - 4.0 - PERSON;
        let (x, y) = match beside - words >= LEFT + QR + 2.0 {
            true => (beside, agency_y + 3.5),
            false => (LEFT + words, height.max(top + 6.0 + QR + 9.0) + 2.0),
        };
        let baseline = y + PERSON / 2.0 + BODY / 3.0;
        items.push(Item::Text(
            Text::new(caption.as_str(), x, baseline, BODY).aligned(Align::Right),
        ));
        person = Some(Place {
            page: 0,
            x,
            y,
            width: PERSON,
            height: PERSON,
        });
        height = height.max(y + PERSON);
    }
    let mut qr = None;
    if let Some(content) = &letter.qr {
        let y = top + 6.0;
        items.push(Item::Qr(Qr {
            content: content.clone(),
            x: LEFT,
            y,
            size: QR,
        }));
        qr = Some(Place {
            page: 0,
            x: LEFT,
            y,
            width: QR,
            height: QR,
        });
        if !letter.qr_caption.is_empty() {
            let mut caption = TextBox::new("二维码说明", letter.qr_caption.as_str())
                .at(LEFT, y + QR + 3.4, QR)
                .set(3.0, 4.0, 2);
            caption.align = Align::Centre;
            caption.colour = Colour::GREY;
            items.push(Item::TextBox(caption));
        }
        height = height.max(y + QR + 9.0);
    }
    let sealed = seal_mm > 0.0;
    let mut seals = seals.into_iter().filter(|_| sealed);
    Ok(Signature {
        atom: Atom {
            space: 4.0,
            ..Atom::new(height, items)
        },
        seal: seals.next(),
        co_seals: seals.collect(),
        person,
        qr,
    })
}
