//! The registers that rows are compared with.

use std::borrow::Cow;
use std::hash::{BuildHasher, RandomState};

/// What a register says of a holder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder<'a> {
    pub id: Cow<'a, str>,
    pub name: Cow<'a, str>,
    /// `normal`, `cancelled`, `deceased` or another word of the register.
    pub state: Cow<'a, str>,
}

/// How many holders fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Match<'a> {
    None,
    One(Holder<'a>),
    Several(usize),
}

/// A register that could not be asked.
#[derive(Debug, thiserror::Error)]
#[error("基础库查询失败：{0}")]
pub struct RegisterError(pub String);

/// Population and legal persons, asked by type of identity (`111`, `001`).
pub trait Registers {
    /// The holder of that number.
    fn by_id(&self, id_type: &str, id: &str) -> Result<Option<Holder<'_>>, RegisterError>;

    /// The holders of that name whose number has 18 characters and begins with these 17.
    fn by_name_and_stem(
        &self,
        id_type: &str,
        name: &str,
        stem: &str,
    ) -> Result<Match<'_>, RegisterError>;
}

const STEM: usize = 17;
const FREE: u32 = u32::MAX;

#[derive(Clone, Copy)]
struct Entry {
    start: u32,
    id: u8,
    name: u16,
    id_type: u8,
    state: u8,
}

/// An extract of the registers in memory: about 70 bytes an entry, of which there may be millions.
pub struct BaseLibrary {
    text: String,
    entries: Vec<Entry>,
    /// Open addressing over the first 17 characters of the number, so that one index answers both
    /// questions.
    table: Vec<u32>,
    words: Vec<String>,
    hasher: RandomState,
}

impl Default for BaseLibrary {
    fn default() -> Self {
        Self {
            text: String::new(),
            entries: Vec::new(),
            table: vec![FREE; 16],
            words: Vec::new(),
            hasher: RandomState::new(),
        }
    }
}

impl BaseLibrary {
    /// Adds a holder. A later entry of the same number replaces the earlier one: extracts are
    /// written oldest first. The error is an extract beyond 4 GB, or a text beyond all measure.
    pub fn add(
        &mut self,
        id_type: &str,
        id: &str,
        name: &str,
        state: &str,
    ) -> Result<(), RegisterError> {
        let too_much = |_| RegisterError("数据超出容量".into());
        let entry = Entry {
            start: u32::try_from(self.text.len()).map_err(too_much)?,
            id: u8::try_from(id.len()).map_err(too_much)?,
            name: u16::try_from(name.len()).map_err(too_much)?,
            id_type: self.word(id_type)?,
            state: self.word(state)?,
        };
        if let Some(slot) = self.find(entry.id_type, id) {
            self.text.push_str(id);
            self.text.push_str(name);
            if let Some(old) = self.entries.get_mut(slot) {
                *old = entry;
            }
            return Ok(());
        }
        if (self.entries.len() + 1) * 3 > self.table.len() * 2 {
            self.grow();
        }
        let at = u32::try_from(self.entries.len()).map_err(too_much)?;
        self.text.push_str(id);
        self.text.push_str(name);
        self.entries.push(entry);
        self.place(at, stem(id).to_owned().as_str());
        Ok(())
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    fn word(&mut self, word: &str) -> Result<u8, RegisterError> {
        let at = match self.words.iter().position(|w| w == word) {
            Some(at) => at,
            None => {
                self.words.push(word.to_owned());
                self.words.len() - 1
            }
        };
        u8::try_from(at).map_err(|_| RegisterError("状态或类型过多".into()))
    }

    fn grow(&mut self) {
        let size = self.table.len() * 2;
        self.table.clear();
        self.table.resize(size, FREE);
        for at in 0..self.entries.len() {
            let Some(entry) = self.entries.get(at).copied() else {
                continue;
            };
            let key = stem(self.id(&entry)).to_owned();
            self.place(at as u32, &key);
        }
    }

    fn place(&mut self, at: u32, key: &str) {
        let mask = self.table.len() - 1;
        let mut slot = self.hasher.hash_one(key) as usize & mask;
        while let Some(cell) = self.table.get_mut(slot) {
            if *cell == FREE {
                *cell = at;
                return;
            }
            slot = (slot + 1) & mask;
        }
    }

    /// Entries that may have the stem, by their place.
    fn chain<'a>(&'a self, key: &str) -> impl Iterator<Item = usize> + 'a {
        let mask = self.table.len() - 1;
        let start = self.hasher.hash_one(key) as usize;
        (0..self.table.len())
            .map(move |step| {
                self.table
                    .get((start + step) & mask)
                    .copied()
                    .unwrap_or(FREE)
            })
            .take_while(|at| *at != FREE)
            .map(|at| at as usize)
    }

    fn find(&self, id_type: u8, id: &str) -> Option<usize> {
        self.chain(stem(id)).find(|at| {
            self.entries
                .get(*at)
                .is_some_and(|entry| entry.id_type == id_type && self.id(entry) == id)
        })
    }

    fn id(&self, entry: &Entry) -> &str {
        let start = entry.start as usize;
        self.text
            .get(start..start + usize::from(entry.id))
            .unwrap_or_default()
    }

    fn name(&self, entry: &Entry) -> &str {
        let start = entry.start as usize + usize::from(entry.id);
        self.text
            .get(start..start + usize::from(entry.name))
            .unwrap_or_default()
    }

    fn holder(&self, entry: &Entry) -> Holder<'_> {
        let state = self.words.get(usize::from(entry.state));
        Holder {
            id: Cow::Borrowed(self.id(entry)),
            name: Cow::Borrowed(self.name(entry)),
            state: Cow::Borrowed(state.map_or("", String::as_str)),
        }
    }

    fn known_type(&self, id_type: &str) -> Option<u8> {
        let at = self.words.iter().position(|word| word == id_type)?;
        u8::try_from(at).ok()
    }
}

