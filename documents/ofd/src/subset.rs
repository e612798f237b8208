//! TrueType subsets for embedding: the used glyphs, renumbered, with a Unicode character map.
//!
//! The map matters: readers look glyphs up by character, and ready-made subsetters for PDF leave
//! it out.

use std::collections::BTreeMap;

use ttf_parser::{RawFace, Tag};

use crate::Error;

/// A font file with only the glyphs of a document.
pub(crate) struct Subset {
    pub file: Vec<u8>,
    /// From a glyph's index in the whole font to that in the subset.
    pub renumbered: BTreeMap<u16, u16>,
}

/// Makes the subset of a font for the given characters and their glyphs.
pub(crate) fn subset(
    data: &[u8],
    family: &str,
    characters: &BTreeMap<char, u16>,
) -> Result<Subset, Error> {
    build(data, family, characters).map_err(|reason| Error::Font(family.to_owned(), reason))
}

fn build(
    data: &[u8],
    family: &str,
    characters: &BTreeMap<char, u16>,
) -> Result<Subset, &'static str> {
    let font = RawFace::parse(data, 0).map_err(|_| "not a font")?;
    let table = |tag: &[u8; 4]| font.table(Tag::from_bytes(tag));
    let need = |tag: &[u8; 4]| table(tag).ok_or("a table is missing");
    let source = Source {
        glyf: need(b"glyf")?,
        loca: need(b"loca")?,
        long: u16_at(need(b"head")?, 50)? != 0,
        hmtx: need(b"hmtx")?,
        metrics: u16_at(need(b"hhea")?, 34)?,
    };

    let mut old: Vec<u16> = vec![0];
    old.extend(characters.values());
    source.add_components(&mut old)?;
    old.sort_unstable();
    old.dedup();
    let renumbered: BTreeMap<u16, u16> = old.iter().copied().zip(0..).collect();
    let count = u16::try_from(old.len()).map_err(|_| "too many glyphs")?;

    let mut glyf = Vec::new();
    let mut loca = vec![0_u8; 4];
    let mut hmtx = Vec::new();
    for &glyph in &old {
        source.copy_glyph(glyph, &renumbered, &mut glyf)?;
        glyf.resize(glyf.len().next_multiple_of(4), 0);
        loca.extend((glyf.len() as u32).to_be_bytes());
        source.copy_metric(glyph, &mut hmtx)?;
    }
    let mut head = need(b"head")?.to_vec();
    put_u32(&mut head, 8, 0)?;
    put_u16(&mut head, 50, 1)?;
    let mut hhea = need(b"hhea")?.to_vec();
    put_u16(&mut hhea, 34, count)?;
    let mut maxp = need(b"maxp")?.to_vec();
    put_u16(&mut maxp, 4, count)?;
    let mut post = vec![0, 3, 0, 0];
    post.extend(
        table(b"post")
            .and_then(|post| post.get(4..32))
            .unwrap_or(&[0; 28]),
    );

    let mut tables: Vec<([u8; 4], Vec<u8>)> = vec![
        (*b"cmap", character_map(characters, &renumbered)),
        (*b"glyf", glyf),
        (*b"head", head),
        (*b"hhea", hhea),
        (*b"hmtx", hmtx),
        (*b"loca", loca),
        (*b"maxp", maxp),
        (*b"name", names(family)),
        (*b"post", post),
    ];
    // Instructions of glyphs, where a font has any, need these.
    for tag in [b"OS/2", b"cvt ", b"fpgm", b"prep"] {
        if let Some(copied) = table(tag) {
            tables.push((*tag, copied.to_vec()));
        }
    }
    tables.sort_unstable_by_key(|(tag, _)| *tag);
    Ok(Subset {
        file: assemble(&tables),
        renumbered,
    })
}

struct Source<'a> {
    glyf: &'a [u8],
    loca: &'a [u8],
    long: bool,
    hmtx: &'a [u8],
    metrics: u16,
}

