//! Opening an installation: data folder, keys, database, files, authorities, background.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use blobs::Blobs;
use gm::{AuthorityNames, KeyKind, KeyStore, Signer, Vault};
use jiff::Timestamp;
use journal::{Report, RootLog, Worker};
use kernel::{Actor, Clock, Locale, Randomness, SystemRandom};
use notices::Site;
use seals::Authorities;
use store::{Ctx, DataLock, Db, Parts, Shared, Snapshot};

use crate::stop::Stop;
use crate::{keys, schema, wiring};

/// Name of the journal's key.
const JOURNAL_KEY: &str = "journal";
/// The SQLite file in the data folder.
const DATABASE: &str = "tongban.db";
/// Where other libraries leave their files, in the data folder.
const EXCHANGE: &str = "exchange";
/// The file of signed roots in the data folder.
const ROOTS: &str = "journal-roots.jsonl";

/// Where an installation lies and how it is reached.
#[derive(Clone, Debug)]
pub struct Place {
    /// Data folder: keys, files, the SQLite file.
    pub data: PathBuf,
    /// `postgres://…`; none for the SQLite file in the data folder.
    pub database: Option<String>,
    /// Where the portal is reached, without a slash at the end.
    pub base_url: String,
    /// Code of the agency that runs the platform and seals its verification reports.
    pub operator: Option<String>,
}

/// An open installation.
pub struct Platform {
    /// A context in which the platform itself acts.
    pub ctx: Ctx,
    pub worker: Worker,
    pub authorities: Arc<Authorities>,
    pub keys: Arc<dyn KeyStore>,
    pub roots: RootLog,
    _lock: DataLock,
}

/// Opens an installation, creating what is missing.
pub async fn open(place: &Place, clock: Arc<dyn Clock>) -> Result<Platform, Stop> {
    std::fs::create_dir_all(&place.data).map_err(|e| {
        Stop::new(format!(
            "数据目录不可用 / data folder {}: {e}",
            place.data.display()
        ))
    })?;
    // Over a database server several processes share the keys and files of one folder.
    let lock = match place.database {
        Some(_) => DataLock::share(&place.data),
        None => DataLock::take(&place.data),
    };
    let lock =
        lock.map_err(|e| Stop::new(format!("数据目录正在使用 / data folder in use: {e}")))?;
    let rng: Arc<dyn Randomness> = Arc::new(SystemRandom);
    let keys = keys::open_or_create(&place.data, &rng)?;
    let vault = Vault::from_store(&*keys, &mut |out: &mut [u8]| rng.fill(out))?;
    let db = match &place.database {
        Some(url) => Db::open_postgres(url).await?,
        None => Db::open_sqlite(&place.data.join(DATABASE)).await?,
    };
    db.migrate(&schema::migrations()).await?;
    let ctx = context(place, db, vault, (clock, rng.clone()))?;
    let names = AuthorityNames {
        organization: "云州市政务服务管理机构".into(),
        title: "通办".into(),
    };
    let authorities = Authorities::open(&ctx, keys.clone(), names).await?;
    let roots = RootLog::new(place.data.join(ROOTS));
    let signer = journal_signer(&*keys, &rng)?;
    wiring::adapters(&ctx);
    let worker = Worker::new(ctx.clone(), signer, roots.clone(), wiring::handlers());
    Ok(Platform {
        ctx,
        worker,
        authorities,
        keys,
        roots,
        _lock: lock,
    })
}

type Outside = (Arc<dyn Clock>, Arc<dyn Randomness>);

fn context(place: &Place, db: Db, vault: Vault, (clock, rng): Outside) -> Result<Ctx, Stop> {
    let ctx = Ctx::new(Parts {
        db,
        clock,
        rng,
        vault: Arc::new(vault),
        shared: Arc::new(Shared::default()),
        actor: Arc::new(Actor::system()),
        locale: Locale::Zh,
    });
    ctx.shared
        .put(Arc::new(Blobs::open(&place.data.join("files"))?));
    ctx.shared.put(Arc::new(collection::ExchangeFolder {
        path: place.data.join(EXCHANGE),
    }));
    ctx.shared.put(Arc::new(Site {
        base_url: place.base_url.clone(),
    }));
    if let Some(agency) = &place.operator {
        let agency = agency.clone();
        ctx.shared.put(Arc::new(licences::Operator { agency }));
    }
    Ok(ctx)
}

