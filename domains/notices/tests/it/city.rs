//! A small city: directory, keys, seals, files, a portal.

use std::sync::Arc;

use gm::{AuthorityNames, FileKeyStore, KeyKind, KeyStore, SoftKey, Unlock};
use journal::{Handlers, RootLog, Worker};
use kernel::{Actor, ActorKind, Channel, Grant, ManualClock, Permission, Scope};
use notices::{Kind, NewNotice, NoticeError, Site};
use seals::{Authorities, CityPlan, Officers, SealType};
use serde_json::Value;
use store::testing::TestDb;
use store::{Ctx, Migration};

use crate::sample;

pub const START: &str = "2026-11-16T01:00:00Z";

fn migrations() -> Vec<Migration> {
    let mut all = Vec::new();
    all.extend_from_slice(store::numbers::MIGRATIONS);
    all.extend_from_slice(journal::MIGRATIONS);
    all.extend_from_slice(agencies::MIGRATIONS);
    all.extend_from_slice(seals::MIGRATIONS);
    all.extend_from_slice(notices::MIGRATIONS);
    all
}

pub struct City {
    pub ctx: Ctx,
    pub clock: Arc<ManualClock>,
    pub db: TestDb,
    pub worker: Worker,
}

/// A city on each engine that is at hand. Only one agency has seals.
pub async fn cities() -> Vec<City> {
    let mut all = Vec::new();
    for db in TestDb::each(&migrations()).await.unwrap() {
        let (ctx, clock) = store::testing::clocked(&db, START);
        let rng = ctx.rng.clone();
        let mut entropy = move |out: &mut [u8]| rng.fill(out);
        let unlock = Unlock::key_file_or_new(&db.path("key"), &mut entropy).unwrap();
        let keys = FileKeyStore::create(&db.path("keys"), &unlock, &mut entropy).unwrap();
        let store: Arc<dyn KeyStore> = Arc::new(keys);
        let names = AuthorityNames {
            organization: "云州市政务服务局".into(),
            title: "云州市".into(),
        };
        Authorities::open(&ctx, store, names).await.unwrap();
        ctx.shared
            .put(Arc::new(blobs::Blobs::open(&db.path("files")).unwrap()));
        ctx.shared.put(Arc::new(Site {
            base_url: "https://zwfw.yunzhou.example/".into(),
        }));
        directory(&ctx).await;
        seal_one(&ctx).await;
        notices::ensure_templates(&ctx).await.unwrap();
        let signer = Arc::new(SoftKey::generate(KeyKind::Sm2, &mut entropy));
        let handlers = Handlers {
            jobs: notices::handlers().into_iter().collect(),
            ..Handlers::default()
        };
        let worker = Worker::new(
            ctx.clone(),
            signer,
            RootLog::new(db.path("roots")),
            handlers,
        );
        all.push(City {
            ctx,
            clock,
            db,
            worker,
        });
    }
    all
}

fn demo(name: &str) -> Value {
    let path = format!("{}/../../demo/{name}", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

async fn directory(ctx: &Ctx) {
    let mut import = agencies::Import::default();
    let list = |value: Value, name: &str| value[name].clone();
    import.regions = serde_json::from_value(list(demo("regions.json"), "regions")).unwrap();
    import.agencies = serde_json::from_value(list(demo("agencies.json"), "agencies")).unwrap();
    agencies::import(ctx, import).await.unwrap();
}

async fn seal_one(ctx: &Ctx) {
    let [applicant, reviewer, maker, custodian] =
        ["yz_leimq", "yz_zhonglx", "yz_kuangsz", "yz_leimq"].map(|id| {
            let scope = Scope::Region("990000".into());
            staff(id, &[Permission::SealManage], scope)
        });
    let officers = Officers {
        applicant,
        reviewer,
        maker,
        custodian,
    };
    let mut plan = CityPlan::of_directory(ctx, officers).await.unwrap();
    assert_eq!(plan.agencies.len(), 39);
    plan.agencies
        .retain(|agency| agency.owner.agency_code == "YD_SCJG");
    assert_eq!(seals::ensure_city_seals(ctx, &plan).await.unwrap(), 3);
}

pub fn staff(id: &str, permissions: &[Permission], scope: Scope) -> Actor {
    let grants = permissions.iter().map(|&p| Grant {
        permission: p,
        scope: scope.clone(),
    });
    Actor {
        kind: ActorKind::Staff,
        id: id.into(),
        grants: grants.collect(),
        ..Actor::visitor(Channel::Console)
    }
}

/// The window officer who makes documents.
pub fn officer() -> Actor {
    let permissions = [
        Permission::CaseRead,
        Permission::CaseAccept,
        Permission::CaseDecide,
    ];
    staff("ck_haosy", &permissions, Scope::Region("990102".into()))
}

/// The applicant.
pub fn applicant() -> Actor {
    let grant = Grant {
        permission: Permission::CaseReadOwn,
        scope: Scope::Own,
    };
    Actor {
        kind: ActorKind::User,
        id: "account-c01".into(),
        grants: vec![grant],
        ..Actor::visitor(Channel::Portal)
    }
}

impl City {
    pub async fn new_notice(&self, kind: Kind) -> NewNotice {
        let issuer = notices::issuer(&self.ctx, "YD_SCJG").await.unwrap();
        NewNotice {
            kind,
            number: notices::number(&self.ctx, kind, &issuer).await.unwrap(),
            title: None,
            case_key: "case-1".into(),
            case_no: "990102202611160000127".into(),
            owner: "account-c01".into(),
            token: "k3v9c0t2m8r5x1qz".into(),
            issuer,
            fields: sample::fields(kind),
            replaces: None,
            beside: Vec::new(),
        }
    }

    /// Creates in a transaction of its own, as an act of the officer.
    pub async fn create(&self, new: NewNotice) -> Result<String, NoticeError> {
        let ctx = self.ctx.with_actor(officer());
        let new = Arc::new(notices::prepare(&ctx, &new).await?);
        let inner = ctx.clone();
        ctx.db
            .write(move |tx| {
                let (ctx, new) = (inner.clone(), new.clone());
                Box::pin(async move { notices::create(tx, &ctx, &new).await })
            })
            .await
    }

    pub async fn deliver(&self, doc_id: &str) -> Result<notices::Notice, NoticeError> {
        let (inner, id) = (self.ctx.with_actor(officer()), doc_id.to_owned());
        self.ctx
            .db
            .write(move |tx| {
                let (ctx, id) = (inner.clone(), id.clone());
                Box::pin(async move { notices::deliver(tx, &ctx, &id).await })
            })
            .await
    }

    pub async fn events(&self, stream: &str) -> Vec<journal::StoredEvent> {
        journal::stream(&mut self.ctx.db.reader(), stream)
            .await
            .unwrap()
    }

    pub async fn uses(&self, agency: &str) -> Vec<seals::SealUse> {
        let list = seals::Uses {
            agency: agency.into(),
            ..seals::Uses::default()
        };
        seals::uses(&self.ctx, &list, kernel::PageRequest::new(1, 100))
            .await
            .unwrap()
            .rows
    }

    pub async fn seal(&self, seal_type: SealType) -> seals::Seal {
        seals::find(&self.ctx, "YD_SCJG", seal_type).await.unwrap()
    }
}
