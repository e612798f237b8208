//! The watermark: the note all over the page, behind the values, and once more at its foot.

use paper::{Align, Colour, Item, Page, TextBox};

/// What the page of a copy says beside the licence.
#[derive(Clone, Debug)]
pub(crate) struct Mark {
    /// 「仅供××办理××使用，他用无效，有效期至×年×月×日」
    pub note: String,
}

/// Light enough to be read through.
const PALE: Colour = Colour {
    r: 0xc9,
    g: 0xd3,
    b: 0xde,
};

impl Mark {
    /// Behind the values: rows over the whole page, every other one begun further right, so that
    /// no part of the page can be cut out without it.
    pub fn behind(&self, page: &mut Page) {
        let (w, h) = (page.width, page.height);
        // A card has the same number of rows as a sheet, in smaller print.
        let step = (h / 9.0).max(5.0);
        let size = (step / 6.0).clamp(1.4, 5.0);
        let text = format!("加注件 {}", self.note);
        let mut y = step * 0.7;
        let mut row = 0;
        while y < h - size * 2.5 {
            let left = if row % 2 == 0 { 0.04 } else { 0.16 } * w;
            let line = TextBox {
                colour: PALE,
                ..TextBox::new("watermark", text.clone())
                    .at(left, y, w * 0.8)
                    .set(size, size * 1.2, 1)
            };
            page.items.push(Item::TextBox(line));
            y += step;
            row += 1;
        }
    }

    /// At the foot, in red.
    pub fn foot(&self, page: &mut Page) {
        let (w, h) = (page.width, page.height);
        let size = (h / 60.0).clamp(1.5, 4.2);
        let line = TextBox {
            align: Align::Centre,
            colour: Colour::RED,
            ..TextBox::new("note", format!("本件为电子证照加注件，{}", self.note))
                .at(w * 0.03, h - size * 1.1, w * 0.94)
                .set(size, size * 1.2, 1)
        };
        page.items.push(Item::TextBox(line));
    }
}
