//! From the blocks of a letter to lines and rows.

use std::rc::Rc;

use super::flow::Atom;
use super::{BODY, Block, Column, LEADING, LEFT, WIDTH};
use crate::wrap::{self, Line, Shaped};
use crate::{Align, Colour, Error, Item, Path, Text};

const CELL: f32 = 4.5;
const CELL_LEADING: f32 = 6.4;
const PAD: f32 = 2.0;
const RULE: f32 = 0.25;
const BELOW_TABLE: f32 = 3.0;
/// A row higher than this is divided at a page's end.
const HIGHEST_ROW: f32 = 80.0;

#[derive(Default)]
pub(super) struct Setter {
    pub atoms: Vec<Atom>,
    /// What was set last is a table.
    after_table: bool,
}

impl Setter {
    pub fn block(&mut self, block: &Block) -> Result<(), Error> {
        let first = self.atoms.len();
        self.set(block)?;
        if let Some(atom) = self.atoms.get_mut(first).filter(|_| self.after_table) {
            atom.space = atom.space.max(BELOW_TABLE);
        }
        self.after_table = matches!(block, Block::KeyValues(_) | Block::Table { .. });
        Ok(())
    }

    fn set(&mut self, block: &Block) -> Result<(), Error> {
        match block {
            Block::Heading(text) => {
                let first = self.atoms.len();
                self.paragraph(text, 2.0)?;
                for atom in &mut self.atoms[first..] {
                    atom.keep = true;
                }
                Ok(())
            }
            Block::Paragraph(text) => self.paragraph(text, 2.0),
            Block::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.paragraph(&format!("{}．{item}", index + 1), 2.0)?;
                }
                Ok(())
            }
            Block::KeyValues(pairs) => {
                let columns = [
                    (LEFT, 42.0, Align::Left),
                    (LEFT + 42.0, WIDTH - 42.0, Align::Left),
                ];
                let rows = pairs
                    .iter()
                    .map(|(name, value)| [name.as_str(), value.as_str()]);
                self.rows(&columns, rows, None)
            }
            Block::Table { columns, rows } => self.table(columns, rows),
        }
    }

    /// A paragraph in justified lines; its first and last two lines stay together.
    pub fn paragraph(&mut self, text: &str, indent: f32) -> Result<(), Error> {
        for part in text.split('\n') {
            let shaped = wrap::shape(part)?;
            let lines = wrap::break_lines(&shaped, WIDTH / BODY, indent);
            let count = lines.len();
            for (index, line) in lines.iter().enumerate() {
                let shift = if line.indented { indent * BODY } else { 0.0 };
                let mut it = Text::new(content(&shaped, line), LEFT + shift, 6.4, BODY);
                if !line.last {
                    it.stretch_to = Some(WIDTH - shift);
                }
                let mut atom = Atom::new(LEADING, vec![Item::Text(it)]);
                atom.keep = count > 1 && (index == 0 || index + 2 == count);
                self.atoms.push(atom);
            }
        }
        Ok(())
    }

    fn table(&mut self, columns: &[Column], rows: &[Vec<String>]) -> Result<(), Error> {
        let total: f32 = columns.iter().map(|column| column.share).sum();
        if columns.is_empty()
            || columns
                .iter()
                .any(|column| !column.share.is_finite() || column.share <= 0.0)
            || rows.iter().any(|row| row.len() != columns.len())
        {
            return Err(Error::Measure(
                "a table needs columns, and each row a cell for each",
            ));
        }
        let mut x = LEFT;
        let mut placed = Vec::with_capacity(columns.len());
        for column in columns {
            let width = WIDTH * column.share / total;
            placed.push((x, width, column.align));
            x += width;
        }
        let centred: Vec<_> = placed
            .iter()
            .map(|&(x, w, _)| (x, w, Align::Centre))
            .collect();
        let titles: Vec<&str> = columns.iter().map(|column| column.title.as_str()).collect();
        let first = self.atoms.len();
        self.rows(&centred, [titles], None)?;
        let head = Rc::new(Atom {
            space: 0.0,
            ..self.atoms[first].clone()
        });
        // A head alone at the foot of a page heads nothing.
        for atom in &mut self.atoms[first..] {
            atom.keep = true;
        }
        self.rows(
            &placed,
            rows.iter().map(|row| row.iter().map(String::as_str)),
            Some(head),
        )
    }

    fn rows<'a, R>(
        &mut self,
        columns: &[(f32, f32, Align)],
        rows: impl IntoIterator<Item = R>,
        head: Option<Rc<Atom>>,
    ) -> Result<(), Error>
    where
        R: IntoIterator<Item = &'a str>,
    {
        for (index, row) in rows.into_iter().enumerate() {
            let mut cells = Vec::with_capacity(columns.len());
            for (&(x, width, align), text) in columns.iter().zip(row) {
                cells.push(Cell::new(text, x, width, align)?);
            }
            let lines = cells
                .iter()
                .map(|cell| cell.lines.len())
                .max()
                .unwrap_or(0)
                .max(1);
            let space = if index == 0 && head.is_none() {
                2.0
            } else {
                0.0
            };
            let whole = lines as f32 * CELL_LEADING + 2.0 * PAD;
            // A row too high for one piece is cut into its lines.
            let step = if whole <= HIGHEST_ROW { lines } else { 1 };
            for start in (0..lines).step_by(step) {
                let slice = start..start + step;
                let (first, last) = (slice.start == 0, slice.end == lines);
                let above = if first { PAD } else { 0.0 };
                let below = if last { PAD } else { 0.0 };
                let height = above + slice.len() as f32 * CELL_LEADING + below;
                let mut items = borders(columns, height, first, last);
                for cell in &cells {
                    cell.draw(slice.clone(), lines, above, &mut items);
                }
                let mut atom = Atom::new(height, items);
                atom.head = head.clone();
                if first {
                    atom.space = space;
                }
                self.atoms.push(atom);
            }
        }
        Ok(())
    }
}

