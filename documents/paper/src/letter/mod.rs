//! Official letters (文书): notices, decisions, receipts on A4, page by page.
//!
//! What a letter says is data; this module decides where it stands: heading, title, red rule,
//! number, body in justified lines with two characters' indent, tables that repeat their head,
//! and the signature with room for the seal.

mod body;
mod flow;
mod signature;

use crate::{Align, Colour, Document, Error, Item, Meta, Page, Path, Text, TextBox};
use body::Setter;
use signature::signature;

/// An official letter.
#[derive(Clone, Debug, Default)]
pub struct Letter {
    /// What the file says about itself.
    pub meta: Meta,
    /// The agency that writes: heads the first page and signs.
    pub agency: String,
    /// Agencies that sign with it (联合行文), in their order; each with a seal of the same size.
    pub co_signers: Vec<String>,
    /// Stands before the personal name seal beside the agency's: `决定人：`; none for a letter
    /// without one.
    pub person: Option<String>,
    /// The title: `受理通知书`.
    pub title: String,
    /// The document number (文号), if it has one.
    pub number: Option<String>,
    /// Whom it is for; set flush left with a colon by the caller.
    pub addressee: Option<String>,
    /// The body.
    pub blocks: Vec<Block>,
    /// The date in words of the document: `2026年11月16日`.
    pub date_text: String,
    /// Diameter of the seal in millimetres; none for a letter that is not sealed.
    pub seal_mm: Option<f32>,
    /// What the QR code says, if there is one.
    pub qr: Option<String>,
    /// Stands below the QR code.
    pub qr_caption: String,
    /// Lines at the foot of every page: verification address and code.
    pub footer: Vec<String>,
}

/// A part of the body.
#[derive(Clone, Debug)]
pub enum Block {
    /// A heading of a part: `一、补正材料`. Never the last line of a page.
    Heading(String),
    /// A paragraph, indented by two characters.
    Paragraph(String),
    /// A ruled table of names and values.
    KeyValues(Vec<(String, String)>),
    /// A numbered list, such as of materials.
    List(Vec<String>),
    /// A ruled table with a head that is repeated on every page it reaches.
    Table {
        /// Heads and widths.
        columns: Vec<Column>,
        /// As many cells as columns in each.
        rows: Vec<Vec<String>>,
    },
}

/// A column of a [`Block::Table`].
#[derive(Clone, Debug)]
pub struct Column {
    /// Its head.
    pub title: String,
    /// Its share of the width, relative to the other columns.
    pub share: f32,
    /// How its cells are set.
    pub align: Align,
}

/// A letter on its pages.
#[derive(Clone, Debug)]
pub struct Composed {
    /// The pages.
    pub document: Document,
    /// Where the agency's seal goes, if the letter is sealed.
    pub seal: Option<Place>,
    /// Where the seals of those go who sign with it.
    pub co_seals: Vec<Place>,
    /// Where the personal name seal goes.
    pub person: Option<Place>,
    /// Where the QR code stands, if there is one.
    pub qr: Option<Place>,
}

/// A place on a page, millimetres.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// The page, from 0.
    pub page: usize,
    /// Left edge.
    pub x: f32,
    /// Upper edge.
    pub y: f32,
    /// Width.
    pub width: f32,
    /// Height.
    pub height: f32,
}

// Margins after GB/T 9704 (A4, text block 156 mm wide), with the foot a little lower to hold the
// lines of verification.
const LEFT: f32 = 28.0;
const WIDTH: f32 = 156.0;
const TOP: f32 = 32.0;
const BOTTOM: f32 = 266.0;
const BODY: f32 = 5.2;
const LEADING: f32 = 9.0;
const RULE_RED: Colour = Colour::rgb(0xbb, 0, 0);

