//! The city as it is just after loading, kept once a process.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use kernel::ManualClock;
use store::testing::Database;
use tempfile::TempDir;
use tokio::sync::OnceCell;
use tongban::demo::{self, City};
use tongban::platform::{self, Place};

/// When the city is loaded: a quiet Monday before the scenarios begin [Asia/Shanghai 07:00].
pub const LOADED_AT: &str = "2026-11-15T23:00:00Z";

/// A loaded data folder, with its database on a server if it has one.
pub struct Snapshot {
    folder: TempDir,
    pub database: Option<Database>,
    pub residents: String,
    pub staff: String,
}

pub fn city() -> City {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../demo");
    City::find(Some(&folder)).unwrap()
}

/// The snapshot on SQLite.
pub async fn sqlite() -> &'static Snapshot {
    static ONCE: OnceCell<Snapshot> = OnceCell::const_new();
    ONCE.get_or_init(|| load(None)).await
}

/// The snapshot on PostgreSQL, none without a server.
pub async fn postgres() -> Option<&'static Snapshot> {
    static ONCE: OnceCell<Option<Snapshot>> = OnceCell::const_new();
    let make = || async {
        let database = Database::create(None).await.unwrap()?;
        Some(load(Some(database)).await)
    };
    ONCE.get_or_init(make).await.as_ref()
}

async fn load(database: Option<Database>) -> Snapshot {
    let folder = tempfile::tempdir().unwrap();
    let place = Place {
        data: folder.path().to_owned(),
        database: database.as_ref().map(|d| d.url.clone()),
        base_url: "http://127.0.0.1".into(),
        operator: Some(tongban::demo::OPERATOR.into()),
    };
    let clock = Arc::new(ManualClock::new(LOADED_AT.parse().unwrap()));
    let platform = platform::open(&place, clock).await.unwrap();
    let loaded = demo::load(&platform.ctx, &city()).await.unwrap();
    platform.worker.drain().await.unwrap();
    platform.ctx.db.close().await;
    let passwords = loaded.passwords.unwrap();
    Snapshot {
        folder,
        database,
        residents: passwords.residents,
        staff: passwords.staff,
    }
}

impl Snapshot {
    /// A copy of the data folder.
    pub fn copy(&self) -> TempDir {
        let to = tempfile::tempdir().unwrap();
        copy_folder(self.folder.path(), to.path());
        to
    }
}

fn copy_folder(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target: PathBuf = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            std::fs::create_dir(&target).unwrap();
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), &target).unwrap();
        }
    }
}
