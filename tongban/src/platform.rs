//! Opening an installation: data folder, keys, database, files, authorities, background.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use blobs::Blobs;
use gm::{AuthorityNames, FileKeyStore, KeyKind, KeyStore, Signer, Unlock, Vault};
use journal::{RootLog, Worker};
use kernel::{Actor, Clock, Locale, Randomness, SystemRandom};
use notices::Site;
use seals::Authorities;
use store::{Ctx, DataLock, Db, Shared};

use crate::stop::Stop;
use crate::{schema, wiring};

/// Name of the journal's key.
const JOURNAL_KEY: &str = "journal";

/// Where an installation lies and how it is reached.
#[derive(Clone, Debug)]
pub struct Place {
    /// Data folder: keys, files, the SQLite file.
    pub data: PathBuf,
    /// `postgres://…`; none for the SQLite file in the data folder.
    pub database: Option<String>,
    /// Where the portal is reached, without a slash at the end.
    pub base_url: String,
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
    let lock = DataLock::take(&place.data)
        .map_err(|e| Stop::new(format!("数据目录正在使用 / data folder in use: {e}")))?;
    let rng: Arc<dyn Randomness> = Arc::new(SystemRandom);
    let keys = open_keys(&place.data, &rng)?;
    let vault = Vault::from_store(&*keys, &mut |out: &mut [u8]| rng.fill(out))?;
    let db = match &place.database {
        Some(url) => Db::open_postgres(url).await?,
        None => Db::open_sqlite(&place.data.join("tongban.db")).await?,
    };
    db.migrate(&schema::migrations()).await?;
    let ctx = Ctx {
        db,
        clock,
        rng: rng.clone(),
        vault: Arc::new(vault),
        shared: Arc::new(Shared::default()),
        actor: Arc::new(Actor::system()),
        locale: Locale::Zh,
    };
    ctx.shared
        .put(Arc::new(Blobs::open(&place.data.join("files"))?));
    ctx.shared.put(Arc::new(Site {
        base_url: place.base_url.clone(),
    }));
    let names = AuthorityNames {
        organization: "云州市政务服务管理机构".into(),
        title: "通办".into(),
    };
    let authorities = Authorities::open(&ctx, keys.clone(), names).await?;
    let roots = RootLog::new(place.data.join("journal-roots.jsonl"));
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

fn open_keys(data: &Path, rng: &Arc<dyn Randomness>) -> Result<Arc<dyn KeyStore>, Stop> {
    let mut entropy = |out: &mut [u8]| rng.fill(out);
    let unlock = match std::env::var("TONGBAN_KEY_PASSPHRASE") {
        Ok(text) => Unlock::passphrase(&text),
        Err(_) => Unlock::key_file_or_new(&data.join("keys.unlock"), &mut entropy)?,
    };
    let keys = FileKeyStore::open_or_create(&data.join("keys.store"), &unlock, &mut entropy)?;
    Ok(Arc::new(keys))
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
        self.keys.public_key(JOURNAL_KEY).is_ok_and(|key| {
            key.verify(gm::SignatureAlgorithm::Sm2Sm3, message, signature)
                .is_ok()
        })
    }
}
