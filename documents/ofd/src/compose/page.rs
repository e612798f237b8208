//! The content of pages and template pages.

use std::fmt::Write;

use paper::{Colour, Glyph, GlyphRun, Laid, LaidItem, LaidPage, Path, Placed, Segment};

use super::number::{deltas, mm};
use super::resources::Resources;
use super::{HEADER, Ids, NAMESPACE};
use crate::xml::escape_into;

/// A page or template with its objects written.
pub(super) struct Written {
    pub id: u32,
    layer: u32,
    objects: String,
}

/// One template for each page that has a base picture. A reader draws the template of a page's
/// own number and no other, so every page up to the last with a base picture gets one.
pub(super) fn templates(laid: &Laid, resources: &Resources, ids: &mut Ids) -> Vec<Written> {
    let count = laid
        .pages
        .iter()
        .rposition(|page| page.base.is_some())
        .map_or(0, |last| last + 1);
    laid.pages[..count]
        .iter()
        .map(|page| {
            let mut written = Written {
                id: ids.next(),
                layer: ids.next(),
                objects: String::new(),
            };
            if let Some(base) = &page.base {
                let (width, height) = (page.width, page.height);
                let whole = Placed {
                    picture: base.clone(),
                    x: 0.0,
                    y: 0.0,
                    width,
                    height,
                };
                picture(&mut written.objects, &whole, resources, ids);
            }
            written
        })
        .collect()
}

/// The objects of a page, in paint order.
pub(super) fn page(page: &LaidPage, resources: &Resources, ids: &mut Ids) -> Written {
    let mut written = Written {
        id: ids.next(),
        layer: ids.next(),
        objects: String::with_capacity(page.items.len() * 256),
    };
    let out = &mut written.objects;
    for item in &page.items {
        match item {
            LaidItem::Run(it) => run(out, it, resources, ids),
            LaidItem::Path(it) => path(out, it, ids),
            LaidItem::Picture(it) => picture(out, it, resources, ids),
        }
    }
    written
}

/// The file of a page or template.
pub(super) fn content(page: &LaidPage, written: &Written, template: Option<u32>) -> Vec<u8> {
    let template = template.map_or(String::new(), |id| {
        format!("<ofd:Template TemplateID=\"{id}\" ZOrder=\"Background\"/>")
    });
    format!(
        "{HEADER}<ofd:Page {NAMESPACE}>{template}<ofd:Area><ofd:PhysicalBox>0 0 {} {}\
         </ofd:PhysicalBox></ofd:Area><ofd:Content><ofd:Layer ID=\"{}\" Type=\"Body\">{}\
         </ofd:Layer></ofd:Content></ofd:Page>",
        mm(page.width),
        mm(page.height),
        written.layer,
        written.objects,
    )
    .into_bytes()
}

/// Writing to a string cannot fail, and the macro wants its result used.
macro_rules! put {
    ($out:expr, $($rest:tt)*) => {
        let _ = write!($out, $($rest)*);
    };
}

/// Characters beyond the basic plane are objects of their own, because readers disagree on how
/// many steps they count in a longer text.
fn run(out: &mut String, run: &GlyphRun, resources: &Resources, ids: &mut Ids) {
    let mut x = run.x;
    let mut rest = run.glyphs.as_slice();
    while let Some(first) = rest.first() {
        let beyond = |glyph: &Glyph| u32::from(glyph.character) > 0xffff;
        let count = match beyond(first) {
            true => 1,
            false => rest.iter().position(beyond).unwrap_or(rest.len()),
        };
        let (glyphs, later) = rest.split_at(count);
        text(out, run, x, glyphs, resources, ids);
        x += glyphs.iter().map(|glyph| glyph.advance).sum::<f32>();
        rest = later;
    }
}

