//! Files of scans come to a stack: kept as they came, their pages as pictures. A file that cannot be
//! read to its end leaves nothing.

use std::sync::Arc;

use gm::Sm3;
use scans::{Picture, ScanError, Shape};
use store::Ctx;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;

use super::{
    Original, OriginalBody, OriginalState, SCAN_FILE, SCAN_FILE_PAGES, SCAN_PAGES, ScanPage, open,
};
use crate::batch::{BatchState, moved};
use crate::error::CollectionError;
use crate::{pieces, table};

/// Longer side of a thumbnail, in pixels.
const THUMB: u32 = 360;
/// A page that lies straight enough is left alone, in hundredths of a degree.
const STRAIGHT: i16 = 20;

/// What became of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Added {
    pub pages: usize,
    /// It was in the stack already, and nothing was added.
    pub again: bool,
}

/// Pictures that are worked at beside each other: each page takes as much memory as its pixels.
pub(crate) struct Bench(Arc<Semaphore>);

impl Default for Bench {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(2)))
    }
}

/// Does work on pictures on a thread of its own, when there is room for it.
pub(crate) async fn at_bench<T: Send + 'static>(
    ctx: &Ctx,
    work: impl FnOnce() -> Result<T, CollectionError> + Send + 'static,
) -> Result<T, CollectionError> {
    let bench = ctx.shared.get_or_make::<Bench>();
    let room = bench.0.clone().acquire_owned().await;
    let room = room.map_err(CollectionError::data)?;
    let done = tokio::task::spawn_blocking(move || {
        let _room = room;
        work()
    });
    done.await.map_err(CollectionError::data)?
}

/// Adds a file to the stack: PDF, TIFF, JPEG or PNG, at most [`SCAN_FILE`] bytes,
/// [`SCAN_FILE_PAGES`] pages, and so many that the stack has no more than [`SCAN_PAGES`]. The same file once more changes nothing.
pub async fn add_scan(
    ctx: &Ctx,
    batch_key: &str,
    name: &str,
    bytes: Vec<u8>,
) -> Result<Added, CollectionError> {
    let (batch, _) = open(ctx, batch_key).await?;
    if bytes.len() > SCAN_FILE {
        let why = format!("最大{}MB", SCAN_FILE >> 20);
        return Err(CollectionError::Field("文件", why));
    }
    let digest = digest(ctx, &bytes);
    let mut reader = ctx.db.reader();
    if let Some((here, pages)) = table::scan::file_of(&mut reader, &digest).await? {
        return match here == batch.batch_key {
            true => Ok(Added { pages, again: true }),
            false => Err(CollectionError::SameFile),
        };
    }
    let before = table::scan::pages_of(&mut reader, batch_key).await?;
    let room = SCAN_PAGES.saturating_sub(before);
    let (inner, handle) = (ctx.clone(), Handle::current());
    let read = at_bench(ctx, move || read(&inner, &handle, bytes, room)).await?;
    let file = File {
        batch_key: batch.batch_key.clone(),
        name: name.chars().take(200).collect(),
        digest,
        blob: read.blob,
        pages: read.pages,
    };
    let pages = file.pages.len();
    let (inner, work) = (ctx.clone(), Arc::new(file));
    ctx.db
        .write(move |tx| {
            let (ctx, file) = (inner.clone(), work.clone());
            Box::pin(async move {
                let batch = table::batch::load(tx, &ctx, &file.batch_key).await?;
                if batch.state != BatchState::Scanning {
                    return Err(CollectionError::WrongState);
                }
                // Sent twice at once, the second finds the first.
                if table::scan::file_of(tx, &file.digest).await?.is_some() {
                    return Ok(Added { pages, again: true });
                }
                let before = table::scan::pages_of(tx, &file.batch_key).await?;
                if before + pages > SCAN_PAGES {
                    return Err(full());
                }
                table::scan::insert_file(tx, &ctx, &file).await?;
                for page in file.numbered(before)? {
                    table::scan::insert_page(tx, &page).await?;
                    let original = Original {
                        batch_key: page.batch_key.clone(),
                        number: page.page,
                        rev: 1,
                        state: OriginalState::Waiting,
                        typist: None,
                        body: OriginalBody::default(),
                    };
                    table::scan::insert_original(tx, &ctx, &original).await?;
                }
                moved(tx, &ctx, &batch, "scanned", pages as u64, 0).await?;
                Ok(Added {
                    pages,
                    again: false,
                })
            })
        })
        .await
}

