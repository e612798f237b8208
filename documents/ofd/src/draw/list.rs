//! The display list: what a page shows, in its order, with nothing left to look up. Both the SVG
//! and the PNG are made from it, so they show the same.

use std::sync::Arc;

use super::geometry::{Matrix, Rect, Segment, Shape};
use super::picture::Picture;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Rgba {
    pub r: u8,
    pub g: u8,
    pub b: u8,
    /// 0 to 1.
    pub a: f32,
}

impl Rgba {
    pub const BLACK: Self = Self {
        r: 0,
        g: 0,
        b: 0,
        a: 1.0,
    };
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Gradient {
    pub kind: GradientKind,
    /// Position 0 to 1, rising, and colour; before the first and after the last it stays.
    pub stops: Vec<(f32, Rgba)>,
    /// From the gradient's coordinates to those of the shape it fills.
    pub matrix: Matrix,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum GradientKind {
    Axial {
        from: (f64, f64),
        to: (f64, f64),
    },
    Radial {
        from: (f64, f64),
        from_radius: f64,
        to: (f64, f64),
        to_radius: f64,
    },
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Paint {
    Solid(Rgba),
    /// In the coordinates of the shape.
    Gradient(Arc<Gradient>),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Rule {
    NonZero,
    EvenOdd,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Cap {
    Butt,
    Round,
    Square,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Join {
    Miter,
    Round,
    Bevel,
}

/// A line, in the coordinates of its shape.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Pen {
    pub width: f64,
    pub cap: Cap,
    pub join: Join,
    pub miter: f64,
    pub dashes: Vec<f32>,
    pub offset: f32,
}

pub(crate) type ShapeId = usize;

/// A shape in its place: `matrix` leads to the coordinates of the list's view.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Placed {
    pub shape: ShapeId,
    pub matrix: Matrix,
    pub rule: Rule,
}

#[derive(Clone, Debug)]
pub(crate) enum Item {
    Fill {
        at: Placed,
        paint: Paint,
    },
    Stroke {
        at: Placed,
        pen: Pen,
        paint: Paint,
    },
    /// A picture on the unit square.
    Picture {
        picture: usize,
        matrix: Matrix,
        alpha: f32,
    },
    Group(Group),
}

/// Items drawn as one: through all its clips, each the union of its shapes, and with one
/// transparency.
#[derive(Clone, Debug)]
pub(crate) struct Group {
    pub clips: Vec<Vec<Placed>>,
    pub alpha: f32,
    /// Where the items stand; they may be shared by the repetitions of a pattern.
    pub matrix: Matrix,
    pub items: Arc<Vec<Item>>,
    /// The box around what is seen of it, outside its matrix; known once, because patterns hold
    /// patterns.
    around: Rect,
    /// How many items are drawn for it, those of its groups included.
    pub weight: usize,
}

pub(crate) struct List {
    /// The page in millimetres.
    pub view: Rect,
    pub shapes: Vec<Shape>,
    /// With the names they are told by.
    pub pictures: Vec<(String, Arc<Picture>)>,
    pub items: Vec<Item>,
}

impl List {
    pub fn new(view: Rect) -> Self {
        Self {
            view,
            shapes: Vec::new(),
            pictures: Vec::new(),
            items: Vec::new(),
        }
    }

    pub fn shape(&mut self, segments: Vec<Segment>) -> ShapeId {
        self.shapes.push(Shape::new(segments));
        self.shapes.len() - 1
    }

    /// Items as one.
    pub fn group(
        &self,
        clips: Vec<Vec<Placed>>,
        alpha: f32,
        matrix: Matrix,
        items: Arc<Vec<Item>>,
    ) -> Group {
        let clipped = |around: Rect, clip: &Vec<Placed>| around.intersect(self.clip_bounds(clip));
        let around = clips.iter().fold(self.all_bounds(&items), clipped);
        Group {
            around: around.mapped(matrix),
            weight: weight(&items),
            clips,
            alpha,
            matrix,
            items,
        }
    }

    /// Takes the items of another list in.
    pub fn absorb(&mut self, other: List) -> Arc<Vec<Item>> {
        let (shapes, pictures) = (self.shapes.len(), self.pictures.len());
        self.shapes.extend(other.shapes);
        self.pictures.extend(other.pictures);
        let items = other.items.into_iter();
        Arc::new(items.map(|item| shifted(item, shapes, pictures)).collect())
    }

    fn placed(&self, at: &Placed) -> Rect {
        self.shapes[at.shape].bounds.mapped(at.matrix)
    }

    /// The union of the shapes of one clip.
    pub fn clip_bounds(&self, clip: &[Placed]) -> Rect {
        let union = |around: Rect, at: &Placed| around.union(self.placed(at));
        clip.iter().fold(Rect::EMPTY, union)
    }

    /// The box around an item; a little too large where a line has corners.
    pub fn bounds(&self, item: &Item) -> Rect {
        match item {
            Item::Fill { at, .. } => self.placed(at),
            Item::Stroke { at, pen, .. } => {
                let shape = &self.shapes[at.shape];
                let corners = match pen.join {
                    _ if shape.is_level => 1.0,
                    Join::Miter => pen.miter.clamp(1.5, 4.0),
                    Join::Round | Join::Bevel => 1.5,
                };
                let by = pen.width / 2.0 * corners;
                shape.bounds.grown(by).mapped(at.matrix)
            }
            Item::Picture { matrix, .. } => Rect::new(0.0, 0.0, 1.0, 1.0).mapped(*matrix),
            Item::Group(group) => group.around,
        }
    }

    pub fn all_bounds(&self, items: &[Item]) -> Rect {
        let union = |around: Rect, item: &Item| around.union(self.bounds(item));
        items.iter().fold(Rect::EMPTY, union)
    }
}

/// How many items are drawn for these.
pub(crate) fn weight(items: &[Item]) -> usize {
    let of = |item: &Item| match item {
        Item::Group(group) => group.weight.saturating_add(1),
        _ => 1,
    };
    items.iter().map(of).fold(0, usize::saturating_add)
}

/// An item whose shapes and pictures moved to higher numbers.
fn shifted(item: Item, shapes: usize, pictures: usize) -> Item {
    let moved = |mut at: Placed| {
        at.shape += shapes;
        at
    };
    match item {
        Item::Fill { at, paint } => Item::Fill {
            at: moved(at),
            paint,
        },
        Item::Stroke { at, pen, paint } => Item::Stroke {
            at: moved(at),
            pen,
            paint,
        },
        Item::Picture {
            picture,
            matrix,
            alpha,
        } => Item::Picture {
            picture: picture + pictures,
            matrix,
            alpha,
        },
        Item::Group(group) => {
            let clips = group.clips.into_iter();
            let items = group.items.iter().cloned();
            Item::Group(Group {
                clips: clips
                    .map(|clip| clip.into_iter().map(moved).collect())
                    .collect(),
                items: Arc::new(items.map(|item| shifted(item, shapes, pictures)).collect()),
                ..group
            })
        }
    }
}

impl Item {
    /// Makes it so much more transparent.
    pub fn fade(&mut self, by: f32) {
        let fade = |paint: &mut Paint| match paint {
            Paint::Solid(colour) => colour.a *= by,
            Paint::Gradient(gradient) => {
                let gradient = Arc::make_mut(gradient);
                gradient
                    .stops
                    .iter_mut()
                    .for_each(|(_, colour)| colour.a *= by);
            }
        };
        match self {
            Item::Fill { paint, .. } | Item::Stroke { paint, .. } => fade(paint),
            Item::Picture { alpha, .. } => *alpha *= by,
            Item::Group(group) => group.alpha *= by,
        }
    }
}
