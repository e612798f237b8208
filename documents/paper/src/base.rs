//! Base pictures (底图): the SVG of a licence style becomes one full-page picture, and its plain
//! texts become text of the page, so that labels are sharp, searchable and read aloud.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use resvg::tiny_skia::{Pixmap, PremultipliedColorU8, Transform};
use resvg::usvg::roxmltree::{self, Node};
use resvg::usvg::{Options, Tree};

use crate::png_out::{self, Effort, Pixels};
use crate::{Align, Colour, Error, Picture, Text, fonts};

/// Base pictures kept. A platform has some hundred licence styles.
const KEPT: usize = 512;

/// A full-page picture and the texts that were lifted out of it.
#[derive(Clone, Debug)]
pub struct Base {
    /// Everything but the lifted texts.
    pub picture: Picture,
    /// The lifted texts, in millimetres of the page.
    pub labels: Vec<Text>,
}

type Key = (Box<str>, [u32; 3]);

/// The resolution that keeps a page of this size crisp and its picture small: 150 dpi for A3,
/// rising to 400 dpi for a card.
pub fn base_dpi(width_mm: f32, height_mm: f32) -> f32 {
    let longest = width_mm.max(height_mm).max(1.0);
    (2_480.0 / (longest / 25.4)).clamp(150.0, 400.0)
}

/// The base picture of a page. The result is kept: the same SVG at the same size is the same
/// [`Base`] (and the same [`Picture`]) as before.
///
/// Texts without transformation, styling by class, children or transparency are lifted; others
/// are drawn into the picture with our fonts. References to files and addresses are not followed.
pub fn base_picture(
    svg: &str,
    width_mm: f32,
    height_mm: f32,
    dpi: f32,
) -> Result<Arc<Base>, Error> {
    static CACHE: OnceLock<Mutex<HashMap<Key, Arc<Base>>>> = OnceLock::new();
    let cache = CACHE.get_or_init(Mutex::default);
    // The whole text is the key: equal digests would not prove equal pictures.
    let key = (svg.into(), [width_mm, height_mm, dpi].map(f32::to_bits));
    if let Some(base) = cache
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .get(&key)
    {
        return Ok(base.clone());
    }
    let base = Arc::new(draw(svg, width_mm, height_mm, dpi)?);
    let mut cache = cache.lock().unwrap_or_else(PoisonError::into_inner);
    if cache.len() >= KEPT {
        cache.clear();
    }
    // Two that drew it at once: the first one kept is the one everybody uses.
    Ok(cache.entry(key).or_insert(base).clone())
}

fn draw(svg: &str, width_mm: f32, height_mm: f32, dpi: f32) -> Result<Base, Error> {
    let sane = |mm: f32| (1.0..=1_200.0).contains(&mm);
    if !sane(width_mm) || !sane(height_mm) || !(36.0..=1_200.0).contains(&dpi) {
        return Err(Error::Measure(
            "a base picture needs a page size and 36 to 1200 dpi",
        ));
    }
    let (svg, labels) = lift_texts(svg, width_mm, height_mm)?;
    let mut options = Options {
        fontdb: fonts::for_svg(),
        dpi,
        ..Options::default()
    };
    options.font_family = fonts::shipped_and_installed()[0].family().to_owned();
    // A style comes from an agency's upload: it must not make us read files.
    options.image_href_resolver.resolve_string = Box::new(|_, _| None);
    let tree = Tree::from_str(&svg, &options).map_err(|error| Error::Svg(error.to_string()))?;
    let pixels = |mm: f32| ((mm / 25.4 * dpi).round() as u32).max(1);
    let (width, height) = (pixels(width_mm), pixels(height_mm));
    let mut pixmap =
        Pixmap::new(width, height).ok_or(Error::Measure("the base picture is too large"))?;
    pixmap.fill(resvg::tiny_skia::Color::WHITE);
    let scale = Transform::from_scale(
        width as f32 / tree.size().width(),
        height as f32 / tree.size().height(),
    );
    resvg::render(&tree, scale, &mut pixmap.as_mut());
    let png = encode(&pixmap, dpi)?;
    Ok(Base {
        picture: Picture::new(png)?,
        labels,
    })
}

/// A palette where 255 colours do, which is most base pictures; else true colour: many colours
/// mean a photograph or a gradient, which a palette would show in bands.
fn encode(pixmap: &Pixmap, dpi: f32) -> Result<Vec<u8>, Error> {
    let (width, height) = (pixmap.width(), pixmap.height());
    let rgb: Vec<u8>;
    let quantised = quantise(pixmap.pixels());
    let pixels = match &quantised {
        Some((indexes, palette)) => Pixels::Indexed(indexes, palette),
        None => {
            rgb = pixmap
                .pixels()
                .iter()
                .flat_map(|p| [p.red(), p.green(), p.blue()])
                .collect();
            Pixels::Rgb(&rgb)
        }
    };
    png_out::encode(width, height, pixels, Some(dpi), Effort::Best)
}

