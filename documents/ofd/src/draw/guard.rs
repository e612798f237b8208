//! Guards against fonts built to hang their reader: composite glyphs that contain one another,
//! and CFF subroutines that call one another, multiply with every level. Each glyph is walked
//! once with bounded fuel before it is drawn.

use ttf_parser::{Face, Tag};

/// Parts of one composite glyph, all levels together.
const MOST_COMPONENTS: u32 = 256;
/// Steps of one CFF glyph, all subroutines together.
const MOST_STEPS: u32 = 100_000;
const DEEPEST: u32 = 10;

fn u16_at(data: &[u8], at: usize) -> Option<u16> {
    let bytes = data.get(at..at.checked_add(2)?)?;
    Some(u16::from_be_bytes([bytes[0], bytes[1]]))
}

/// Whether a TrueType glyph is made of a bearable number of parts.
pub(crate) fn glyf_is_bearable(face: &Face, glyph: u16) -> bool {
    let table = |name| face.raw_face().table(Tag::from_bytes(name));
    let (Some(head), Some(loca), Some(glyf)) = (table(b"head"), table(b"loca"), table(b"glyf"))
    else {
        return false;
    };
    let long = u16_at(head, 50) == Some(1);
    let place = |glyph: u16| -> Option<&[u8]> {
        let at = |n: usize| -> Option<usize> {
            if long {
                let (high, low) = (u16_at(loca, n * 4)?, u16_at(loca, n * 4 + 2)?);
                Some((usize::from(high) << 16) | usize::from(low))
            } else {
                Some(usize::from(u16_at(loca, n * 2)?) * 2)
            }
        };
        glyf.get(at(glyph.into())?..at(usize::from(glyph) + 1)?)
    };
    let mut fuel = MOST_COMPONENTS;
    fn walk<'a>(
        glyph: u16,
        depth: u32,
        fuel: &mut u32,
        place: &impl Fn(u16) -> Option<&'a [u8]>,
    ) -> bool {
        if depth > DEEPEST || *fuel == 0 {
            return false;
        }
        *fuel -= 1;
        // What is not there is not drawn.
        let Some(data) = place(glyph).filter(|data| data.len() > 10) else {
            return true;
        };
        if data[0] & 0x80 == 0 {
            return true;
        }
        let mut at = 10;
        loop {
            let (Some(flags), Some(part)) = (u16_at(data, at), u16_at(data, at + 2)) else {
                return true;
            };
            if !walk(part, depth + 1, fuel, place) {
                return false;
            }
            at += 4 + if flags & 1 != 0 { 4 } else { 2 };
            at += match flags {
                f if f & 0x08 != 0 => 2,
                f if f & 0x40 != 0 => 4,
                f if f & 0x80 != 0 => 8,
                _ => 0,
            };
            if flags & 0x20 == 0 {
                return true;
            }
        }
    }
    walk(glyph, 0, &mut fuel, &place)
}

/// A list of byte strings in a CFF font.
#[derive(Clone, Copy, Default)]
struct Index<'a> {
    data: &'a [u8],
    count: usize,
    width: usize,
}

impl<'a> Index<'a> {
    /// The index at `at`, and where it ends.
    fn parse(font: &'a [u8], at: usize) -> Option<(Self, usize)> {
        let count = usize::from(u16_at(font, at)?);
        if count == 0 {
            return Some((Self::default(), at + 2));
        }
        let width = usize::from(*font.get(at + 2)?);
        if !(1..=4).contains(&width) {
            return None;
        }
        let index = Self {
            data: font.get(at + 3..)?,
            count,
            width,
        };
        let end = (count + 1) * width + index.offset(count)? - 1;
        Some((index, at + 3 + end))
    }

    fn offset(&self, n: usize) -> Option<usize> {
        let at = n * self.width;
        let bytes = self.data.get(at..at + self.width)?;
        Some(bytes.iter().fold(0, |sum, b| (sum << 8) | usize::from(*b)))
    }

    fn get(&self, n: usize) -> Option<&'a [u8]> {
        if n >= self.count {
            return None;
        }
        let start = (self.count + 1) * self.width;
        let from = (start + self.offset(n)?).checked_sub(1)?;
        let to = (start + self.offset(n + 1)?).checked_sub(1)?;
        self.data.get(from..to)
    }
}

