//! How much a page lies askew: lines of writing are sharpest along their own direction.

use image::GrayImage;

use crate::Picture;
use crate::measure::{darkness, small};

/// Width of the copy that is looked at: a tenth of a degree moves its margin by two pixels.
const WIDTH: u32 = 1_200;
/// Points looked at, at most.
const POINTS: usize = 60_000;
/// As far as it is looked for, in hundredths of a degree.
const FAR: i16 = 700;

/// By how many hundredths of a degree the page is to be turned to the left to lie straight; nothing
/// where no lines are found.
pub fn tilt(picture: &Picture) -> Option<i16> {
    let grey = small(picture, WIDTH);
    let points = edges(&grey);
    if points.len() < 200 {
        return None;
    }
    let reach = grey.width() + grey.height() * 2;
    let score = |hundredths: i16| sharpness(&points, hundredths, reach);
    let best = |from: i16, to: i16, step: usize| {
        let all = (from..=to).step_by(step).map(|at| (at, score(at)));
        all.max_by(|a, b| a.1.total_cmp(&b.1))
    };
    let (rough, sharp) = best(-FAR, FAR, 50)?;
    let (finer, _) = best(rough - 50, rough + 50, 10)?;
    let (found, sharpest) = best(finer - 10, finer + 10, 2)?;
    // A page without lines is as sharp one way as another.
    let all = (-FAR..=FAR).step_by(50).map(score);
    let mean = all.sum::<f64>() / f64::from(2 * FAR / 50 + 1);
    let clear = sharp.max(sharpest) > mean * 1.15;
    (clear && rough.abs() < FAR).then_some(found)
}

/// Points where dark begins below light: the upper edges of strokes.
fn edges(grey: &GrayImage) -> Vec<(f32, f32)> {
    let dark = darkness(grey);
    let is_dark = |x: u32, y: u32| grey.get_pixel_checked(x, y).is_some_and(|p| p.0[0] < dark);
    let (width, height) = grey.dimensions();
    // The rim of a scan is often black.
    let (rim_x, rim_y) = (width / 40, height / 40);
    let mut points = Vec::new();
    for y in rim_y.max(1)..height.saturating_sub(rim_y) {
        for x in rim_x..width.saturating_sub(rim_x) {
            if is_dark(x, y) && !is_dark(x, y - 1) {
                points.push((x as f32, y as f32));
            }
        }
    }
    let skip = points.len() / POINTS + 1;
    points.into_iter().step_by(skip).collect()
}

/// How much the points gather in lines that lie askew by so much.
fn sharpness(points: &[(f32, f32)], hundredths: i16, reach: u32) -> f64 {
    let (sin, cos) = (f32::from(hundredths) / 100.0).to_radians().sin_cos();
    let mut lines = vec![0_u32; reach as usize + 2];
    let off = reach as f32 / 4.0;
    for (x, y) in points {
        let at = y * cos - x * sin + off;
        if let Some(line) = lines.get_mut(at.max(0.0) as usize) {
            *line += 1;
        }
    }
    let square = |n: &u32| f64::from(*n) * f64::from(*n);
    lines.iter().map(square).sum()
}