impl Registers for BaseLibrary {
    fn by_id(&self, id_type: &str, id: &str) -> Result<Option<Holder<'_>>, RegisterError> {
        let found = self
            .known_type(id_type)
            .and_then(|id_type| self.find(id_type, id))
            .and_then(|at| self.entries.get(at));
        Ok(found.map(|entry| self.holder(entry)))
    }

    fn by_name_and_stem(
        &self,
        id_type: &str,
        name: &str,
        key: &str,
    ) -> Result<Match<'_>, RegisterError> {
        let Some(id_type) = self.known_type(id_type) else {
            return Ok(Match::None);
        };
        let mut found = Match::None;
        for entry in self.chain(key).filter_map(|at| self.entries.get(at)) {
            let fits = entry.id_type == id_type
                && usize::from(entry.id) == STEM + 1
                && stem(self.id(entry)) == key
                && crate::text::same_name(self.name(entry), name);
            if fits {
                found = match found {
                    Match::None => Match::One(self.holder(entry)),
                    Match::One(_) => Match::Several(2),
                    Match::Several(count) => Match::Several(count + 1),
                };
            }
        }
        Ok(found)
    }
}

/// The part of a number under which it is filed: the first 17 of 18 characters, else all of it.
fn stem(id: &str) -> &str {
    if id.len() == STEM + 1 {
        id.get(..STEM).unwrap_or(id)
    } else {
        id
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holders_are_found_by_number_and_by_name_with_stem() {
        let mut library = BaseLibrary::default();
        for n in 0..5000 {
            let id = format!("9901021990010{n:05}");
            library
                .add("111", &id, &format!("人{n}"), "normal")
                .unwrap();
        }
        library
            .add("111", "990102199001000011", "人1", "normal")
            .unwrap();
        library
            .add("001", "990102199001000012", "人1", "cancelled")
            .unwrap();
        library.add("414", "E1234567", "John", "normal").unwrap();
        assert_eq!(library.len(), 5002);
        let found = library.by_id("111", "990102199001004999").unwrap().unwrap();
        assert_eq!(found.name, "人4999");
        assert!(
            library
                .by_id("001", "990102199001004999")
                .unwrap()
                .is_none()
        );
        assert_eq!(
            library.by_id("414", "E1234567").unwrap().unwrap().name,
            "John"
        );
        let by = |id_type, name| {
            library
                .by_name_and_stem(id_type, name, "99010219900100001")
                .unwrap()
        };
        assert!(matches!(by("111", "人11"), Match::None));
        assert!(matches!(by("001", "人1"), Match::One(h) if h.state == "cancelled"));
        // Number 11 was 人11 and has been replaced by the later entry.
        assert!(matches!(by("111", "人1"), Match::One(h) if h.id == "990102199001000011"));
        assert!(matches!(by("111", "人12"), Match::One(_)));
        library
            .add("111", "990102199001000018", "人1", "normal")
            .unwrap();
        assert_eq!(
            library
                .by_name_and_stem("111", "人1", "99010219900100001")
                .unwrap(),
            Match::Several(2)
        );
    }
}