/// The operands of an operator in a DICT; 12 nn is 1200 + nn.
fn dict(data: &[u8], wanted: u16) -> Option<Vec<usize>> {
    let mut operands = Vec::new();
    let mut at = 0;
    while let Some(&byte) = data.get(at) {
        at += 1;
        match byte {
            0..=21 => {
                let mut operator = u16::from(byte);
                if byte == 12 {
                    operator = 1200 + u16::from(*data.get(at)?);
                    at += 1;
                }
                if operator == wanted {
                    return Some(operands);
                }
                operands.clear();
            }
            28 => {
                operands.push(usize::from(u16_at(data, at)?));
                at += 2;
            }
            29 => {
                let (high, low) = (u16_at(data, at)?, u16_at(data, at + 2)?);
                operands.push((usize::from(high) << 16) | usize::from(low));
                at += 4;
            }
            30 => {
                while data.get(at)? & 0x0f != 0x0f && data.get(at)? >> 4 != 0x0f {
                    at += 1;
                }
                at += 1;
                operands.push(0);
            }
            32..=246 => operands.push(usize::from(byte).saturating_sub(139)),
            247..=250 => {
                let low = usize::from(*data.get(at)?);
                operands.push((usize::from(byte) - 247) * 256 + low + 108);
                at += 1;
            }
            251..=254 => {
                operands.push(0);
                at += 1;
            }
            _ => {}
        }
    }
    None
}

/// Where the glyphs and subroutines of a CFF font are.
pub(crate) struct CffGuard<'a> {
    glyphs: Index<'a>,
    global: Index<'a>,
    /// Subroutines of each font dictionary, and which glyph has which.
    local: Vec<Index<'a>>,
    select: Option<&'a [u8]>,
}

impl<'a> CffGuard<'a> {
    pub fn new(font: &'a [u8]) -> Option<Self> {
        let (_, at) = Index::parse(font, usize::from(*font.get(2)?))?;
        let (top, at) = Index::parse(font, at)?;
        let (_, at) = Index::parse(font, at)?;
        let (global, _) = Index::parse(font, at)?;
        let top = top.get(0)?;
        let glyphs = *dict(top, 17)?.last()?;
        let (glyphs, _) = Index::parse(font, glyphs)?;
        let subroutines = |dictionary: &[u8]| -> Index<'a> {
            let find = || {
                let [size, start] = dict(dictionary, 18)?[..] else {
                    return None;
                };
                let private = font.get(start..start.checked_add(size)?)?;
                let offset = *dict(private, 19)?.last()?;
                Some(Index::parse(font, start.checked_add(offset)?)?.0)
            };
            find().unwrap_or_default()
        };
        let mut local = Vec::new();
        let mut select = None;
        match dict(top, 1236).and_then(|operands| operands.last().copied()) {
            Some(array) => {
                let (dictionaries, _) = Index::parse(font, array)?;
                for n in 0..dictionaries.count.min(256) {
                    local.push(subroutines(dictionaries.get(n)?));
                }
                select = font.get(*dict(top, 1237)?.last()?..);
            }
            None => local.push(subroutines(top)),
        }
        Some(Self {
            glyphs,
            global,
            local,
            select,
        })
    }

    /// Whether a glyph is drawn in a bearable number of steps.
    pub fn is_bearable(&self, glyph: u16) -> bool {
        let Some(code) = self.glyphs.get(glyph.into()) else {
            return false;
        };
        let local = self.dictionary(glyph).and_then(|n| self.local.get(n));
        let mut walk = Walk {
            global: self.global,
            local: local.copied().unwrap_or_default(),
            stack: Vec::new(),
            stems: 0,
            fuel: MOST_STEPS,
            ended: false,
        };
        walk.run(code, 0).is_some()
    }

    fn dictionary(&self, glyph: u16) -> Option<usize> {
        let Some(select) = self.select else {
            return Some(0);
        };
        match select.first()? {
            0 => select.get(1 + usize::from(glyph)).map(|n| usize::from(*n)),
            3 => {
                let ranges = usize::from(u16_at(select, 1)?);
                (0..ranges)
                    .find(|n| u16_at(select, 6 + n * 3).is_none_or(|next| glyph < next))
                    .and_then(|n| select.get(5 + n * 3))
                    .map(|n| usize::from(*n))
            }
            _ => None,
        }
    }
}

struct Walk<'a> {
    global: Index<'a>,
    local: Index<'a>,
    stack: Vec<i32>,
    stems: usize,
    fuel: u32,
    ended: bool,
}

