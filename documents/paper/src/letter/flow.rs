//! Filling pages with indivisible pieces.

use std::rc::Rc;

use crate::{Item, Path, Segment};

/// An indivisible piece of the body: a line of text or a row of a table. Its items are placed
/// from its own upper edge.
#[derive(Clone, Debug)]
pub(super) struct Atom {
    pub height: f32,
    /// Blank above it, unless it begins a page.
    pub space: f32,
    pub items: Vec<Item>,
    /// Must stand on the same page as the next.
    pub keep: bool,
    /// Printed again above it when it begins a page.
    pub head: Option<Rc<Atom>>,
}

impl Atom {
    pub fn new(height: f32, items: Vec<Item>) -> Self {
        Self {
            height,
            space: 0.0,
            items,
            keep: false,
            head: None,
        }
    }
}

pub(super) struct Paginated {
    pub pages: Vec<Vec<Item>>,
    /// The upper edge of the signature on the last page.
    pub signature_top: f32,
}

/// Places the pieces from top to bottom, and the signature after the last.
///
/// The signature never stands on a page of its own: the last two pieces go with it, so that
/// nobody can lay a sealed page under another letter.
pub(super) fn paginate(
    atoms: Vec<Atom>,
    signature: Atom,
    first_top: f32,
    top: f32,
    bottom: f32,
) -> Paginated {
    let mut atoms = atoms;
    let count = atoms.len();
    for atom in atoms.iter_mut().skip(count.saturating_sub(2)) {
        atom.keep = true;
    }
    atoms.push(signature);
    let mut pages = vec![Vec::new()];
    let mut y = first_top;
    let mut begins_page = true;
    let mut signature_top = y;
    let mut rest = atoms.into_iter().peekable();
    let mut waiting: Vec<Atom> = Vec::new();
    while let Some(atom) = rest.next() {
        let held = atom.keep && rest.peek().is_some();
        waiting.push(atom);
        if held {
            continue;
        }
        let needed: f32 = waiting.iter().map(|a| a.space + a.height).sum();
        // What is higher than a whole page is not kept together but broken where it must.
        let together = needed <= bottom - top - head_height(&waiting[0]);
        if together && y + needed > bottom && !begins_page {
            new_page(&mut pages, &mut y, &mut begins_page, top);
        }
        for atom in waiting.drain(..) {
            let space = if begins_page { 0.0 } else { atom.space };
            if y + space + atom.height > bottom && !begins_page {
                new_page(&mut pages, &mut y, &mut begins_page, top);
            }
            let continued = begins_page && pages.len() > 1;
            if let Some(head) = atom.head.as_ref().filter(|_| continued) {
                place(&mut pages, head, y);
                y += head.height;
            }
            y += if begins_page { 0.0 } else { atom.space };
            place(&mut pages, &atom, y);
            signature_top = y;
            y += atom.height;
            begins_page = false;
        }
    }
    Paginated {
        pages,
        signature_top,
    }
}

fn head_height(atom: &Atom) -> f32 {
    atom.head.as_ref().map_or(0.0, |head| head.height)
}

fn new_page(pages: &mut Vec<Vec<Item>>, y: &mut f32, begins_page: &mut bool, top: f32) {
    pages.push(Vec::new());
    *y = top;
    *begins_page = true;
}

fn place(pages: &mut [Vec<Item>], atom: &Atom, y: f32) {
    if let Some(page) = pages.last_mut() {
        page.extend(atom.items.iter().map(|item| lowered(item, y)));
    }
}

fn lowered(item: &Item, by: f32) -> Item {
    let mut item = item.clone();
    match &mut item {
        Item::Text(it) => it.y += by,
        Item::TextBox(it) => it.y += by,
        Item::Picture(it) => it.y += by,
        Item::Qr(it) => it.y += by,
        Item::Path(it) => lower_path(it, by),
    }
    item
}

fn lower_path(path: &mut Path, by: f32) {
    for segment in &mut path.segments {
        match segment {
            Segment::Move(_, y) | Segment::Line(_, y) => *y += by,
            Segment::Curve(_, a, _, b, _, y) => {
                *a += by;
                *b += by;
                *y += by;
            }
            Segment::Close => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Text;

    fn line(name: &str) -> Atom {
        Atom::new(10.0, vec![Item::Text(Text::new(name, 0.0, 7.0, 5.0))])
    }

    fn paged(atoms: Vec<Atom>, signature: f32) -> Vec<String> {
        let sign = Atom::new(signature, vec![Item::Text(Text::new("署", 0.0, 7.0, 5.0))]);
        let pages = paginate(atoms, sign, 10.0, 10.0, 50.0).pages;
        let name = |item: &Item| match item {
            Item::Text(it) => it.content.clone(),
            _ => unreachable!(),
        };
        pages
            .iter()
            .map(|page| page.iter().map(name).collect())
            .collect()
    }

    #[test]
    fn pieces_fill_a_page_exactly() {
        assert_eq!(
            paged(
                "甲乙丙".chars().map(|c| line(&c.to_string())).collect(),
                10.0
            ),
            ["甲乙丙署"]
        );
    }

    #[test]
    fn the_signature_takes_two_pieces_along() {
        let atoms: Vec<_> = "甲乙丙丁".chars().map(|c| line(&c.to_string())).collect();
        assert_eq!(paged(atoms, 10.0), ["甲乙", "丙丁署"]);
    }

    #[test]
    fn a_heading_moves_to_what_it_heads() {
        let mut atoms: Vec<_> = "甲乙丙题丁戊己"
            .chars()
            .map(|c| line(&c.to_string()))
            .collect();
        atoms[3].keep = true;
        assert_eq!(paged(atoms, 10.0), ["甲乙丙", "题丁", "戊己署"]);
    }

    #[test]
    fn a_head_is_repeated_where_a_table_goes_on() {
        let head = Rc::new(line("头"));
        let mut atoms: Vec<_> = "头一二三四五"
            .chars()
            .map(|c| line(&c.to_string()))
            .collect();
        for atom in &mut atoms[1..] {
            atom.head = Some(head.clone());
        }
        assert_eq!(paged(atoms, 10.0), ["头一二三", "头四五署"]);
    }

    #[test]
    fn too_high_a_chain_is_broken() {
        let mut atoms: Vec<_> = "甲乙丙丁戊己"
            .chars()
            .map(|c| line(&c.to_string()))
            .collect();
        for atom in &mut atoms {
            atom.keep = true;
        }
        assert_eq!(paged(atoms, 10.0).concat(), "甲乙丙丁戊己署");
    }
}