impl<'a> Source<'a> {
    fn outline(&self, glyph: u16) -> Result<&'a [u8], &'static str> {
        let at = |index: usize| -> Result<usize, &'static str> {
            if self.long {
                Ok(u32_at(self.loca, index * 4)? as usize)
            } else {
                Ok(usize::from(u16_at(self.loca, index * 2)?) * 2)
            }
        };
        let glyph = usize::from(glyph);
        self.glyf
            .get(at(glyph)?..at(glyph + 1)?)
            .ok_or("a glyph lies outside its table")
    }

    /// Adds the glyphs that composite glyphs are made of.
    fn add_components(&self, glyphs: &mut Vec<u16>) -> Result<(), &'static str> {
        let mut next = 0;
        while let Some(&glyph) = glyphs.get(next) {
            next += 1;
            for (_, component) in components(self.outline(glyph)?)? {
                if !glyphs.contains(&component) {
                    glyphs.push(component);
                }
            }
        }
        Ok(())
    }

    fn copy_glyph(
        &self,
        glyph: u16,
        renumbered: &BTreeMap<u16, u16>,
        out: &mut Vec<u8>,
    ) -> Result<(), &'static str> {
        let outline = self.outline(glyph)?;
        let start = out.len();
        out.extend_from_slice(outline);
        for (offset, component) in components(outline)? {
            let new = renumbered.get(&component).ok_or("a component is missing")?;
            put_u16(&mut out[start..], offset, *new)?;
        }
        Ok(())
    }

    fn copy_metric(&self, glyph: u16, out: &mut Vec<u8>) -> Result<(), &'static str> {
        let metrics = self.metrics.checked_sub(1).ok_or("no metrics")?;
        let advance = u16_at(self.hmtx, usize::from(glyph.min(metrics)) * 4)?;
        let bearing = if glyph <= metrics {
            u16_at(self.hmtx, usize::from(glyph) * 4 + 2)?
        } else {
            u16_at(
                self.hmtx,
                (usize::from(metrics) + 1) * 4 + usize::from(glyph - metrics - 1) * 2,
            )?
        };
        out.extend(advance.to_be_bytes());
        out.extend(bearing.to_be_bytes());
        Ok(())
    }
}

/// The components of a composite glyph: where in its data the index stands, and the index.
fn components(outline: &[u8]) -> Result<Vec<(usize, u16)>, &'static str> {
    const WORDS: u16 = 0x0001;
    const SCALE: u16 = 0x0008;
    const MORE: u16 = 0x0020;
    const TWO_SCALES: u16 = 0x0040;
    const MATRIX: u16 = 0x0080;
    let mut found = Vec::new();
    // A negative number of contours marks a composite glyph.
    if outline.is_empty() || u16_at(outline, 0)? < 0x8000 {
        return Ok(found);
    }
    let mut at = 10;
    loop {
        let flags = u16_at(outline, at)?;
        found.push((at + 2, u16_at(outline, at + 2)?));
        at += 4 + if flags & WORDS != 0 { 4 } else { 2 };
        at += match flags {
            f if f & SCALE != 0 => 2,
            f if f & TWO_SCALES != 0 => 4,
            f if f & MATRIX != 0 => 8,
            _ => 0,
        };
        if flags & MORE == 0 {
            return Ok(found);
        }
    }
}

/// Character maps in format 4, and 12 where a character lies beyond the basic plane.
fn character_map(characters: &BTreeMap<char, u16>, renumbered: &BTreeMap<u16, u16>) -> Vec<u8> {
    let mapped: Vec<(u32, u16)> = characters
        .iter()
        .filter_map(|(&c, glyph)| Some((u32::from(c), *renumbered.get(glyph)?)))
        .collect();
    let basic = basic_map(&mapped);
    let beyond = mapped.iter().any(|(point, _)| *point > 0xffff);
    let records: u16 = if beyond { 3 } else { 2 };
    let first = 4 + 8 * u32::from(records);
    let second = first + basic.len() as u32;
    let mut table = Vec::new();
    put(&mut table, &[0, records]);
    let mut record = |platform: u16, encoding: u16, offset: u32| {
        put(&mut table, &[platform, encoding]);
        table.extend(offset.to_be_bytes());
    };
    record(0, 3, first);
    record(3, 1, first);
    if beyond {
        record(3, 10, second);
    }
    table.extend(basic);
    if beyond {
        table.extend(full_map(&mapped));
    }
    table
}

