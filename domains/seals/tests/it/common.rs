//! A small city with its keys and staff.

use std::sync::Arc;

use gm::{AuthorityNames, FileKeyStore, KeyStore, Unlock};
use jiff::{SignedDuration, Timestamp};
use kernel::{Actor, ActorKind, Channel, Grant, ManualClock, Permission, Scope};
use seals::{
    Apply, Authorities, Drawing, Grant as SealGrant, HolderKind, Impress, Owner, Seal, SealError,
    SealType,
};
use store::testing::TestDb;
use store::{Ctx, Migration};

pub const START: &str = "2026-11-16T01:00:00Z";

pub fn migrations() -> Vec<Migration> {
    let mut all = Vec::new();
    all.extend_from_slice(store::numbers::MIGRATIONS);
    all.extend_from_slice(journal::MIGRATIONS);
    all.extend_from_slice(agencies::MIGRATIONS);
    all.extend_from_slice(seals::MIGRATIONS);
    all
}

pub struct City {
    pub ctx: Ctx,
    pub clock: Arc<ManualClock>,
    pub db: TestDb,
    pub store: Arc<dyn KeyStore>,
}

/// A city on each engine that is at hand.
pub async fn cities() -> Vec<City> {
    seeded(None).await
}

/// The same with keys of their own.
pub async fn other_cities() -> Vec<City> {
    seeded(Some(0x0ced)).await
}

async fn seeded(seed: Option<u64>) -> Vec<City> {
    let mut all = Vec::new();
    for db in TestDb::each(&migrations()).await.unwrap() {
        let (mut ctx, clock) = store::testing::clocked(&db, START);
        if let Some(seed) = seed {
            ctx.rng = Arc::new(kernel::SeededRandom::new(seed));
        }
        let rng = ctx.rng.clone();
        let mut entropy = move |out: &mut [u8]| rng.fill(out);
        let unlock = Unlock::key_file_or_new(&db.path("key"), &mut entropy).unwrap();
        let keys = FileKeyStore::create(&db.path("keys"), &unlock, &mut entropy).unwrap();
        let store: Arc<dyn KeyStore> = Arc::new(keys);
        let names = AuthorityNames {
            organization: "云州市政务服务局".into(),
            title: "云州市".into(),
        };
        Authorities::open(&ctx, store.clone(), names).await.unwrap();
        all.push(City {
            ctx,
            clock,
            db,
            store,
        });
    }
    all
}

impl City {
    /// The context of a member of staff who manages the seals of a region.
    pub fn staff(&self, id: &str) -> Ctx {
        self.ctx.with_actor(staff(id))
    }

    pub fn advance(&self, seconds: i64) {
        self.clock.advance(SignedDuration::from_secs(seconds));
    }

    pub async fn events(&self, stream: &str) -> Vec<String> {
        let events = journal::stream(&mut self.ctx.db.reader(), stream)
            .await
            .unwrap();
        events.into_iter().map(|event| event.kind).collect()
    }

    /// Walks a new seal to where it can be authorised.
    pub async fn released(&self, seal_type: SealType) -> Seal {
        let seal = seals::apply(&self.staff("leimq"), wish(seal_type))
            .await
            .unwrap();
        seals::approve(&self.staff("zhonglx"), &seal.key)
            .await
            .unwrap();
        let maker = self.staff("kuangsz");
        seals::make(&maker, &seal.key).await.unwrap();
        seals::file(&maker, &seal.key, "备99010200000001")
            .await
            .unwrap();
        seals::release(&maker, &seal.key, "保管人雷鸣谦签收")
            .await
            .unwrap()
    }

    /// A seal in use by the platform for notices.
    pub async fn active(&self, seal_type: SealType, kind: &str, most: i64) -> Seal {
        let seal = self.released(seal_type).await;
        let grant = grant(&seal, kind, most);
        seals::authorise(&self.staff("leimq"), &seal.key, vec![grant])
            .await
            .unwrap()
    }
}

pub fn staff(id: &str) -> Actor {
    let grants = [
        Permission::SealManage,
        Permission::SealUse,
        Permission::SealReadUses,
    ]
    .map(|permission| Grant {
        permission,
        scope: Scope::Region("990100".into()),
    });
    Actor {
        kind: ActorKind::Staff,
        id: id.into(),
        name: id.into(),
        grants: grants.into(),
        agency: Some("YZ_SJJ".into()),
        ..Actor::visitor(Channel::Console)
    }
}

pub fn owner() -> Owner {
    Owner {
        agency_code: "YD_SCJG".into(),
        uscc: "11990102MB9134259F".into(),
        name: "云州市云东区市场监督管理局".into(),
        region_code: "990102".into(),
    }
}

pub fn wish(seal_type: SealType) -> Apply {
    Apply {
        owner: owner(),
        seal_type,
        person: (seal_type == SealType::Personal).then(|| "姜伯远".into()),
        basis: "云市监办〔2026〕18号".into(),
        custodian: "leimq".into(),
        impression: Impress::Drawn(Drawing::usual(seal_type)),
        basis_file: None,
        replaces: None,
    }
}

pub fn grant(seal: &Seal, kind: &str, most: i64) -> SealGrant {
    SealGrant {
        holder_kind: HolderKind::System,
        holder: "system".into(),
        document_kind: kind.into(),
        item_code: None,
        valid_from: START.parse().unwrap(),
        valid_to: seal.valid_to.unwrap(),
        daily_maximum: most,
    }
}

/// Reserves in a transaction of its own.
pub async fn reserve(ctx: &Ctx, wish: seals::Reserve) -> Result<seals::UseId, SealError> {
    let (inner, wish) = (ctx.clone(), Arc::new(wish));
    ctx.db
        .write(move |tx| {
            let (ctx, wish) = (inner.clone(), wish.clone());
            Box::pin(async move { seals::reserve(tx, &ctx, &wish).await })
        })
        .await
}

pub async fn finish(
    ctx: &Ctx,
    id: &seals::UseId,
    result: seals::UseResult,
) -> Result<(), SealError> {
    let (inner, id) = (ctx.clone(), id.clone());
    ctx.db
        .write(move |tx| {
            let (ctx, id) = (inner.clone(), id.clone());
            Box::pin(async move {
                let document = seals::UsedDocument {
                    format: "ofd".into(),
                    digest: "5f".repeat(32),
                    length: 9,
                };
                seals::finish(tx, &ctx, &id, &[document], result, "").await
            })
        })
        .await
}

pub fn notice(seal: &Seal) -> seals::Reserve {
    seals::Reserve {
        seal: seal.key.clone(),
        purpose: "受理通知书 云东市监受字〔2026〕00012号".into(),
        document_kind: "notice".into(),
        case_no: "990102202611160000127".into(),
        item_code: "SPJYXK-XB".into(),
        person: "ck_haosy".into(),
    }
}

pub fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}
