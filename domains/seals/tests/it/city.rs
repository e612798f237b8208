//! The seals of the whole demonstration city.

use std::time::Instant;

use kernel::PageRequest;
use seals::{
    CityPlan, CitySeal, Officers, Owner, SealError, SealType, Seals, State, ensure_city_seals,
};
use serde_json::Value;

use crate::common::{City, cities, staff, wish};

fn plan() -> CityPlan {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../demo/agencies.json");
    let demo: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let text = |agency: &Value, name: &str| agency[name].as_str().unwrap().to_owned();
    let agencies = demo["agencies"]
        .as_array()
        .unwrap()
        .iter()
        .map(|agency| CitySeal {
            owner: Owner {
                agency_code: text(agency, "agency_code"),
                uscc: text(agency, "uscc"),
                name: text(agency, "name"),
                region_code: text(agency, "region_code"),
            },
            seal_types: serde_json::from_value(agency["seal_types"].clone()).unwrap(),
        })
        .collect();
    let mut officers = ["leimq", "zhonglx", "kuangsz", "leimq"].map(staff);
    for grant in officers.iter_mut().flat_map(|officer| &mut officer.grants) {
        grant.scope = kernel::Scope::All;
    }
    let [applicant, reviewer, maker, custodian] = officers;
    CityPlan {
        agencies,
        name_seals: Vec::new(),
        officers: Officers {
            applicant,
            reviewer,
            maker,
            custodian,
        },
        standing: CityPlan::usual_standing(),
        basis: "关于启用政务服务电子印章的通知".into(),
    }
}

async fn all(city: &City) -> Vec<seals::Seal> {
    let mut all = Vec::new();
    for page in 1..=5 {
        let request = PageRequest::new(page, 100);
        let found = seals::seals(&city.ctx, &Seals::Region("990000".into()), request).await;
        all.extend(found.unwrap().rows);
    }
    all
}

#[tokio::test]
async fn every_agency_gets_its_seals_by_the_real_life_cycle() {
    for city in cities().await {
        let plan = plan();
        let wanted: usize = plan
            .agencies
            .iter()
            .map(|agency| agency.seal_types.len())
            .sum();
        let begun = Instant::now();
        assert_eq!(ensure_city_seals(&city.ctx, &plan).await.unwrap(), wanted);
        eprintln!(
            "{:?}: {wanted} seals in {:?}",
            city.db.engine(),
            begun.elapsed()
        );
        let seals = all(&city).await;
        assert_eq!(seals.len(), wanted);
        for seal in &seals {
            assert_eq!(seal.state, State::Active);
            let staff = (
                seal.applicant.as_str(),
                seal.reviewer.as_deref(),
                seal.maker.as_deref(),
            );
            assert_eq!(staff, ("leimq", Some("zhonglx"), Some("kuangsz")));
            assert_eq!(seal.filing_no, Some(format!("备{}", seal.es_id)));
        }
        let one = &seals[7];
        assert_eq!(
            city.events(&format!("seal/{}", one.key)).await,
            [
                "seal.applied",
                "seal.approved",
                "seal.made",
                "seal.filed",
                "seal.released",
                "seal.authorised",
            ]
        );
        let found = seals::find(&city.ctx, "YD_SCJG", SealType::Acceptance)
            .await
            .unwrap();
        assert_eq!(found.name, "云州市云东区市场监督管理局受理专用章");
        let agency = Seals::Agency {
            code: "YD_SCJG".into(),
            region: "990102".into(),
        };
        let own = seals::seals(&city.ctx, &agency, PageRequest::default())
            .await
            .unwrap();
        assert_eq!((own.total, own.rows.len()), (3, 3));

        // A second start changes nothing, and leaves alone what people have done since.
        seals::withdraw(&city.staff("leimq"), &found.key, "调整授权")
            .await
            .unwrap();
        let lost = seals::find(&city.ctx, "YD_SCJG", SealType::Official)
            .await
            .unwrap();
        seals::report_loss(&city.staff("leimq"), &lost.key, "遗失")
            .await
            .unwrap();
        assert_eq!(ensure_city_seals(&city.ctx, &plan).await.unwrap(), 0);
        let again = seals::find(&city.ctx, "YD_SCJG", SealType::Acceptance).await;
        assert!(matches!(again, Err(SealError::NotActive(State::Released))));
        assert_eq!(all(&city).await.len(), wanted);
        city.db.remove().await.unwrap();
    }
}

#[tokio::test]
async fn a_run_that_was_broken_off_is_taken_up_again() {
    for city in cities().await {
        let mut plan = plan();
        plan.agencies
            .retain(|agency| agency.owner.agency_code == "YD_SCJG");
        // One seal is only applied for, one only approved, one made.
        let types = [SealType::Official, SealType::Acceptance, SealType::Licence];
        for (steps, seal_type) in types.into_iter().enumerate() {
            let seal = seals::apply(&city.staff("leimq"), wish(seal_type))
                .await
                .unwrap();
            if steps > 0 {
                seals::approve(&city.staff("zhonglx"), &seal.key)
                    .await
                    .unwrap();
            }
            if steps > 1 {
                seals::make(&city.staff("kuangsz"), &seal.key)
                    .await
                    .unwrap();
            }
        }
        assert_eq!(ensure_city_seals(&city.ctx, &plan).await.unwrap(), 3);
        let seals = all(&city).await;
        assert_eq!(seals.len(), 3);
        assert!(seals.iter().all(|seal| seal.state == State::Active));
        city.db.remove().await.unwrap();
    }
}

#[tokio::test]
async fn one_person_cannot_make_the_seals_of_a_city() {
    for city in cities().await {
        let mut plan = plan();
        plan.officers.reviewer = plan.officers.applicant.clone();
        let done = ensure_city_seals(&city.ctx, &plan).await;
        assert!(
            matches!(done, Err(SealError::SamePerson { .. })),
            "{done:?}"
        );
        assert!(all(&city).await.is_empty());
        city.db.remove().await.unwrap();
    }
}
