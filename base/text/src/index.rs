//! The index: opened, written, asked.

use std::path::Path;
use std::sync::{Arc, Mutex, RwLock};

use tantivy::indexer::IndexWriter;
use tantivy::{IndexReader, ReloadPolicy, Term};

use crate::doc::Doc;
use crate::gather::Acc;
use crate::schema::{Fields, VERSION};
use crate::snapshot::Snapshot;
use crate::{Found, Query, Suggestion, TextError, search};

/// Memory that a writer may fill before it starts another segment.
const SMALL_BUDGET: usize = 20_000_000;
const LARGE_BUDGET: usize = 300_000_000;
/// From this many documents on, the larger budget is used.
const MANY: usize = 2_000;

/// A search index. Searching is meant for request threads: it takes milliseconds and never waits
/// for a writer. One writer at a time; others wait.
pub struct Index {
    inner: tantivy::Index,
    reader: IndexReader,
    fields: Fields,
    snapshot: RwLock<Arc<Snapshot>>,
    writing: Mutex<()>,
    /// Accumulators of finished searches, to be used again.
    spare: Mutex<Vec<Vec<Acc>>>,
}

impl Index {
    /// An empty index in memory.
    pub fn in_ram() -> Result<Self, TextError> {
        let (schema, fields) = Fields::build();
        Self::new(tantivy::Index::create_in_ram(schema), fields)
    }

    /// The index in a folder, which is made when it does not exist. A folder written by another
    /// version, or damaged, is emptied: look at [`Index::is_empty`] and fill it again.
    pub fn in_folder(folder: &Path) -> Result<Self, TextError> {
        let place = folder.join(format!("v{VERSION}"));
        std::fs::create_dir_all(&place)?;
        Self::open(&place).or_else(|_| {
            std::fs::remove_dir_all(&place)?;
            std::fs::create_dir_all(&place)?;
            Self::open(&place)
        })
    }

    fn open(place: &Path) -> Result<Self, TextError> {
        let (schema, fields) = Fields::build();
        let directory =
            tantivy::directory::MmapDirectory::open(place).map_err(tantivy::TantivyError::from)?;
        Self::new(tantivy::Index::open_or_create(directory, schema)?, fields)
    }

    fn new(inner: tantivy::Index, fields: Fields) -> Result<Self, TextError> {
        let reader = inner
            .reader_builder()
            .reload_policy(ReloadPolicy::Manual)
            .try_into()?;
        let snapshot = Snapshot::open(&reader.searcher(), &fields, None)?;
        Ok(Self {
            inner,
            reader,
            fields,
            snapshot: RwLock::new(Arc::new(snapshot)),
            writing: Mutex::new(()),
            spare: Mutex::new(Vec::new()),
        })
    }

    /// Makes the index hold exactly these documents. Searches see the old ones or the new ones,
    /// never a mixture.
    pub fn replace_all(&self, docs: Vec<Doc>) -> Result<(), TextError> {
        self.write(docs, &[], true)
    }

    /// Puts documents, replacing those of the same id, and removes others.
    pub fn update(&self, put: Vec<Doc>, remove: &[String]) -> Result<(), TextError> {
        self.write(put, remove, false)
    }

    fn write(&self, put: Vec<Doc>, remove: &[String], clear: bool) -> Result<(), TextError> {
        let _one = self.writing.lock().unwrap_or_else(|p| p.into_inner());
        let budget = if put.len() < MANY {
            SMALL_BUDGET
        } else {
            LARGE_BUDGET
        };
        let mut writer: IndexWriter = self.inner.writer_with_num_threads(1, budget)?;
        if clear {
            writer.delete_all_documents()?;
        }
        for id in remove {
            writer.delete_term(Term::from_field_text(self.fields.id, id));
        }
        for doc in put {
            writer.delete_term(Term::from_field_text(self.fields.id, &doc.id));
            writer.add_document(self.fields.write(doc)?)?;
        }
        writer.commit()?;
        writer.wait_merging_threads()?;
        self.reader.reload()?;
        let before = self.snapshot();
        let after = Snapshot::open(&self.reader.searcher(), &self.fields, Some(&before))?;
        *self.snapshot.write().unwrap_or_else(|p| p.into_inner()) = Arc::new(after);
        Ok(())
    }

    /// Number of documents.
    pub fn len(&self) -> u64 {
        self.snapshot().docs
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Finds documents.
    pub fn search(&self, query: &Query) -> Result<Found, TextError> {
        self.with_scratch(|snapshot, acc| search::search(snapshot, &self.fields, query, acc))
    }

    /// What somebody may be about to type: the best documents for an unfinished question.
    pub fn suggest(&self, query: &Query) -> Result<Vec<Suggestion>, TextError> {
        self.with_scratch(|snapshot, acc| search::suggest(snapshot, &self.fields, query, acc))
    }

    fn snapshot(&self) -> Arc<Snapshot> {
        self.snapshot
            .read()
            .unwrap_or_else(|p| p.into_inner())
            .clone()
    }

    fn with_scratch<T>(
        &self,
        ask: impl FnOnce(&Snapshot, &mut Vec<Acc>) -> Result<T, TextError>,
    ) -> Result<T, TextError> {
        let snapshot = self.snapshot();
        let spare = self.spare.lock().unwrap_or_else(|p| p.into_inner()).pop();
        let mut acc = spare.unwrap_or_default();
        let answer = ask(&snapshot, &mut acc);
        self.spare
            .lock()
            .unwrap_or_else(|p| p.into_inner())
            .push(acc);
        answer
    }
}
