//! What searching reads: the segments of one commit, with heads and facets in memory.

use std::collections::HashMap;
use std::sync::Arc;

use tantivy::index::SegmentId;
use tantivy::store::StoreReader;
use tantivy::{Searcher, SegmentReader, TantivyDocument};

use crate::schema::{Fields, Head};
use crate::{KIND, TextError};

/// Facets by name; the set of values that a document has is one number. Only ever grows, so that
/// numbers stay valid over commits.
#[derive(Clone, Debug, Default)]
pub(crate) struct FacetBook {
    names: Vec<String>,
    books: Vec<SetBook>,
}

#[derive(Clone, Debug, Default)]
struct SetBook {
    sets: Vec<Vec<String>>,
    numbers: HashMap<Vec<String>, u32>,
}

impl FacetBook {
    pub fn facet(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|n| n == name)
    }

    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The sets of a facet by their number; number 0 is the empty set.
    pub fn sets(&self, facet: usize) -> &[Vec<String>] {
        &self.books[facet].sets
    }

    fn open(&mut self, name: &str) -> usize {
        self.facet(name).unwrap_or_else(|| {
            let mut book = SetBook::default();
            book.sets.push(Vec::new());
            book.numbers.insert(Vec::new(), 0);
            self.names.push(name.to_owned());
            self.books.push(book);
            self.names.len() - 1
        })
    }

    fn number(&mut self, facet: usize, mut values: Vec<String>) -> u32 {
        values.sort();
        values.dedup();
        let book = &mut self.books[facet];
        if let Some(&known) = book.numbers.get(&values) {
            return known;
        }
        let next = u32::try_from(book.sets.len()).unwrap_or(u32::MAX);
        book.sets.push(values.clone());
        book.numbers.insert(values, next);
        next
    }
}

/// What memory holds of one segment. Never changes: a segment is written once.
#[derive(Debug)]
pub(crate) struct SegmentData {
    pub heads: Vec<Head>,
    /// For each facet of the book at loading time, each document's set.
    pub columns: Vec<Vec<u32>>,
    /// Decides among equal matches: wanted often, short name.
    pub prior: Vec<f32>,
}

impl SegmentData {
    fn load(
        reader: &SegmentReader,
        fields: &Fields,
        book: &mut FacetBook,
    ) -> Result<Self, TextError> {
        let store = reader
            .get_store_reader(1)
            .map_err(tantivy::TantivyError::from)?;
        let count = reader.max_doc() as usize;
        let mut data = Self {
            heads: Vec::with_capacity(count),
            columns: vec![vec![0; count]; book.names.len()],
            prior: Vec::with_capacity(count),
        };
        for (at, doc) in store.iter::<TantivyDocument>(None).enumerate() {
            let head = fields.head(&doc?)?;
            let mut values: HashMap<&str, Vec<String>> = HashMap::new();
            values.entry(KIND).or_default().push(head.kind.clone());
            for (facet, value) in &head.facets {
                values.entry(facet).or_default().push(value.clone());
            }
            for (name, values) in values {
                let facet = book.open(name);
                if facet == data.columns.len() {
                    data.columns.push(vec![0; count]);
                }
                data.columns[facet][at] = book.number(facet, values);
            }
            let length = head.title.chars().count() as f32;
            data.prior
                .push(head.weight.clamp(0.0, 1.0) * 0.5 + 1.0 / (4.0 + length));
            data.heads.push(head);
        }
        Ok(data)
    }
}

/// One segment, open for reading.
pub(crate) struct Segment {
    pub reader: SegmentReader,
    pub data: Arc<SegmentData>,
    store: StoreReader,
    /// The number of this segment's first document in the snapshot.
    pub base: u32,
}

impl Segment {
    pub fn body(&self, fields: &Fields, doc: u32) -> Result<String, TextError> {
        let stored: TantivyDocument = self.store.get(doc)?;
        Ok(fields.body(&stored).to_owned())
    }
}

/// The state of the index after one commit.
pub(crate) struct Snapshot {
    pub segments: Vec<Segment>,
    pub book: FacetBook,
    /// Documents, deleted ones included.
    pub slots: usize,
    /// Documents that are there.
    pub docs: u64,
}

impl Snapshot {
    /// Opens what `searcher` sees; segments that were open before are taken over.
    pub fn open(
        searcher: &Searcher,
        fields: &Fields,
        before: Option<&Snapshot>,
    ) -> Result<Self, TextError> {
        let mut book = before.map(|b| b.book.clone()).unwrap_or_default();
        let known: HashMap<SegmentId, Arc<SegmentData>> = before
            .iter()
            .flat_map(|b| &b.segments)
            .map(|s| (s.reader.segment_id(), s.data.clone()))
            .collect();
        let mut segments = Vec::new();
        let mut base = 0;
        for reader in searcher.segment_readers() {
            let data = match known.get(&reader.segment_id()) {
                Some(data) => data.clone(),
                None => Arc::new(SegmentData::load(reader, fields, &mut book)?),
            };
            let store = reader
                .get_store_reader(8)
                .map_err(tantivy::TantivyError::from)?;
            segments.push(Segment {
                reader: reader.clone(),
                data,
                store,
                base,
            });
            base += reader.max_doc();
        }
        Ok(Self {
            segments,
            book,
            slots: base as usize,
            docs: searcher.num_docs(),
        })
    }

    /// The segment of a document and its number in there.
    pub fn locate(&self, doc: u32) -> (&Segment, u32) {
        let at = self
            .segments
            .partition_point(|s| s.base <= doc)
            .saturating_sub(1);
        let segment = &self.segments[at];
        (segment, doc - segment.base)
    }

    pub fn head(&self, doc: u32) -> &Head {
        let (segment, at) = self.locate(doc);
        &segment.data.heads[at as usize]
    }
}
