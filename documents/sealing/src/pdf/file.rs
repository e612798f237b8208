//! The structure of a PDF file: its chain of cross-reference sections, and the objects as any of
//! its revisions sees them.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;

use super::inflate;
use super::object::{Dict, Key, Obj};
use super::scan::{Bad, Read, Scan};
pub(super) use super::sections::Place;
use super::sections::{
    ENTRIES, OBJECTS, Section, last_startxref, object_number, offset_entry, read_section,
};

/// Largest file read.
pub(super) const FILE_LIMIT: usize = 256 << 20;
/// Most cross-reference sections; each signature adds one or two.
const SECTIONS: usize = 256;
/// Bytes that all object streams together may decode to.
const DECODED: usize = 128 << 20;

/// Bytes parsed, beyond sixteen times the file.
const PARSED: usize = 256 << 20;

/// An object stream, decoded once.
struct Packed {
    bytes: Vec<u8>,
    /// Object number and offset in `bytes`.
    index: Vec<(u32, usize)>,
}

/// A PDF file with the sections of its chain, newest first.
pub(super) struct File<'a> {
    pub data: &'a [u8],
    pub sections: Vec<Section>,
    packed: RefCell<HashMap<usize, Rc<Packed>>>,
    decoded: Cell<usize>,
    /// Where each number is first referred to, outside of object streams. Set once the whole file
    /// has been gone through.
    pub referred: OnceCell<HashMap<u32, u32>>,
    /// The places of the newest revision, which is asked for again and again.
    newest: OnceCell<Places>,
    /// Bytes parsed so far; many references to one large object must not take for ever.
    parsed: Cell<usize>,
}

/// A resolved object.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Found {
    pub value: Obj,
    /// Where its raw stream stands.
    pub stream: Option<Range<usize>>,
    /// Where its body stands, none for an object inside an object stream.
    pub span: Option<Range<usize>>,
}

impl Found {
    /// The dictionary of an object that is one and carries no stream.
    pub fn plain_dict(&self) -> Option<&Dict> {
        self.value.as_dict().filter(|_| self.stream.is_none())
    }
}

impl<'a> File<'a> {
    pub fn read(data: &'a [u8]) -> Read<Self> {
        if data.len() > FILE_LIMIT {
            return Err(Bad {
                at: FILE_LIMIT,
                what: "the file is too large",
            });
        }
        if !data.starts_with(b"%PDF-") {
            return Err(Bad {
                at: 0,
                what: "the file does not begin as a PDF file",
            });
        }
        let (start, _) = last_startxref(data, data.len())?;
        let mut file = Self {
            data,
            sections: Vec::new(),
            packed: RefCell::default(),
            decoded: Cell::new(0),
            referred: OnceCell::new(),
            newest: OnceCell::new(),
            parsed: Cell::new(0),
        };
        let mut next = Some(start);
        let mut left = ENTRIES;
        while let Some(at) = next {
            if file.sections.iter().any(|s| s.at == at) {
                return Err(Bad {
                    at,
                    what: "the cross-reference sections form a circle",
                });
            }
            if file.sections.len() >= SECTIONS {
                return Err(Bad {
                    at,
                    what: "the file has too many cross-reference sections",
                });
            }
            let section = read_section(data, at)?;
            // A hybrid file's second list ranks between its table and the table before it.
            let hybrid = offset_entry(&section, "XRefStm")?;
            next = offset_entry(&section, "Prev")?;
            let hidden = match hybrid.filter(|_| !section.is_stream) {
                Some(at) => Some(read_section(data, at)?),
                None => None,
            };
            for section in [Some(section), hidden].into_iter().flatten() {
                left = left.checked_sub(section.entries.len()).ok_or(Bad {
                    at: section.at,
                    what: "the file has too many objects",
                })?;
                file.sections.push(section);
            }
        }
        Ok(file)
    }

    fn spend(&self, bytes: usize) -> Read<()> {
        let parsed = self.parsed.get().saturating_add(bytes);
        self.parsed.set(parsed);
        if parsed > self.data.len() * 16 + PARSED {
            return Err(Bad {
                at: 0,
                what: "the file's objects are too entangled",
            });
        }
        Ok(())
    }

    /// Entries in all sections, which is what making a view costs.
    pub fn weight(&self) -> usize {
        self.sections
            .iter()
            .map(|section| section.entries.len())
            .sum()
    }

