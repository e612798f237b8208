//! One snapshot a process, looked after at most once a second.

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use store::Ctx;

use crate::{AgenciesError, Directory, table};

const LOOK_EVERY: Duration = Duration::from_secs(1);

#[derive(Default)]
pub(crate) struct Cache {
    held: Mutex<Option<(Instant, Arc<Directory>)>>,
}

impl Cache {
    fn lock(&self) -> MutexGuard<'_, Option<(Instant, Arc<Directory>)>> {
        self.held
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    pub(crate) fn forget(&self) {
        *self.lock() = None;
    }
}

/// The directory. It is public, so nobody needs a permission to read it. A change by another
/// process is seen within a second.
pub async fn directory(ctx: &Ctx) -> Result<Arc<Directory>, AgenciesError> {
    let cache = ctx.shared.get_or_make::<Cache>();
    let held = cache.lock().clone();
    if let Some((looked, directory)) = &held
        && looked.elapsed() < LOOK_EVERY
    {
        return Ok(directory.clone());
    }
    // The revision is read first: an entry changed in between is then read again next time.
    let mut reader = ctx.db.reader();
    let revision = table::revision(&mut reader).await?;
    let directory = match held {
        Some((_, directory)) if directory.revision() == revision => directory,
        _ => Arc::new(Directory::build(
            revision,
            &table::entries(&mut reader).await?,
        )?),
    };
    *cache.lock() = Some((Instant::now(), directory.clone()));
    Ok(directory)
}
