//! The fonts. Two are shipped: one for common text, one for the rare ideographs of people's
//! names that the first lacks. An operator may add more after them.

use std::sync::{Arc, LazyLock, OnceLock};

use crate::Error;

// Kept small in the program, unpacked when first asked for.
static COMMON: LazyLock<Vec<u8>> =
    LazyLock::new(|| unpacked(include_bytes!("../assets/fonts/wqy-microhei.ttf.zst")));
static RARE: LazyLock<Vec<u8>> =
    LazyLock::new(|| unpacked(include_bytes!("../assets/fonts/noto-sans-sc-rare.ttf.zst")));
static SEAL: LazyLock<Vec<u8>> =
    LazyLock::new(|| unpacked(include_bytes!("../assets/fonts/noto-serif-sc-seal.otf.zst")));

fn unpacked(packed: &[u8]) -> Vec<u8> {
    zstd::decode_all(packed).expect("the shipped fonts are checked by a test")
}

static FACES: OnceLock<Vec<Face>> = OnceLock::new();
static SEAL_FACE: OnceLock<ttf_parser::Face<'static>> = OnceLock::new();

/// A font of this process; an index into [`shipped_and_installed`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FontId(pub(crate) u8);

impl FontId {
    /// Its place in the order of fallback, from 0.
    pub fn index(self) -> usize {
        self.0.into()
    }
}

/// A parsed TrueType font.
pub struct Face {
    data: &'static [u8],
    parsed: ttf_parser::Face<'static>,
    family: String,
    pdf: OnceLock<Option<krilla::text::Font>>,
}

impl Face {
    fn parse(data: &'static [u8]) -> Result<Self, Error> {
        let parsed =
            ttf_parser::Face::parse(data, 0).map_err(|error| Error::Font(error.to_string()))?;
        if parsed.tables().glyf.is_none() || parsed.is_variable() {
            return Err(Error::Font(
                "only static fonts with TrueType (glyf) outlines can be embedded".into(),
            ));
        }
        let family = parsed
            .names()
            .into_iter()
            .filter(|name| name.name_id == ttf_parser::name_id::FAMILY)
            .filter_map(|name| name.to_string())
            .find(|name| name.is_ascii() && !name.is_empty())
            .ok_or_else(|| Error::Font("no family name".into()))?;
        Ok(Self {
            data,
            parsed,
            family,
            pdf: OnceLock::new(),
        })
    }

    /// The whole font file.
    pub fn data(&self) -> &'static [u8] {
        self.data
    }

    /// The family name, ASCII.
    pub fn family(&self) -> &str {
        &self.family
    }

    /// Units of the em square.
    pub fn units_per_em(&self) -> u16 {
        self.parsed.units_per_em()
    }

    /// The glyph of a character.
    pub fn glyph(&self, character: char) -> Option<u16> {
        self.parsed
            .glyph_index(character)
            .map(|glyph| glyph.0)
            .filter(|glyph| *glyph != 0)
    }

    /// The advance of a glyph, in em.
    pub fn advance(&self, glyph: u16) -> f32 {
        let units = self
            .parsed
            .glyph_hor_advance(ttf_parser::GlyphId(glyph))
            .unwrap_or(0);
        f32::from(units) / f32::from(self.parsed.units_per_em())
    }

    /// The parsed font, for its outlines.
    pub fn parsed(&self) -> &ttf_parser::Face<'static> {
        &self.parsed
    }

    pub(crate) fn pdf(&self) -> Result<krilla::text::Font, Error> {
        self.pdf
            .get_or_init(|| krilla::text::Font::new(self.data.into(), 0))
            .clone()
            .ok_or_else(|| Error::Font(format!("{} cannot be embedded in PDF", self.family)))
    }
}

/// All fonts in the order of fallback.
pub fn shipped_and_installed() -> &'static [Face] {
    FACES.get_or_init(|| shipped().expect("the shipped fonts are checked by a test"))
}