    /// The file as it is.
    pub fn newest(&self) -> View<'_, 'a> {
        self.view(0)
    }

    /// The file as the section of that rank and all before it tell it.
    pub fn view(&self, rank: usize) -> View<'_, 'a> {
        let made = || Places::of(&self.sections[rank..]);
        let places = match rank {
            0 => self.newest.get_or_init(made).clone(),
            _ => made(),
        };
        View {
            file: self,
            rank,
            places,
        }
    }

    /// The revision that ends at `end`: the rank of its section, and where its last mark ends
    /// without the line end after it.
    pub fn revision_at(&self, end: usize) -> Read<(usize, usize)> {
        let (start, mark) = last_startxref(self.data, end)?;
        match self.sections.iter().position(|s| s.at == start) {
            Some(rank) => Ok((rank, mark)),
            None => Err(Bad {
                at: start,
                what: "a revision is not in the chain of the file",
            }),
        }
    }
}

/// Where every object of a revision stands, by number. A sorted list takes a third of the memory of
/// a map, and is shared.
#[derive(Clone)]
struct Places(Rc<Vec<(u32, Place)>>);

impl Places {
    /// Of sections from the newest to the oldest.
    fn of(sections: &[Section]) -> Self {
        let entries = sections.iter().map(|section| section.entries.len()).sum();
        let mut all: Vec<(u32, Place)> = Vec::with_capacity(entries);
        all.extend(sections.iter().flat_map(|section| &section.entries));
        // Of equal numbers the newest stays first.
        all.sort_by_key(|(num, _)| *num);
        all.dedup_by_key(|(num, _)| *num);
        Self(Rc::new(all))
    }

    fn get(&self, num: u32) -> Option<Place> {
        let at = self.0.binary_search_by_key(&num, |(num, _)| *num);
        at.ok().map(|at| self.0[at].1)
    }
}

/// A file as one of its revisions tells it.
pub(super) struct View<'f, 'a> {
    file: &'f File<'a>,
    /// Rank of its section in [`File::sections`].
    pub rank: usize,
    places: Places,
}

