//! Filters, counts and the best few, by plain numbers.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap};

use crate::search::{FacetCount, Filter};
use crate::snapshot::Snapshot;

/// Filters by number of facet and set.
pub(crate) struct Sieve {
    /// For each facet of the book: which sets pass; none when there is no filter on it.
    pub passes: Vec<Option<Vec<bool>>>,
    /// A filter names a facet that no document has.
    pub closed: bool,
}

impl Sieve {
    pub fn new(snapshot: &Snapshot, filters: &[Filter]) -> Self {
        let mut sieve = Self {
            passes: vec![None; snapshot.book.names().len()],
            closed: false,
        };
        for filter in filters {
            let Some(facet) = snapshot.book.facet(&filter.facet) else {
                sieve.closed = true;
                continue;
            };
            let passes = snapshot
                .book
                .sets(facet)
                .iter()
                .map(|set| set.iter().any(|value| filter.any_of.contains(value)));
            sieve.passes[facet] = Some(passes.collect());
        }
        sieve
    }
}

/// Numbers of documents by facet and set.
pub(crate) struct Counts(pub Vec<Vec<u32>>);

impl Counts {
    pub fn new(snapshot: &Snapshot) -> Self {
        let facets = 0..snapshot.book.names().len();
        Self(
            facets
                .map(|f| vec![0; snapshot.book.sets(f).len()])
                .collect(),
        )
    }

    pub fn named(&self, snapshot: &Snapshot) -> BTreeMap<String, Vec<FacetCount>> {
        let mut all = BTreeMap::new();
        for (facet, counts) in self.0.iter().enumerate() {
            let mut values: HashMap<&str, u64> = HashMap::new();
            for (set, &count) in snapshot.book.sets(facet).iter().zip(counts) {
                if count > 0 {
                    for value in set {
                        *values.entry(value).or_default() += u64::from(count);
                    }
                }
            }
            let mut values: Vec<FacetCount> = values
                .into_iter()
                .map(|(value, count)| FacetCount {
                    value: value.to_owned(),
                    count,
                })
                .collect();
            values.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.value.cmp(&b.value)));
            all.insert(snapshot.book.names()[facet].clone(), values);
        }
        all
    }
}

/// The best few, by score and then by place.
pub(crate) struct Best {
    heap: BinaryHeap<Reverse<u64>>,
    room: usize,
}

impl Best {
    pub fn new(room: usize) -> Self {
        Self {
            heap: BinaryHeap::with_capacity(room + 1),
            room,
        }
    }

    pub fn offer(&mut self, score: f32, doc: u32) {
        // Scores are not negative, so their bits sort as they do.
        let key = (u64::from(score.max(0.0).to_bits()) << 32) | u64::from(u32::MAX - doc);
        if self.heap.len() == self.room {
            match self.heap.peek() {
                Some(&Reverse(least)) if key > least => self.heap.pop(),
                _ => return,
            };
        }
        self.heap.push(Reverse(key));
    }

    pub fn sorted(self) -> Vec<u32> {
        let mut keys: Vec<u64> = self.heap.into_iter().map(|Reverse(k)| k).collect();
        keys.sort_unstable_by(|a, b| b.cmp(a));
        keys.into_iter()
            .map(|k| u32::MAX - (k & u64::from(u32::MAX)) as u32)
            .collect()
    }
}
