//! One copy of the city on one engine, with a clock in the test's hand.

use std::path::Path;
use std::sync::Arc;

use jiff::civil::DateTime;
use kernel::ManualClock;
use store::testing::Database;
use tempfile::TempDir;
use tongban::demo::City;
use tongban::platform::{self, Place, Platform};

use crate::snapshot::{self, Snapshot};

/// The city, open.
pub struct Town {
    pub platform: Platform,
    pub clock: Arc<ManualClock>,
    pub city: City,
    /// Password of every resident and company.
    pub residents: String,
    /// Password of every officer.
    pub staff: String,
    pub place: Place,
    folder: TempDir,
    database: Option<Database>,
    /// One sign-in at a time: each looks for the code that was not there before.
    pub(crate) signing_in: tokio::sync::Mutex<()>,
}

impl Town {
    /// The city on SQLite at this moment, Beijing time: `2026-11-16T09:00`.
    pub async fn sqlite(at: &str) -> Self {
        Self::at(snapshot::sqlite().await, at, "http://127.0.0.1").await
    }

    /// The city on PostgreSQL; none without a server.
    pub async fn postgres(at: &str) -> Option<Self> {
        let snapshot = snapshot::postgres().await?;
        Some(Self::at(snapshot, at, "http://127.0.0.1").await)
    }

    /// The city on each engine that is at hand.
    pub async fn each(at: &str) -> Vec<Self> {
        let mut all = vec![Self::sqlite(at).await];
        all.extend(Self::postgres(at).await);
        all
    }

    /// The city on SQLite, reached under this address; serve it with [`Town::serve`].
    pub async fn sqlite_under(at: &str, base_url: &str) -> Self {
        Self::at(snapshot::sqlite().await, at, base_url).await
    }

    async fn at(snapshot: &Snapshot, at: &str, base_url: &str) -> Self {
        let folder = snapshot.copy();
        let database = match &snapshot.database {
            Some(template) => Database::create(Some(template)).await.unwrap(),
            None => None,
        };
        let place = Place {
            data: folder.path().to_owned(),
            database: database.as_ref().map(|d| d.url.clone()),
            base_url: base_url.into(),
            operator: Some(tongban::demo::OPERATOR.into()),
        };
        let clock = Arc::new(ManualClock::new(moment(at)));
        let platform = platform::open(&place, clock.clone()).await.unwrap();
        Self {
            platform,
            clock,
            city: snapshot::city(),
            residents: snapshot.residents.clone(),
            staff: snapshot.staff.clone(),
            place,
            folder,
            database,
            signing_in: tokio::sync::Mutex::default(),
        }
    }

    /// Moves the clock to this moment, Beijing time.
    pub fn set(&self, at: &str) {
        self.clock.set(moment(at));
    }

    /// The data folder.
    pub fn data(&self) -> &Path {
        self.folder.path()
    }

    /// Runs everything that waits in the background.
    pub async fn drain(&self) {
        self.platform.worker.drain().await.unwrap();
    }

    /// Closes the city and leaves it for a process of its own to serve.
    pub async fn leave(self) -> Left {
        self.platform.ctx.db.close().await;
        Left {
            place: self.place,
            residents: self.residents,
            staff: self.staff,
            folder: self.folder,
            database: self.database,
        }
    }

    /// Closes the city and removes what it left on a server.
    pub async fn close(self) {
        self.platform.ctx.db.close().await;
        if let Some(database) = &self.database {
            database.remove().await.unwrap();
        }
    }
}

/// A city that nobody serves.
pub struct Left {
    pub place: Place,
    /// Password of every resident and company.
    pub residents: String,
    /// Password of every officer.
    pub staff: String,
    folder: TempDir,
    database: Option<Database>,
}

impl Left {
    /// The data folder.
    pub fn data(&self) -> &Path {
        self.folder.path()
    }

    /// Opens it in this process, at this moment, Beijing time.
    pub async fn open(&self, at: &str) -> Platform {
        let clock = Arc::new(ManualClock::new(moment(at)));
        platform::open(&self.place, clock).await.unwrap()
    }

    /// The program itself proves the journal, and that every file is there that a row names.
    pub fn prove(&self, program: &str) {
        let run = |args: &[&str]| {
            let mut command = std::process::Command::new(program);
            command.args(args).arg("--data").arg(self.data());
            if let Some(url) = &self.place.database {
                command.args(["--database", url]);
            }
            let out = command.output().unwrap();
            let said = String::from_utf8_lossy(&out.stdout).into_owned();
            assert!(
                out.status.success(),
                "{args:?}: {said}{}",
                String::from_utf8_lossy(&out.stderr)
            );
        };
        run(&["journal", "verify"]);
        let folder = tempfile::tempdir().unwrap();
        run(&["backup", "--out", folder.path().to_str().unwrap()]);
    }

    /// Removes what it left on a server.
    pub async fn remove(self) {
        if let Some(database) = &self.database {
            database.remove().await.unwrap();
        }
    }
}

fn moment(at: &str) -> jiff::Timestamp {
    let at: DateTime = at.replace(' ', "T").parse().unwrap();
    kernel::time::from_beijing(at).unwrap()
}