/// The rules around a row or a part of one.
fn borders(columns: &[(f32, f32, Align)], height: f32, top: bool, bottom: bool) -> Vec<Item> {
    let rule = |from, to| Item::Path(Path::line(from, to, Colour::BLACK, RULE));
    let mut items = Vec::new();
    let (left, right) = (LEFT, LEFT + WIDTH);
    if top {
        items.push(rule((left, 0.0), (right, 0.0)));
    }
    if bottom {
        items.push(rule((left, height), (right, height)));
    }
    for &(x, _, _) in columns {
        items.push(rule((x, 0.0), (x, height)));
    }
    items.push(rule((right, 0.0), (right, height)));
    items
}

/// A cell broken into lines.
struct Cell {
    shaped: Vec<Vec<Shaped>>,
    /// Paragraph and line.
    lines: Vec<(usize, Line)>,
    x: f32,
    width: f32,
    align: Align,
}

impl Cell {
    fn new(text: &str, x: f32, width: f32, align: Align) -> Result<Self, Error> {
        let inner = width - 2.0 * PAD;
        let shaped: Vec<_> = text
            .split('\n')
            .map(wrap::shape)
            .collect::<Result<_, _>>()?;
        let lines = shaped
            .iter()
            .enumerate()
            .flat_map(|(paragraph, shaped)| {
                let lines = wrap::break_lines(shaped, inner / CELL, 0.0);
                lines.into_iter().map(move |line| (paragraph, line))
            })
            .collect();
        Ok(Self {
            shaped,
            lines,
            x: x + PAD,
            width: inner,
            align,
        })
    }

    /// Draws those of its lines that fall into a slice of the row; a cell with fewer lines than
    /// the row is centred in its height.
    fn draw(
        &self,
        slice: std::ops::Range<usize>,
        row_lines: usize,
        above: f32,
        items: &mut Vec<Item>,
    ) {
        let whole = slice.len() == row_lines;
        let lower = if whole {
            (row_lines - self.lines.len()) as f32 / 2.0
        } else {
            0.0
        };
        let shown = self
            .lines
            .iter()
            .enumerate()
            .filter(|(index, _)| slice.contains(index));
        for (index, (paragraph, line)) in shown {
            let y = above + (index - slice.start) as f32 * CELL_LEADING;
            let y = y + lower * CELL_LEADING + CELL_LEADING * 0.5 + CELL * 0.36;
            let content = content(&self.shaped[*paragraph], line);
            let mut it = Text::new(content, self.x, y, CELL);
            match self.align {
                Align::Left => {}
                Align::Justify if line.last => {}
                Align::Justify => it.stretch_to = Some(self.width),
                Align::Centre => {
                    it.x += self.width / 2.0;
                    it.align = Align::Centre;
                }
                Align::Right => {
                    it.x += self.width;
                    it.align = Align::Right;
                }
            }
            items.push(Item::Text(it));
        }
    }
}

fn content(shaped: &[Shaped], line: &Line) -> String {
    shaped[line.range.clone()]
        .iter()
        .map(|s| s.character)
        .collect()
}
