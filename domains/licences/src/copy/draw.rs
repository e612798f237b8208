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
    r: 0xbc,
    g: 0xc8,
    b: 0xd6,
};

impl Mark {
    /// Behind the values: rows over the whole page, each begun at another place of the note, so
    /// that no part of the page can be cut out without it.
    pub fn behind(&self, page: &mut Page) {
        let (w, h) = (page.width, page.height);
        // A card has the same number of rows as a sheet, in smaller print.
        let step = (h / 9.0).max(5.0);
        let size = (step / 6.0).clamp(1.4, 5.0);
        let (left, width) = (w * 0.04, w * 0.92);
        // A Chinese character is as wide as it is high, everything else is narrower.
        let most = (width / size).floor().clamp(1.0, 500.0) as usize;
        let text = format!("加注件 {}　", self.note);
        let mut y = step * 0.7;
        let mut row = 0;
        while y < h - size * 2.5 {
            let begin = row * 11 % text.chars().count().max(1);
            let cut: String = text.chars().cycle().skip(begin).take(most).collect();
            let line = TextBox {
                colour: PALE,
                ..TextBox::new("watermark", cut.trim().to_owned())
                    .at(left, y, width)
                    .set(size, size * 1.2, 1)
            };
            page.items.push(Item::TextBox(line));
            y += step;
            row += 1;
        }
    }

    /// At the very foot, in red, below what frames the page.
    pub fn foot(&self, page: &mut Page) {
        let (w, h) = (page.width, page.height);
        let size = (h / 48.0).clamp(1.3, 4.0);
        let line = TextBox {
            align: Align::Centre,
            colour: Colour::RED,
            ..TextBox::new("note", format!("本件为电子证照加注件，{}", self.note))
                .at(w * 0.03, h - size * 0.3, w * 0.94)
                .set(size, size * 1.2, 1)
        };
        page.items.push(Item::TextBox(line));
    }
}