/// Sets a letter on as many A4 pages as it needs.
pub fn letter(letter: &Letter) -> Result<Composed, Error> {
    let mut setter = Setter::default();
    if let Some(addressee) = &letter.addressee {
        setter.paragraph(addressee, 0.0)?;
    }
    for block in &letter.blocks {
        setter.block(block)?;
    }
    let (head, first_top) = head(letter);
    let signature = signature(letter)?;
    let mut pages = flow::paginate(setter.atoms, signature.atom, first_top, TOP, BOTTOM);
    if let Some(first) = pages.pages.first_mut() {
        first.splice(0..0, head);
    }
    let count = pages.pages.len();
    let document = Document {
        meta: letter.meta.clone(),
        pages: pages
            .pages
            .into_iter()
            .enumerate()
            .map(|(index, mut items)| {
                foot(letter, index, count, &mut items);
                Page {
                    items,
                    ..Page::a4()
                }
            })
            .collect(),
        attachments: Vec::new(),
    };
    let last = count - 1;
    let on_last = |place: Place| Place {
        page: last,
        y: place.y + pages.signature_top,
        ..place
    };
    Ok(Composed {
        document,
        seal: signature.seal.map(on_last),
        co_seals: signature.co_seals.into_iter().map(on_last).collect(),
        person: signature.person.map(on_last),
        qr: signature.qr.map(on_last),
    })
}

/// Agency, title, rule and number; and where the body begins below them.
fn head(letter: &Letter) -> (Vec<Item>, f32) {
    let centred = |name: &str, text: &str, y, size, lines| {
        let mut it = TextBox::new(name, text)
            .at(LEFT, y, WIDTH)
            .set(size, size * 1.45, lines);
        it.align = Align::Centre;
        Item::TextBox(it)
    };
    let mut items = vec![
        centred("机关名称", &letter.agency, 38.0, 6.4, 1),
        centred("标题", &letter.title, 51.0, 8.4, 1),
        Item::Path(Path::line(
            (LEFT, 57.5),
            (LEFT + WIDTH, 57.5),
            RULE_RED,
            0.6,
        )),
    ];
    let Some(number) = &letter.number else {
        return (items, 64.0);
    };
    let mut it = TextBox::new("文号", number)
        .at(LEFT, 66.5, WIDTH)
        .set(4.6, 6.0, 1);
    it.align = Align::Right;
    items.push(Item::TextBox(it));
    (items, 72.0)
}

