//! The square seal of a person (名章), as legal representatives and officials use it.

use resvg::tiny_skia::{PathBuilder, Pixmap, Rect, Stroke, Transform};

use super::{CINNABAR, Cut, canvas, characters, finish};
use crate::raster::paint;
use crate::{Error, Picture};

/// A person's square seal: the name in columns from right to left within a frame.
#[derive(Clone, Debug)]
pub struct Personal {
    /// The person's name.
    pub name: String,
    /// Edge length in millimetres, usually 18 to 25.
    pub edge_mm: f32,
    /// Resolution.
    pub dpi: f32,
}

/// Draws the impression. A name of two characters is completed by 之印, one of three by 印, as
/// seals are; the point in a name of several parts is left out.
pub fn personal(seal: &Personal) -> Result<Picture, Error> {
    if !(10.0..=40.0).contains(&seal.edge_mm) {
        return Err(Error::Measure("a personal seal is 10 to 40 mm wide"));
    }
    let mut name = characters(&seal.name);
    name.retain(|c| !matches!(c, '·' | '•' | '．' | '.'));
    match name.len() {
        0 => return Err(Error::Measure("a seal needs the person's name")),
        1 => name.extend("印".chars()),
        2 => name.extend("之印".chars()),
        3 => name.extend("印".chars()),
        4..=24 => {}
        characters => {
            return Err(Error::DoesNotFit {
                name: "名章姓名".into(),
                characters,
                lines: 1,
            });
        }
    }
    let cuts: Vec<Cut> = name.into_iter().map(Cut::new).collect::<Result<_, _>>()?;
    let mut canvas = canvas(seal.edge_mm, seal.edge_mm, seal.dpi)?.0;
    let edge = canvas.width() as f32;
    let frame = edge * 0.055;
    draw_frame(&mut canvas, edge, frame);
    let inner = edge - 2.0 * frame - 0.09 * edge;
    let origin = (edge - inner) / 2.0;
    let columns = (cuts.len() as f32).sqrt().ceil() as usize;
    let width = inner / columns as f32;
    let mut rest = cuts.as_slice();
    for column in 0..columns {
        // The first columns, at the right, take what does not divide evenly.
        let (these, later) = rest.split_at(rest.len().div_ceil(columns - column));
        rest = later;
        let left = origin + (columns - 1 - column) as f32 * width;
        let height = inner / these.len() as f32;
        for (row, cut) in these.iter().enumerate() {
            fill_cell(
                &mut canvas,
                cut,
                left,
                origin + row as f32 * height,
                width,
                height,
            );
        }
    }
    finish(&canvas, seal.dpi)
}

fn draw_frame(canvas: &mut Pixmap, edge: f32, width: f32) {
    let half = width / 2.0;
    let Some(square) = Rect::from_ltrb(half, half, edge - half, edge - half) else {
        return;
    };
    let stroke = Stroke {
        width,
        ..Stroke::default()
    };
    let path = PathBuilder::from_rect(square);
    canvas.stroke_path(
        &path,
        &paint(CINNABAR),
        &stroke,
        Transform::identity(),
        None,
    );
}

/// Seal script fills its field: the ink is stretched to nearly the whole cell.
fn fill_cell(canvas: &mut Pixmap, cut: &Cut, left: f32, top: f32, width: f32, height: f32) {
    const FILLED: f32 = 0.92;
    let (ink_width, ink_height, ink_x, ink_y) = cut.ink();
    // Flat or thin characters keep a part of their em, or 一 would become a bar.
    let across = width * FILLED / ink_width.max(0.62);
    let down = height * FILLED / ink_height.max(0.62);
    let place = Transform::from_row(
        across,
        0.0,
        0.0,
        down,
        left + width / 2.0 - ink_x * across,
        top + height / 2.0 - ink_y * down,
    );
    cut.stamp(canvas, place);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seal(name: &str) -> Result<Picture, Error> {
        personal(&Personal {
            name: name.into(),
            edge_mm: 20.0,
            dpi: 300.0,
        })
    }

    #[test]
    fn short_names_are_completed() {
        let inked = |name: &str| {
            let image = seal(name).unwrap().decode().unwrap();
            assert_eq!(image.dimensions(), (236, 236));
            assert_eq!(
                image.get_pixel(3, 3).0,
                [0xdc, 0x14, 0x14, 255],
                "the frame"
            );
            // The four quarters all carry ink inside the frame.
            for (left, top) in [(25, 25), (125, 25), (25, 125), (125, 125)] {
                let ink = (left..left + 85)
                    .flat_map(|x| (top..top + 85).map(move |y| (x, y)))
                    .filter(|&(x, y)| image.get_pixel(x, y).0[3] > 128)
                    .count();
                assert!(ink > 400, "{name} {left} {top}: {ink}");
            }
        };
        inked("陈䶮");
        inked("陈㛃文");
        inked("欧阳海云");
    }

    #[test]
    fn the_point_of_a_name_in_parts_is_left_out() {
        assert_eq!(
            seal("阿依·古丽").unwrap().bytes(),
            seal("阿依古丽").unwrap().bytes()
        );
    }

    #[test]
    fn an_empty_or_endless_name_is_refused() {
        assert!(matches!(seal("·"), Err(Error::Measure(_))));
        assert!(matches!(
            seal(&"长".repeat(30)),
            Err(Error::DoesNotFit { .. })
        ));
    }
}