fn basic_map(mapped: &[(u32, u16)]) -> Vec<u8> {
    // One segment for each stretch in which characters and glyphs rise together.
    let mut segments: Vec<(u16, u16, u16)> = Vec::new();
    for &(point, glyph) in mapped {
        let Ok(point) = u16::try_from(point) else {
            continue;
        };
        match segments.last_mut() {
            Some((start, end, first))
                if point == *end + 1
                    && u32::from(glyph) == u32::from(*first) + u32::from(point - *start) =>
            {
                *end = point;
            }
            _ => segments.push((point, point, glyph)),
        }
    }
    if segments.last().is_none_or(|(_, end, _)| *end != 0xffff) {
        segments.push((0xffff, 0xffff, 0));
    }
    let count = segments.len() as u16;
    let power = 15 - count.leading_zeros() as u16;
    let range = 2 << power;
    let mut table = Vec::new();
    put(
        &mut table,
        &[
            4,
            16 + 8 * count,
            0,
            2 * count,
            range,
            power,
            2 * count - range,
        ],
    );
    segments
        .iter()
        .for_each(|(_, end, _)| put(&mut table, &[*end]));
    put(&mut table, &[0]);
    segments
        .iter()
        .for_each(|(start, _, _)| put(&mut table, &[*start]));
    for (start, _, first) in &segments {
        // The closing segment maps to glyph 0.
        let delta = if *start == 0xffff {
            1
        } else {
            first.wrapping_sub(*start)
        };
        put(&mut table, &[delta]);
    }
    segments.iter().for_each(|_| put(&mut table, &[0]));
    table
}

fn full_map(mapped: &[(u32, u16)]) -> Vec<u8> {
    let mut table = Vec::new();
    put(&mut table, &[12, 0]);
    for value in [16 + 12 * mapped.len() as u32, 0, mapped.len() as u32] {
        table.extend(value.to_be_bytes());
    }
    for &(point, glyph) in mapped {
        for value in [point, point, u32::from(glyph)] {
            table.extend(value.to_be_bytes());
        }
    }
    table
}

/// The names a reader shows: family, style, full and PostScript name.
fn names(family: &str) -> Vec<u8> {
    let postscript: String = family.chars().filter(char::is_ascii_alphanumeric).collect();
    let texts = [(1, family), (2, "Regular"), (4, family), (6, &postscript)];
    let mut strings = Vec::new();
    let mut table = Vec::new();
    put(
        &mut table,
        &[0, texts.len() as u16, 6 + 12 * texts.len() as u16],
    );
    for (id, text) in texts {
        let offset = strings.len() as u16;
        for unit in text.encode_utf16() {
            strings.extend(unit.to_be_bytes());
        }
        let length = strings.len() as u16 - offset;
        // Windows, Unicode, English.
        put(&mut table, &[3, 1, 0x409, id, length, offset]);
    }
    table.extend(strings);
    table
}

/// Puts tables into a font file with its directory and checksums.
fn assemble(tables: &[([u8; 4], Vec<u8>)]) -> Vec<u8> {
    let count = tables.len() as u16;
    let power = 15 - count.leading_zeros() as u16;
    let range = 16 << power;
    let mut file = vec![0, 1, 0, 0];
    put(&mut file, &[count, range, power, 16 * count - range]);
    let mut offset = 12 + 16 * tables.len();
    for (tag, data) in tables {
        file.extend(tag);
        for value in [checksum(data), offset as u32, data.len() as u32] {
            file.extend(value.to_be_bytes());
        }
        offset += data.len().next_multiple_of(4);
    }
    let mut head_at = None;
    for (tag, data) in tables {
        if tag == b"head" {
            head_at = Some(file.len());
        }
        file.extend(data);
        file.resize(file.len().next_multiple_of(4), 0);
    }
    if let Some(head) = head_at {
        let adjustment = 0xb1b0_afba_u32.wrapping_sub(checksum(&file));
        file[head + 8..head + 12].copy_from_slice(&adjustment.to_be_bytes());
    }
    file
}

fn checksum(data: &[u8]) -> u32 {
    let mut words = data.chunks_exact(4);
    let mut sum = 0_u32;
    for word in &mut words {
        sum = sum.wrapping_add(u32::from_be_bytes([word[0], word[1], word[2], word[3]]));
    }
    let mut last = [0; 4];
    last[..words.remainder().len()].copy_from_slice(words.remainder());
    sum.wrapping_add(u32::from_be_bytes(last))
}

fn put(table: &mut Vec<u8>, values: &[u16]) {
    values
        .iter()
        .for_each(|value| table.extend(value.to_be_bytes()));
}