/// A font by its id.
pub fn face(id: FontId) -> &'static Face {
    &shipped_and_installed()[id.index()]
}

/// Adds fonts after the shipped ones, for characters these lack. Each must be a static TrueType
/// font; its licence must allow embedding.
///
/// Must come before the first document: later it is [`Error::FontsInUse`].
pub fn install(files: Vec<Vec<u8>>) -> Result<(), Error> {
    let mut faces = shipped()?;
    if faces.len() + files.len() > usize::from(u8::MAX) {
        return Err(Error::Font("too many fonts".into()));
    }
    for file in files {
        // Fonts live as long as the process: every laid-out page refers to them.
        faces.push(Face::parse(Vec::leak(file))?);
    }
    FACES.set(faces).map_err(|_| Error::FontsInUse)
}

fn shipped() -> Result<Vec<Face>, Error> {
    Ok(vec![Face::parse(&COMMON)?, Face::parse(&RARE)?])
}

/// The first font that has the character.
pub(crate) fn find(character: char) -> Result<(FontId, u16), Error> {
    for (index, face) in shipped_and_installed().iter().enumerate() {
        if let Some(glyph) = face.glyph(character) {
            // `install` keeps the number of fonts below 256.
            return Ok((FontId(index as u8), glyph));
        }
    }
    Err(Error::NoGlyph(character))
}

/// Whether every character of a text can be drawn; the first that cannot is the error. Line breaks
/// and tabs are not drawn.
pub fn drawable(text: &str) -> Result<(), Error> {
    let mut drawn = text.chars().filter(|c| !c.is_control());
    drawn.try_for_each(|character| find(character).map(drop))
}

/// The bold Song (宋体) face that seals are cut in, also a stand-in for bold Song of foreign
/// documents. It is drawn, never embedded.
pub fn serif_bold() -> &'static ttf_parser::Face<'static> {
    SEAL_FACE.get_or_init(|| {
        ttf_parser::Face::parse(&SEAL, 0).expect("the shipped fonts are checked by a test")
    })
}

/// Our fonts for the text of SVG files.
pub(crate) fn for_svg() -> Arc<resvg::usvg::fontdb::Database> {
    static DATABASE: OnceLock<Arc<resvg::usvg::fontdb::Database>> = OnceLock::new();
    DATABASE
        .get_or_init(|| {
            let mut database = resvg::usvg::fontdb::Database::new();
            for face in shipped_and_installed() {
                database.load_font_source(resvg::usvg::fontdb::Source::Binary(Arc::new(face.data)));
            }
            let common = shipped_and_installed()[0].family();
            database.set_serif_family(common);
            database.set_sans_serif_family(common);
            database.set_monospace_family(common);
            Arc::new(database)
        })
        .clone()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_fonts_parse_and_have_families() {
        let faces = shipped().unwrap();
        assert_eq!(faces[0].family(), "WenQuanYi Micro Hei");
        assert_eq!(faces[1].family(), "Noto Sans CJK SC");
        assert!(serif_bold().glyph_index('局').is_some());
    }

    #[test]
    fn rare_name_characters_come_from_the_second_font() {
        for character in "䶮㵘𬭎㙓㐱㛃".chars() {
            assert_eq!(find(character).unwrap().0, FontId(1), "{character}");
        }
        assert_eq!(find('陈').unwrap().0, FontId(0));
    }

    #[test]
    fn a_character_that_no_font_has_is_named() {
        let error = find('\u{31350}').unwrap_err();
        assert_eq!(error, Error::NoGlyph('\u{31350}'));
        assert!(error.to_string().contains("U+31350"), "{error}");
    }

    #[test]
    fn fonts_with_cff_outlines_are_refused() {
        assert!(matches!(Face::parse(&SEAL), Err(Error::Font(_))));
    }

    #[test]
    fn fonts_cannot_be_added_once_in_use() {
        shipped_and_installed();
        assert_eq!(install(vec![COMMON.to_vec()]), Err(Error::FontsInUse));
    }
}
