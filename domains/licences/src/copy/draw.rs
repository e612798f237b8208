//! The watermark: the note all over the page, behind the values, and once more at its foot.

use paper::{Align, Colour, Item, Page, TextBox};

use crate::drawn::all_over;

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
    /// Behind the values.
    pub fn behind(&self, page: &mut Page) {
        all_over(page, &format!("加注件 {}　", self.note), PALE);
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