impl<'f, 'a> View<'f, 'a> {
    pub fn trailer(&self) -> &'f Dict {
        &self.section().trailer
    }

    /// Its newest cross-reference section.
    pub fn section(&self) -> &'f Section {
        &self.file.sections[self.rank]
    }

    pub fn data(&self) -> &'a [u8] {
        self.file.data
    }

    /// Everything it names stands before `end`: nothing is left open for a later revision to fill.
    pub fn is_within(&self, end: usize) -> bool {
        let sections = self.file.sections[self.rank..].iter();
        let mut places = self.places.0.iter();
        sections.map(|section| section.at).all(|at| at < end)
            && places.all(|(_, place)| match place {
                Place::At { offset, .. } => (*offset as usize) < end,
                _ => true,
            })
    }

    /// No object before `end` refers to any of these numbers, those in object streams left aside.
    /// Known only once the whole file has been gone through.
    pub fn never_referred(&self, mut numbers: impl Iterator<Item = u32>, end: usize) -> bool {
        let Some(referred) = self.file.referred.get() else {
            return false;
        };
        numbers.all(|num| referred.get(&num).is_none_or(|at| *at as usize >= end))
    }

    /// Every number this revision knows of.
    pub fn numbers(&self) -> impl Iterator<Item = u32> {
        self.places.0.iter().map(|(num, _)| *num)
    }

    /// The place of an object in use.
    pub fn place(&self, num: u32) -> Option<Place> {
        self.places.get(num).filter(|p| *p != Place::Free)
    }

    /// The generation under which an object in use is known.
    pub fn key(&self, num: u32) -> Option<Key> {
        self.place(num).map(|place| match place {
            Place::At { generation, .. } => Key { num, generation },
            _ => Key::new(num),
        })
    }

    /// The first number no revision has used.
    pub fn first_free(&self) -> u32 {
        let size = self
            .trailer()
            .get("Size")
            .and_then(Obj::as_int)
            .unwrap_or(0);
        let used = self.places.0.last().map_or(1, |(num, _)| num + 1);
        used.max(u32::try_from(size).unwrap_or(0).min(OBJECTS))
    }

    /// Follows a reference. An unknown or free object is null, as ISO 32000-1, 7.3.10 has it.
    pub fn get(&self, key: Key) -> Read<Found> {
        let direct = |value| Found {
            value,
            stream: None,
            span: None,
        };
        match self.place(key.num) {
            Some(Place::At { offset, generation }) if generation == key.generation => {
                let offset = offset as usize;
                let mut scan = Scan::at(self.file.data, offset);
                let body = scan.indirect(&|key| self.length(key))?;
                let stream = body.stream.as_ref().map_or(0, Range::len);
                self.file.spend(body.span.len() - stream)?;
                if body.key != key {
                    return Err(Bad {
                        at: offset,
                        what: "another object stands where one is named",
                    });
                }
                Ok(Found {
                    value: body.value,
                    stream: body.stream,
                    span: Some(body.span),
                })
            }
            Some(Place::In { stream, index }) if key.generation == 0 => {
                self.unpack(key.num, stream, index).map(direct)
            }
            _ => Ok(direct(Obj::Null)),
        }
    }

    /// The value itself, or what it refers to.
    pub fn resolve(&self, value: &Obj) -> Read<Obj> {
        match value {
            Obj::Ref(key) => match self.get(*key)?.value {
                Obj::Ref(_) => Err(Bad {
                    at: 0,
                    what: "a reference leads to a reference",
                }),
                value => Ok(value),
            },
            value => Ok(value.clone()),
        }
    }

    /// The entry of a dictionary, resolved; null where there is none.
    pub fn entry(&self, dict: &Dict, name: &str) -> Read<Obj> {
        dict.get(name)
            .map_or(Ok(Obj::Null), |value| self.resolve(value))
    }

    /// An indirect stream length: a number standing alone in the file.
    pub fn length(&self, key: Key) -> Option<usize> {
        let Some(Place::At { offset, generation }) = self.place(key.num) else {
            return None;
        };
        let mut scan = Scan::at(self.file.data, offset as usize);
        let body = scan.indirect(&|_| None).ok()?;
        let known = body.key == key && generation == key.generation;
        body.value
            .as_int()
            .filter(|_| known)
            .and_then(|n| usize::try_from(n).ok())
    }

    fn unpack(&self, num: u32, stream: u32, index: u32) -> Read<Obj> {
        let Some(Place::At {
            offset,
            generation: 0,
        }) = self.place(stream)
        else {
            return Err(Bad {
                at: 0,
                what: "an object stream is missing",
            });
        };
        let offset = offset as usize;
        let known = self.file.packed.borrow().get(&offset).cloned();
        let packed = match known {
            Some(packed) => packed,
            None => {
                let packed = Rc::new(self.open(Key::new(stream), offset)?);
                self.file.packed.borrow_mut().insert(offset, packed.clone());
                packed
            }
        };
        match packed.index.get(index as usize) {
            Some((n, from)) if *n == num => {
                let mut scan = Scan::at(&packed.bytes, *from);
                let value = scan.object()?;
                self.file.spend(scan.pos - from)?;
                Ok(value)
            }
            _ => Err(Bad {
                at: offset,
                what: "another object stands where one is named",
            }),
        }
    }

    fn open(&self, key: Key, offset: usize) -> Read<Packed> {
        let bad = |what| Err(Bad { at: offset, what });
        let body = Scan::at(self.file.data, offset).indirect(&|key| self.length(key))?;
        let (true, Some(dict), Some(range)) = (body.key == key, body.dict(), &body.stream) else {
            return bad("an object stream is missing");
        };
        if dict.get("Type").and_then(Obj::as_name) != Some(b"ObjStm") {
            return bad("an object stream is missing");
        }
        let bytes = inflate::decode(dict, &self.file.data[range.clone()], offset)?;
        self.file.decoded.set(self.file.decoded.get() + bytes.len());
        if self.file.decoded.get() > DECODED {
            return bad("the object streams are too large");
        }
        let number = |name: &str| {
            dict.get(name)
                .and_then(Obj::as_int)
                .and_then(|n| usize::try_from(n).ok())
        };
        let (Some(count), Some(first)) = (number("N"), number("First")) else {
            return bad("an object stream is damaged");
        };
        let mut scan = Scan::at(&bytes, 0);
        let mut index = Vec::new();
        for _ in 0..count {
            let num = scan.unsigned("an object stream is damaged")?;
            let from = scan.unsigned("an object stream is damaged")? as usize;
            let Some(num) = object_number(num) else {
                return bad("an object stream is damaged");
            };
            index.push((num, first.saturating_add(from)));
        }
        Ok(Packed { bytes, index })
    }
}