fn text(
    out: &mut String,
    run: &GlyphRun,
    mut x: f32,
    mut glyphs: &[Glyph],
    resources: &Resources,
    ids: &mut Ids,
) {
    // Readers strip blanks at the ends and would shift the rest.
    let blank = |glyph: &Glyph| glyph.character.is_whitespace();
    while let Some((first, rest)) = glyphs.split_first().filter(|(first, _)| blank(first)) {
        x += first.advance;
        glyphs = rest;
    }
    while let Some((_, rest)) = glyphs.split_last().filter(|(last, _)| blank(last)) {
        glyphs = rest;
    }
    let Some((last, leading)) = glyphs.split_last() else {
        return;
    };
    let size = run.size;
    // The boundary clips: it must hold every glyph, and those that reach outside their advance.
    let width = glyphs.iter().map(|glyph| glyph.advance).sum::<f32>() + size;
    put!(
        out,
        "<ofd:TextObject ID=\"{}\" Boundary=\"{} {} {} {}\" Font=\"{}\" Size=\"{}\">",
        ids.next(),
        mm(x),
        mm(run.y - size),
        mm(width),
        mm(size * 1.3),
        resources.font(run),
        mm(size),
    );
    colour(out, "FillColor", run.colour);
    if u32::from(last.character) > 0xffff {
        // Not every reader looks such a character up: say its glyph too, in UTF-16 units.
        put!(
            out,
            "<ofd:CGTransform CodePosition=\"0\" CodeCount=\"2\" GlyphCount=\"1\">\
             <ofd:Glyphs>{}</ofd:Glyphs></ofd:CGTransform>",
            resources.embedded_glyph(run.font, last.id),
        );
    }
    put!(out, "<ofd:TextCode X=\"0\" Y=\"{}\"", mm(size));
    if !leading.is_empty() {
        out.push_str(" DeltaX=\"");
        deltas(out, leading.iter().map(|glyph| glyph.advance));
        out.push('"');
    }
    out.push('>');
    for glyph in glyphs {
        escape_into(out, glyph.character.encode_utf8(&mut [0; 4]));
    }
    out.push_str("</ofd:TextCode></ofd:TextObject>");
}

fn colour(out: &mut String, name: &str, colour: Colour) {
    put!(
        out,
        "<ofd:{name} Value=\"{} {} {}\"/>",
        colour.r,
        colour.g,
        colour.b
    );
}

fn path(out: &mut String, path: &Path, ids: &mut Ids) {
    let Some((left, top, right, bottom)) = path.bounds() else {
        return;
    };
    if path.stroke.is_none() && path.fill.is_none() {
        return;
    }
    let half = path.stroke.map_or(0.0, |stroke| stroke.width / 2.0);
    let (x, y) = (left - half, top - half);
    put!(
        out,
        "<ofd:PathObject ID=\"{}\" Boundary=\"{} {} {} {}\" Stroke=\"{}\" Fill=\"{}\"",
        ids.next(),
        mm(x),
        mm(y),
        mm(right - left + 2.0 * half),
        mm(bottom - top + 2.0 * half),
        path.stroke.is_some(),
        path.fill.is_some(),
    );
    if let Some(stroke) = path.stroke {
        put!(out, " LineWidth=\"{}\"", mm(stroke.width));
    }
    out.push('>');
    if let Some(stroke) = path.stroke {
        colour(out, "StrokeColor", stroke.colour);
    }
    // A fill colour without Fill="true" fills nothing, but one reader draws lines in it.
    if let Some(fill) = path.fill.or(path.stroke.map(|stroke| stroke.colour)) {
        colour(out, "FillColor", fill);
    }
    out.push_str("<ofd:AbbreviatedData>");
    for (index, segment) in path.segments.iter().enumerate() {
        if index > 0 {
            out.push(' ');
        }
        match *segment {
            Segment::Move(a, b) => {
                put!(out, "M {} {}", mm(a - x), mm(b - y));
            }
            Segment::Line(a, b) => {
                put!(out, "L {} {}", mm(a - x), mm(b - y));
            }
            Segment::Curve(a, b, c, d, e, f) => {
                put!(
                    out,
                    "B {} {} {} {} {} {}",
                    mm(a - x),
                    mm(b - y),
                    mm(c - x),
                    mm(d - y),
                    mm(e - x),
                    mm(f - y)
                );
            }
            Segment::Close => out.push('C'),
        }
    }
    out.push_str("</ofd:AbbreviatedData></ofd:PathObject>");
}

fn picture(out: &mut String, placed: &Placed, resources: &Resources, ids: &mut Ids) {
    let (width, height) = (mm(placed.width), mm(placed.height));
    put!(
        out,
        "<ofd:ImageObject ID=\"{}\" Boundary=\"{} {} {width} {height}\" \
         CTM=\"{width} 0 0 {height} 0 0\" ResourceID=\"{}\"/>",
        ids.next(),
        mm(placed.x),
        mm(placed.y),
        resources.picture(&placed.picture),
    );
}