fn foot(letter: &Letter, index: usize, count: usize, items: &mut Vec<Item>) {
    let grey = Colour::GREY;
    items.push(Item::Path(Path::line(
        (LEFT, 273.0),
        (LEFT + WIDTH, 273.0),
        grey,
        0.15,
    )));
    for (line, text) in letter.footer.iter().enumerate() {
        let y = 277.5 + 4.6 * line as f32;
        let mut it = TextBox::new("页脚", text.as_str())
            .at(LEFT, y, 122.0)
            .set(3.2, 4.6, 1);
        it.colour = grey;
        items.push(Item::TextBox(it));
    }
    let pages = format!("第{}页 共{count}页", index + 1);
    let number = Text::new(pages, LEFT + WIDTH, 277.5, 3.2)
        .coloured(grey)
        .aligned(Align::Right);
    items.push(Item::Text(number));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{LaidItem, lay_out};

    fn sample(blocks: Vec<Block>) -> Letter {
        Letter {
            agency: "云州市云东区市场监督管理局".into(),
            title: "受理通知书".into(),
            number: Some("云东市监受〔2026〕第00012号".into()),
            addressee: Some("云州云味轩餐饮管理有限公司：".into()),
            blocks,
            date_text: "2026年11月16日".into(),
            seal_mm: Some(42.0),
            qr: Some("https://zwfw.example/v/7f3a".into()),
            qr_caption: "扫码核验本文书".into(),
            footer: vec!["核验地址：https://zwfw.example/verify　核验码：7F3A-91C2".into()],
            ..Letter::default()
        }
    }

    fn paragraph(sentences: usize) -> Block {
        Block::Paragraph("你单位提出的食品经营许可申请，材料齐全，符合法定形式。".repeat(sentences))
    }

    fn lowest(composed: &Composed) -> Vec<f32> {
        let laid = lay_out(&composed.document).unwrap();
        laid.pages
            .iter()
            .map(|page| {
                page.items
                    .iter()
                    .filter_map(|item| match item {
                        // What stands in the foot of the page is not body.
                        LaidItem::Run(run) if run.y < 272.0 => Some(run.y),
                        _ => None,
                    })
                    .fold(0.0, f32::max)
            })
            .collect()
    }

    #[test]
    fn a_short_letter_is_one_page_with_room_for_its_seal() {
        let composed = letter(&sample(vec![paragraph(3)])).unwrap();
        assert_eq!(composed.document.pages.len(), 1);
        let seal = composed.seal.unwrap();
        assert_eq!((seal.page, seal.width, seal.height), (0, 42.0, 42.0));
        let laid = lay_out(&composed.document).unwrap();
        let run_of = |text: &str| {
            laid.pages[0]
                .items
                .iter()
                .filter_map(|item| match item {
                    LaidItem::Run(run) if run.text() == text => Some(run.clone()),
                    _ => None,
                })
                .next_back()
                .unwrap()
        };
        let date = run_of("2026年11月16日");
        // 骑年盖月: the seal covers the date, centred on it, and touches no line of the body.
        assert!(seal.y < date.y && date.y < seal.y + seal.height);
        assert!((date.x + date.width() / 2.0 - seal.x - seal.width / 2.0).abs() < 0.01);
        assert!(seal.x + seal.width <= 210.0 - 10.0);
        let agency = run_of("云州市云东区市场监督管理局");
        assert!(agency.y < date.y);
        let body = laid.pages[0].items.iter().filter_map(|item| match item {
            LaidItem::Run(run) if run.y < agency.y => Some(run.y),
            _ => None,
        });
        assert!(body.fold(0.0, f32::max) < seal.y);
    }

    /// GB/T 9704: each seal over its agency's name, in rows, none touching another or leaving the
    /// text block; the last one over the date too.
    #[test]
    fn agencies_that_sign_together_have_a_seal_each() {
        let names = [
            "云州市云东区消防救援大队",
            "云州市云东区城市管理局",
            "云州市住房和城乡建设局",
            "云州市云东区卫生健康局",
        ];
        for count in 1..=names.len() {
            let several = Letter {
                co_signers: names[..count].iter().map(|name| (*name).into()).collect(),
                person: Some("决定人：".into()),
                ..sample(vec![paragraph(3)])
            };
            let composed = letter(&several).unwrap();
            assert_eq!(composed.co_seals.len(), count);
            let person = composed.person.unwrap();
            let mut places = vec![composed.seal.unwrap(), person];
            places.extend(&composed.co_seals);
            for (at, a) in places.iter().enumerate() {
                assert!(a.x >= LEFT && a.x + a.width <= 200.0, "{a:?}");
                assert!(a.y + a.height <= 273.0, "{a:?}");
                for b in &places[at + 1..] {
                    let apart = a.x + a.width <= b.x
                        || b.x + b.width <= a.x
                        || a.y + a.height <= b.y
                        || b.y + b.height <= a.y;
                    assert!(apart || a.page != b.page, "{a:?} {b:?}");
                }
            }
            let laid = lay_out(&composed.document).unwrap();
            let runs = laid.pages.iter().flat_map(|page| &page.items);
            let middle = |text: &str| {
                let mut found = runs.clone().filter_map(|item| match item {
                    LaidItem::Run(run) if run.text() == text => Some(run.clone()),
                    _ => None,
                });
                let run = found.next_back().unwrap();
                (run.x + run.width() / 2.0, run.y)
            };
            for (name, seal) in names.iter().zip(&composed.co_seals) {
                let (x, y) = middle(name);
                assert!((x - seal.x - seal.width / 2.0).abs() < 0.1, "{name}");
                assert!(seal.y < y && y < seal.y + seal.height, "{name}");
            }
            let (_, date) = middle("2026年11月16日");
            let last = composed.co_seals.last().unwrap();
            assert!(last.y < date && date < last.y + last.height);
        }
        let crowd = Letter {
            co_signers: vec!["云州市数据局".into(); 9],
            ..sample(vec![paragraph(3)])
        };
        assert!(matches!(letter(&crowd), Err(Error::Measure(_))));
    }

    #[test]
    fn a_long_letter_flows_over_pages_and_never_signs_an_empty_one() {
        for sentences in 1..60 {
            let composed = letter(&sample(vec![paragraph(sentences)])).unwrap();
            let pages = composed.document.pages.len();
            assert_eq!(composed.seal.unwrap().page, pages - 1);
            for bottom in lowest(&composed) {
                assert!(bottom <= BOTTOM + 0.01, "{sentences}: {bottom}");
            }
            let seal = composed.seal.unwrap();
            assert!(seal.y + seal.height <= 273.0, "{sentences}: {seal:?}");
            if pages > 1 {
                // Two lines of the body at least come with the signature.
                let laid = lay_out(&composed.document).unwrap();
                let above = laid.pages[pages - 1].items.iter().filter(
                    |item| matches!(item, LaidItem::Run(run) if run.y < seal.y && run.size == BODY),
                );
                assert!(above.count() >= 2, "{sentences}");
            }
        }
    }

    #[test]
    fn a_table_repeats_its_head_on_each_page() {
        let columns =
            [("序号", 1.0), ("材料名称", 6.0), ("份数", 1.5)].map(|(title, share)| Column {
                title: title.into(),
                share,
                align: Align::Left,
            });
        let row = |n: usize| {
            vec![
                n.to_string(),
                "经营场所合法使用证明".to_string(),
                "1".into(),
            ]
        };
        let table = Block::Table {
            columns: columns.to_vec(),
            rows: (1..60).map(row).collect(),
        };
        let composed = letter(&sample(vec![table])).unwrap();
        let laid = lay_out(&composed.document).unwrap();
        assert!(laid.pages.len() >= 3);
        let heads = laid
            .pages
            .iter()
            .filter(|p| p.text().contains("材料名称"))
            .count();
        assert!(
            heads >= laid.pages.len() - 1,
            "{heads} of {}",
            laid.pages.len()
        );
        let all: String = laid.pages.iter().map(|page| page.text()).collect();
        assert_eq!(all.matches("经营场所合法使用证明").count(), 59);
    }

    #[test]
    fn a_cell_longer_than_a_page_is_continued() {
        let value = "许可内容".repeat(900);
        let letter_ = sample(vec![Block::KeyValues(vec![(
            "许可内容".into(),
            value.clone(),
        )])]);
        let composed = letter(&letter_).unwrap();
        assert!(composed.document.pages.len() > 1);
        let laid = lay_out(&composed.document).unwrap();
        let all: String = laid
            .pages
            .iter()
            .map(|page| page.text().replace('\n', ""))
            .collect();
        assert_eq!(all.matches("许可内容").count(), 901);
        for bottom in lowest(&composed) {
            assert!(bottom <= BOTTOM);
        }
    }

    #[test]
    fn rows_must_have_a_cell_for_each_column() {
        let columns = vec![Column {
            title: "序号".into(),
            share: 1.0,
            align: Align::Left,
        }];
        let table = Block::Table {
            columns,
            rows: vec![vec!["1".into(), "2".into()]],
        };
        assert!(matches!(
            letter(&sample(vec![table])),
            Err(Error::Measure(_))
        ));
    }

    #[test]
    fn every_page_says_its_number_and_how_to_verify() {
        let composed = letter(&sample(vec![paragraph(60)])).unwrap();
        let laid = lay_out(&composed.document).unwrap();
        let count = laid.pages.len();
        for (index, page) in laid.pages.iter().enumerate() {
            assert!(
                page.text()
                    .contains(&format!("第{}页 共{count}页", index + 1))
            );
            assert!(page.text().contains("核验码：7F3A-91C2"));
        }
    }
}