const SHORT: &str = "a table is too short";

fn u16_at(data: &[u8], at: usize) -> Result<u16, &'static str> {
    match data.get(at..at + 2) {
        Some(&[a, b]) => Ok(u16::from_be_bytes([a, b])),
        _ => Err(SHORT),
    }
}

fn u32_at(data: &[u8], at: usize) -> Result<u32, &'static str> {
    match data.get(at..at + 4) {
        Some(&[a, b, c, d]) => Ok(u32::from_be_bytes([a, b, c, d])),
        _ => Err(SHORT),
    }
}

fn put_u16(data: &mut [u8], at: usize, value: u16) -> Result<(), &'static str> {
    data.get_mut(at..at + 2)
        .ok_or(SHORT)?
        .copy_from_slice(&value.to_be_bytes());
    Ok(())
}

fn put_u32(data: &mut [u8], at: usize, value: u32) -> Result<(), &'static str> {
    data.get_mut(at..at + 4)
        .ok_or(SHORT)?
        .copy_from_slice(&value.to_be_bytes());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use ttf_parser::{Face, GlyphId, OutlineBuilder};

    #[derive(Default, PartialEq, Debug)]
    struct Drawn(Vec<(char, Vec<i32>)>);

    impl OutlineBuilder for Drawn {
        fn move_to(&mut self, x: f32, y: f32) {
            self.0.push(('M', vec![x as i32, y as i32]));
        }
        fn line_to(&mut self, x: f32, y: f32) {
            self.0.push(('L', vec![x as i32, y as i32]));
        }
        fn quad_to(&mut self, a: f32, b: f32, x: f32, y: f32) {
            self.0.push(('Q', [a, b, x, y].map(|v| v as i32).to_vec()));
        }
        fn curve_to(&mut self, _: f32, _: f32, _: f32, _: f32, _: f32, _: f32) {}
        fn close(&mut self) {
            self.0.push(('Z', vec![]));
        }
    }

    fn drawn(face: &Face, glyph: GlyphId) -> Drawn {
        let mut drawn = Drawn::default();
        face.outline_glyph(glyph, &mut drawn);
        drawn
    }

    #[test]
    fn a_subset_draws_each_character_as_the_whole_font_does() {
        let text = "云州市市场监督管理局 ABCabcé①。，（）0123456789韩𬭎䶮㐱";
        for face in paper::shipped_and_installed() {
            let characters: BTreeMap<char, u16> = text
                .chars()
                .filter_map(|c| Some((c, face.glyph(c)?)))
                .collect();
            assert!(!characters.is_empty());
            let subset = subset(face.data(), face.family(), &characters).unwrap();
            let whole = Face::parse(face.data(), 0).unwrap();
            let part = Face::parse(&subset.file, 0).unwrap();
            assert!(subset.file.len() < 60_000, "{}", subset.file.len());
            for (&c, &glyph) in &characters {
                let new = part
                    .glyph_index(c)
                    .unwrap_or_else(|| panic!("{c} is not mapped"));
                assert_eq!(new.0, subset.renumbered[&glyph]);
                assert_eq!(drawn(&part, new), drawn(&whole, GlyphId(glyph)), "{c}");
                assert_eq!(
                    part.glyph_hor_advance(new),
                    whole.glyph_hor_advance(GlyphId(glyph)),
                    "{c}"
                );
            }
            assert_eq!(part.glyph_index('龙'), None);
            assert_eq!(checksum(&subset.file), 0xb1b0_afba);
        }
    }

    #[test]
    fn neighbours_share_a_segment() {
        let all: BTreeMap<char, u16> = ('0'..='9').zip(5..).collect();
        let new: BTreeMap<u16, u16> = (5..15).zip(1..).collect();
        let table = character_map(&all, &new);
        // Header, two records, format 4 with two segments.
        assert_eq!(table.len(), 4 + 16 + 16 + 8 * 2);
    }

    #[test]
    fn a_broken_font_is_an_error() {
        assert!(subset(b"nonsense", "x", &BTreeMap::new()).is_err());
        let face = &paper::shipped_and_installed()[0];
        let characters = BTreeMap::from([('云', u16::MAX)]);
        assert!(subset(face.data(), "x", &characters).is_err());
    }
}