/// A file with its pages, before they have numbers.
pub(crate) struct File {
    pub batch_key: String,
    pub name: String,
    pub digest: Vec<u8>,
    pub blob: String,
    pages: Vec<Page>,
}

impl File {
    pub fn pages(&self) -> usize {
        self.pages.len()
    }

    fn numbered(&self, before: usize) -> Result<Vec<ScanPage>, CollectionError> {
        let number = |at: usize| u32::try_from(at).map_err(CollectionError::data);
        let pages = self.pages.iter().enumerate().map(|(at, page)| {
            let n = number(before + at + 1)?;
            Ok(ScanPage {
                batch_key: self.batch_key.clone(),
                page: n,
                rev: 1,
                // Files are numbered by their first pages.
                file_no: number(before + 1)?,
                original: n,
                removed: false,
                blank: page.blank,
                shape: Shape {
                    tilt: page.tilt,
                    ..Shape::default()
                },
                picture: page.picture.clone(),
                thumb: page.thumb.clone(),
            })
        });
        pages.collect()
    }
}

struct Page {
    picture: String,
    thumb: String,
    blank: bool,
    tilt: i16,
}

struct Read {
    blob: String,
    pages: Vec<Page>,
}

fn full() -> CollectionError {
    let why = format!("一批最多{SCAN_PAGES}页，请另建一批");
    CollectionError::Field("文件", why)
}

fn read(ctx: &Ctx, handle: &Handle, bytes: Vec<u8>, room: usize) -> Result<Read, CollectionError> {
    let blobs = pieces::blobs(ctx)?;
    let put = |bytes: Vec<u8>| -> Result<String, CollectionError> {
        Ok(handle.block_on(blobs.put(ctx, bytes))?.name)
    };
    let mut pages = Vec::new();
    let mut broken = None;
    let keep = |picture: Picture| -> Result<Page, CollectionError> {
        let blank = scans::is_blank(&picture);
        let tilt = match blank {
            true => 0,
            false => scans::tilt(&picture).unwrap_or(0),
        };
        let thumb = scans::encode(&scans::shrink(picture.clone(), THUMB))?;
        Ok(Page {
            picture: put(scans::encode(&picture)?)?,
            thumb: put(thumb)?,
            blank,
            tilt: if tilt.abs() < STRAIGHT { 0 } else { tilt },
        })
    };
    let done = scans::read(
        &bytes,
        room.min(SCAN_FILE_PAGES),
        &mut |picture| match keep(picture) {
            Ok(page) => {
                pages.push(page);
                Ok(())
            }
            Err(error) => {
                broken = Some(error);
                Err(String::new())
            }
        },
    );
    match (done, broken) {
        (_, Some(error)) => Err(error),
        (Err(ScanError::Pages { .. }), None) if room < SCAN_FILE_PAGES => Err(full()),
        (Err(error), None) => Err(error.into()),
        (Ok(_), None) => Ok(Read {
            blob: put(bytes)?,
            pages,
        }),
    }
}

/// A keyed digest of the file.
fn digest(ctx: &Ctx, bytes: &[u8]) -> Vec<u8> {
    let mut state = Sm3::new();
    state.update(bytes);
    let whole: String = state.finish().iter().map(|b| format!("{b:02x}")).collect();
    ctx.lookup("collection_scan_file", &whole)
}