/// An installation seen from beside, while another process may be serving it: nothing is created,
/// migrated or locked. What is written through it are events of the journal only.
pub struct Look {
    pub ctx: Ctx,
    pub keys: Arc<dyn KeyStore>,
}

/// Looks at an installation that exists.
pub async fn look(place: &Place, clock: Arc<dyn Clock>) -> Result<Look, Stop> {
    let rng: Arc<dyn Randomness> = Arc::new(SystemRandom);
    let keys = keys::open(&place.data)?;
    let vault = Vault::from_store(&*keys, &mut |out: &mut [u8]| rng.fill(out))?;
    let db = match &place.database {
        Some(url) => Db::open_postgres(url).await?,
        None => Db::open_sqlite(&existing(&place.data)?).await?,
    };
    let missing = db.missing_migrations(&schema::migrations()).await;
    match missing {
        Ok(missing) if missing.is_empty() => {}
        Ok(missing) => {
            return Err(Stop::new(format!(
                "数据库须先升级，请先运行 serve / the database must be migrated first, by serve: {}",
                missing.join(", ")
            )));
        }
        Err(error) => return Err(error.into()),
    }
    let ctx = context(place, db, vault, (clock, rng))?;
    Ok(Look { ctx, keys })
}

/// One consistent view of an installation's database.
pub async fn snapshot(place: &Place) -> Result<Snapshot, Stop> {
    Ok(match &place.database {
        Some(url) => Snapshot::of_postgres(url).await?,
        None => Snapshot::of_sqlite(&existing(&place.data)?).await?,
    })
}

fn existing(data: &Path) -> Result<PathBuf, Stop> {
    let path = data.join(DATABASE);
    if path.is_file() {
        return Ok(path);
    }
    Err(Stop::new(format!(
        "没有数据库 / there is no database {}",
        path.display()
    )))
}

/// Proves the audit trail whole, also while it grows: everything is read in one view.
pub async fn verify_journal(
    place: &Place,
    keys: &dyn KeyStore,
    now: Timestamp,
) -> Result<Report, Stop> {
    // The view begins with its first statement, after the file of roots was read: a root that is
    // written meanwhile is in neither or in the database only, which is no fault.
    let mut snapshot = snapshot(place).await?;
    let roots = RootLog::new(place.data.join(ROOTS));
    let report = journal::verify(&mut snapshot, &roots, now, |message, signature| {
        signed_by_journal(keys, message, signature)
    })
    .await?;
    snapshot.close().await?;
    Ok(report)
}

/// Whether a signature over a journal root is the platform's own.
fn signed_by_journal(keys: &dyn KeyStore, message: &[u8], signature: &[u8]) -> bool {
    keys.public_key(JOURNAL_KEY).is_ok_and(|key| {
        key.verify(gm::SignatureAlgorithm::Sm2Sm3, message, signature)
            .is_ok()
    })
}

/// The key that signs the journal's roots, made on first start.
fn journal_signer(keys: &dyn KeyStore, rng: &Arc<dyn Randomness>) -> Result<Arc<dyn Signer>, Stop> {
    if !keys.keys().iter().any(|k| k == JOURNAL_KEY) {
        keys.create(JOURNAL_KEY, KeyKind::Sm2, &mut |out: &mut [u8]| {
            rng.fill(out)
        })?;
    }
    Ok(keys.bare_signer(JOURNAL_KEY)?)
}

impl Platform {
    /// Whether a signature over a journal root is the platform's own.
    pub fn signed_by_journal(&self, message: &[u8], signature: &[u8]) -> bool {
        signed_by_journal(&*self.keys, message, signature)
    }
}