impl<'a> Walk<'a> {
    fn run(&mut self, code: &'a [u8], depth: u32) -> Option<()> {
        let mut at = 0;
        while let Some(&byte) = code.get(at) {
            self.fuel = self.fuel.checked_sub(1)?;
            at += 1;
            match byte {
                1 | 3 | 18 | 23 => {
                    self.stems += self.stack.len() / 2;
                    self.stack.clear();
                }
                19 | 20 => {
                    self.stems += self.stack.len() / 2;
                    self.stack.clear();
                    at += self.stems.div_ceil(8);
                }
                10 => self.call(self.local, depth)?,
                29 => self.call(self.global, depth)?,
                11 => return Some(()),
                14 => {
                    self.ended = true;
                    // With four operands it would put two other glyphs together.
                    return (self.stack.len() < 4).then_some(());
                }
                12 => {
                    at += 1;
                    self.stack.clear();
                }
                28 => {
                    self.push(i32::from(u16_at(code, at)? as i16))?;
                    at += 2;
                }
                32..=246 => self.push(i32::from(byte) - 139)?,
                247..=250 => {
                    let low = i32::from(*code.get(at)?);
                    self.push((i32::from(byte) - 247) * 256 + low + 108)?;
                    at += 1;
                }
                251..=254 => {
                    let low = i32::from(*code.get(at)?);
                    self.push(-(i32::from(byte) - 251) * 256 - low - 108)?;
                    at += 1;
                }
                255 => {
                    self.push(i32::from(u16_at(code, at)? as i16))?;
                    at += 4;
                }
                _ => self.stack.clear(),
            }
            if self.ended {
                return Some(());
            }
        }
        Some(())
    }

    fn push(&mut self, value: i32) -> Option<()> {
        self.stack.push(value);
        (self.stack.len() <= 48).then_some(())
    }

    fn call(&mut self, routines: Index<'a>, depth: u32) -> Option<()> {
        let bias = match routines.count {
            0..1240 => 107,
            1240..33900 => 1131,
            _ => 32768,
        };
        let number = usize::try_from(self.stack.pop()? + bias).ok()?;
        if depth >= DEEPEST {
            return None;
        }
        self.run(routines.get(number)?, depth + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_glyphs_of_our_own_fonts_are_bearable() {
        let faces = paper::shipped_and_installed();
        for character in "食品经营许可证ABCgé䶮".chars() {
            let face = faces.iter().find(|f| f.glyph(character).is_some()).unwrap();
            let glyph = face.glyph(character).unwrap();
            assert!(glyf_is_bearable(face.parsed(), glyph), "{character}");
        }
        let serif = paper::serif_bold();
        let guard = CffGuard::new(serif.raw_face().table(Tag::from_bytes(b"CFF ")).unwrap());
        let guard = guard.unwrap();
        for glyph in (1..serif.number_of_glyphs()).step_by(7) {
            assert!(guard.is_bearable(glyph), "{glyph}");
        }
    }

    /// A font of global subroutines each of which calls the next `fan` times.
    fn bomb(levels: u8, fan: usize) -> Vec<u8> {
        let index = |entries: &[Vec<u8>]| {
            let mut out = (entries.len() as u16).to_be_bytes().to_vec();
            if !entries.is_empty() {
                out.push(4);
                let mut at = 1u32;
                out.extend(at.to_be_bytes());
                for entry in entries {
                    at += entry.len() as u32;
                    out.extend(at.to_be_bytes());
                }
            }
            entries.iter().for_each(|entry| out.extend(entry));
            out
        };
        let call = |n: u8| vec![n + 139 - 107, 29];
        let routines: Vec<Vec<u8>> = (0..levels)
            .map(|n| {
                if n + 1 < levels {
                    call(n + 1).repeat(fan)
                } else {
                    vec![11]
                }
            })
            .collect();
        let header = vec![1, 0, 4, 4];
        let name = index(&[b"x".to_vec()]);
        let strings = index(&[]);
        let global = index(&routines);
        // The top dictionary is nine bytes of entry in an index of fifteen.
        let top_length = 2 + 1 + 8 + 6;
        let at = header.len() + name.len() + top_length + strings.len() + global.len();
        let mut top = vec![29];
        top.extend((at as u32).to_be_bytes());
        top.push(17);
        let glyphs = index(&[call(0)]);
        [header, name, index(&[top]), strings, global, glyphs].concat()
    }

    #[test]
    fn subroutines_that_multiply_are_noticed() {
        assert!(CffGuard::new(&bomb(3, 10)).unwrap().is_bearable(0));
        assert!(!CffGuard::new(&bomb(9, 100)).unwrap().is_bearable(0));
        assert!(!CffGuard::new(&bomb(3, 10)).unwrap().is_bearable(1));
    }

    #[test]
    fn nonsense_is_no_font() {
        let serif = paper::serif_bold()
            .raw_face()
            .table(Tag::from_bytes(b"CFF "))
            .unwrap();
        for length in 0..200 {
            if let Some(guard) = CffGuard::new(&serif[..length]) {
                guard.is_bearable(3);
            }
        }
    }
}