/// Merges colours that differ in their lowest bits until at most 255 are left; each keeps the
/// commonest of the merged colours, so that flat areas are exact. Gives an index for each pixel
/// and the palette, or nothing if there are more even at five bits a channel.
fn quantise(pixels: &[PremultipliedColorU8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let colour = |pixel: &PremultipliedColorU8| [pixel.red(), pixel.green(), pixel.blue()];
    // Drawings are mostly flat: stretches of one colour are looked up once.
    let stretches = || pixels.chunk_by(|a, b| colour(a) == colour(b));
    let mut counts: HashMap<[u8; 3], usize> = HashMap::new();
    for stretch in stretches() {
        *counts.entry(colour(&stretch[0])).or_default() += stretch.len();
    }
    for bits in 0..=3_u32 {
        let merged = |colour: [u8; 3]| colour.map(|channel| channel >> bits);
        let mut groups: HashMap<[u8; 3], ([u8; 3], usize)> = HashMap::new();
        for (&colour, &count) in &counts {
            let group = groups.entry(merged(colour)).or_insert((colour, count));
            if (count, colour) > (group.1, group.0) {
                *group = (colour, count);
            }
        }
        if groups.len() <= 255 {
            let mut ordered: Vec<_> = groups.into_iter().collect();
            ordered.sort_unstable();
            let index: HashMap<[u8; 3], u8> =
                ordered.iter().map(|(key, _)| *key).zip(0..).collect();
            let palette = ordered
                .iter()
                .flat_map(|(_, (colour, _))| *colour)
                .collect();
            let mut indexes = Vec::with_capacity(pixels.len());
            for stretch in stretches() {
                let found = index[&merged(colour(&stretch[0]))];
                indexes.resize(indexes.len() + stretch.len(), found);
            }
            return Some((indexes, palette));
        }
    }
    None
}

/// Takes plain texts out of the SVG and gives them in page millimetres.
fn lift_texts(svg: &str, width_mm: f32, height_mm: f32) -> Result<(String, Vec<Text>), Error> {
    let document =
        roxmltree::Document::parse(svg).map_err(|error| Error::Svg(error.to_string()))?;
    let root = document.root_element();
    let view: Vec<f32> = root
        .attribute("viewBox")
        .unwrap_or_default()
        .split([' ', ','])
        .filter_map(|part| part.parse().ok())
        .collect();
    let [left, top, width, height] = view[..] else {
        return Ok((svg.to_owned(), Vec::new()));
    };
    let scale = width_mm / width;
    // A picture that is stretched, or styled by rules, is drawn as a whole.
    let stretched = (height_mm / height / scale - 1.0).abs() > 0.005;
    let styled = document
        .descendants()
        .any(|node| node.has_tag_name((SVG, "style")));
    if !scale.is_finite() || scale <= 0.0 || stretched || styled {
        return Ok((svg.to_owned(), Vec::new()));
    }
    let mut rest = String::with_capacity(svg.len());
    let mut labels = Vec::new();
    let mut copied = 0;
    for node in root.children() {
        if let Some(mut text) = plain_text(node) {
            text.x = (text.x - left) * scale;
            text.y = (text.y - top) * scale;
            text.size *= scale;
            text.letter_spacing *= scale;
            if !text.content.is_empty() {
                labels.push(text);
            }
            rest.push_str(&svg[copied..node.range().start]);
            copied = node.range().end;
        }
    }
    rest.push_str(&svg[copied..]);
    Ok((rest, labels))
}

const SVG: &str = "http://www.w3.org/2000/svg";

/// The text of a `text` element that says no more than we can say ourselves.
fn plain_text(node: Node) -> Option<Text> {
    const KNOWN: [&str; 8] = [
        "x",
        "y",
        "font-size",
        "letter-spacing",
        "text-anchor",
        "fill",
        "font-family",
        "id",
    ];
    if !node.has_tag_name((SVG, "text"))
        || !node
            .attributes()
            .all(|attribute| KNOWN.contains(&attribute.name()))
        || !node.children().all(|child| child.is_text())
    {
        return None;
    }
    let number = |name: &str| node.attribute(name)?.trim().parse::<f32>().ok();
    let spacing = match node.attribute("letter-spacing") {
        None | Some("normal") => 0.0,
        Some(_) => number("letter-spacing")?,
    };
    let align = match node.attribute("text-anchor") {
        None | Some("start") => Align::Left,
        Some("middle") => Align::Centre,
        Some("end") => Align::Right,
        Some(_) => return None,
    };
    let colour = colour(node.attribute("fill").unwrap_or("#000"))?;
    let content: String = node.children().filter_map(|child| child.text()).collect();
    Some(Text {
        content: content.trim().to_owned(),
        x: number("x")?,
        y: number("y")?,
        size: number("font-size").filter(|size| *size > 0.0)?,
        colour,
        align,
        letter_spacing: spacing,
        stretch_to: None,
    })
}

/// `#rgb` or `#rrggbb`; a text in another notation is drawn into the picture.
fn colour(value: &str) -> Option<Colour> {
    let digits = value
        .trim()
        .strip_prefix('#')
        .filter(|digits| digits.is_ascii())?;
    let channel = |at: usize, len: usize| u8::from_str_radix(digits.get(at..at + len)?, 16).ok();
    match digits.len() {
        3 => Some(Colour::rgb(
            channel(0, 1)? * 17,
            channel(1, 1)? * 17,
            channel(2, 1)? * 17,
        )),
        6 => Some(Colour::rgb(channel(0, 2)?, channel(2, 2)?, channel(4, 2)?)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STYLE: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" width="200mm" height="100mm" viewBox="0 0 400 200">
<rect width="400" height="200" fill="#fffdf8"/><rect x="20" y="20" width="360" height="160" fill="none" stroke="#1f5a8c" stroke-width="4"/>
<text x="200" y="60" font-size="20" letter-spacing="5" text-anchor="middle" fill="#1f5a8c">食品经营许可证</text>
<text x="40" y="90" font-size="10" transform="rotate(-20 40 90)" fill="#b00">样本</text></svg>"##;

    #[test]
    fn plain_texts_are_lifted_and_others_drawn() {
        let base = base_picture(STYLE, 200.0, 100.0, 100.0).unwrap();
        assert_eq!(base.labels.len(), 1);
        let label = &base.labels[0];
        assert_eq!(label.content, "食品经营许可证");
        assert_eq!(
            (label.x, label.y, label.size, label.letter_spacing),
            (100.0, 30.0, 10.0, 2.5)
        );
        assert_eq!(label.colour, Colour::rgb(0x1f, 0x5a, 0x8c));
        let image = base.picture.decode().unwrap();
        assert_eq!(image.dimensions(), (787, 394));
        assert_eq!(image.get_pixel(2, 2).0, [0xff, 0xfd, 0xf8, 255]);
        let reddish = image
            .pixels()
            .filter(|p| p.0[0] > 150 && p.0[1] < 60)
            .count();
        assert!(reddish > 50, "the turned text is drawn: {reddish}");
    }

    #[test]
    fn the_same_style_is_the_same_picture() {
        let first = base_picture(STYLE, 200.0, 100.0, 90.0).unwrap();
        let again = base_picture(STYLE, 200.0, 100.0, 90.0).unwrap();
        let other = base_picture(STYLE, 200.0, 100.0, 91.0).unwrap();
        assert!(first.picture.is_same(&again.picture));
        assert!(!first.picture.is_same(&other.picture));
    }

    #[test]
    fn gradients_keep_their_colours() {
        let svg = r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100"><linearGradient id="g"><stop offset="0" stop-color="#f00"/><stop offset=".5" stop-color="#0f0"/><stop offset="1" stop-color="#00f"/></linearGradient><linearGradient id="h" x2="0" y2="1"><stop offset="0" stop-color="#fff" stop-opacity=".9"/><stop offset="1" stop-color="#000" stop-opacity=".9"/></linearGradient><rect width="100" height="100" fill="url(#g)"/><rect width="100" height="100" fill="url(#h)" opacity=".8"/></svg>"##;
        let base = base_picture(svg, 100.0, 100.0, 100.0).unwrap();
        let image = base.picture.decode().unwrap();
        let colours: std::collections::HashSet<_> = image.pixels().map(|p| p.0).collect();
        assert!(colours.len() > 1_000, "{}", colours.len());
    }

    #[test]
    fn files_are_not_read_and_nonsense_is_refused() {
        let svg = r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><image href="/etc/hostname" width="10" height="10"/></svg>"#;
        assert!(base_picture(svg, 10.0, 10.0, 100.0).is_ok());
        assert!(matches!(
            base_picture("<svg", 10.0, 10.0, 100.0),
            Err(Error::Svg(_))
        ));
        assert!(matches!(
            base_picture(svg, 0.0, 10.0, 100.0),
            Err(Error::Measure(_))
        ));
    }

    #[test]
    fn small_pages_get_finer_pictures() {
        assert_eq!(base_dpi(420.0, 297.0), 150.0);
        assert_eq!(base_dpi(85.6, 54.0), 400.0);
        assert!((base_dpi(210.0, 148.0) - 300.0).abs() < 1.0);
    }
}
