//! Whom else we believe: two persons decide, one person can end it.

use kernel::{Actor, Grant, Permission, Scope};
use sealing::{Check, Outcome, Reason, Verdict};
use seals::{Proposal, RootScope, RootState, SealError, SealType};
use store::Ctx;

use crate::common::{City, cities, notice, other_cities, reserve, staff};
use crate::sign::stamp;

/// Somebody who keeps the trust list.
pub fn keeper(city: &City, id: &str) -> Ctx {
    let grants = vec![Grant {
        permission: Permission::TrustManage,
        scope: Scope::All,
    }];
    city.ctx.with_actor(Actor {
        grants,
        ..staff(id)
    })
}

async fn verdict(city: &City, file: &[u8]) -> Verdict {
    let trust = seals::trust(&city.ctx).await.unwrap();
    sealing::verify(file, &trust).unwrap()
}

fn chain(verdict: &Verdict) -> (Outcome, Option<Reason>) {
    let finding = verdict.findings.iter().find(|f| f.check == Check::Chain);
    let finding = finding.unwrap();
    (finding.outcome, finding.reason)
}

/// What the other city hands out: its SM2 root with the authority that issues, and their lists.
async fn handed_out(other: &City) -> (Vec<u8>, Vec<Vec<u8>>) {
    let own = seals::own_roots(&other.ctx).await.unwrap();
    let sm2 = own.iter().find(|one| one.kind == "sm2").unwrap();
    let pem = [&sm2.root, &sm2.issuing]
        .map(|der| gm::Certificate::from_der(der).unwrap().to_pem())
        .concat();
    (
        pem.into_bytes(),
        vec![sm2.crl.clone(), sm2.root_crl.clone()],
    )
}

fn proposal(city: &City, certificates: Vec<u8>) -> Proposal {
    let now = city.ctx.now();
    Proposal {
        certificates,
        name: "邻市电子印章根".into(),
        scope: RootScope::Seals,
        basis: "云电子印章〔2026〕7号".into(),
        valid_from: now,
        valid_to: now + jiff::SignedDuration::from_hours(24 * 300),
    }
}

#[tokio::test]
async fn a_foreign_seal_is_believed_once_two_persons_trust_its_root() {
    for (home, other) in cities().await.into_iter().zip(other_cities().await) {
        let seal = other.active(SealType::Acceptance, "notice", 20).await;
        let id = reserve(&other.ctx, notice(&seal)).await.unwrap();
        let (ofd, _) = stamp(&other, &id).await.unwrap();
        let foreign = (Outcome::Fail, Some(Reason::CertificateForeign));
        assert_eq!(chain(&verdict(&home, &ofd).await), foreign);

        let (pem, lists) = handed_out(&other).await;
        let (first, second) = (keeper(&home, "zuoqm"), keeper(&home, "zhonglx"));
        let wish = proposal(&home, pem);
        let root = seals::propose_root(&first, &wish).await.unwrap();
        assert_eq!(chain(&verdict(&home, &ofd).await), foreign, "only proposed");
        let alone = seals::approve_root(&first, &root.key).await;
        assert!(matches!(alone, Err(SealError::SamePerson { .. })));
        let again = seals::propose_root(&second, &wish).await;
        assert!(matches!(
            again,
            Err(SealError::Invalid {
                field: "certificates",
                ..
            })
        ));

        let trusted = seals::approve_root(&second, &root.key).await.unwrap();
        assert_eq!(trusted.state, RootState::Trusted);
        let believed = verdict(&home, &ofd).await;
        assert_eq!(chain(&believed), (Outcome::Pass, None));
        let revocation = |v: &Verdict| {
            v.findings
                .iter()
                .filter(|f| f.check == Check::Revocation)
                .map(|f| (f.outcome, f.reason))
                .collect::<Vec<_>>()
        };
        let unknown = (Outcome::NotChecked, Some(Reason::RevocationUnknown));
        assert!(
            revocation(&believed).contains(&unknown),
            "no lists at hand yet"
        );
        for list in &lists {
            seals::give_list(&first, &root.key, list).await.unwrap();
        }
        let older = seals::give_list(&first, &root.key, &lists[0]).await;
        assert!(matches!(
            older,
            Err(SealError::Invalid { field: "crl", .. })
        ));
        let own = seals::own_roots(&home.ctx).await.unwrap();
        let strange = seals::give_list(&first, &root.key, &own[0].crl).await;
        assert!(matches!(
            strange,
            Err(SealError::Invalid { field: "crl", .. })
        ));
        let checked = verdict(&home, &ofd).await;
        assert!(checked.is_valid(), "{:?}", checked.findings);
        assert!(!revocation(&checked).contains(&unknown));

        // One person ends it, at once; a decision cannot be made twice.
        seals::end_root(&first, &root.key, "根私钥疑似泄露")
            .await
            .unwrap();
        assert_eq!(chain(&verdict(&home, &ofd).await), foreign);
        let twice = seals::end_root(&second, &root.key, "再次").await;
        assert!(matches!(
            twice,
            Err(SealError::RootState(RootState::Ended, _))
        ));
        let told = home.events(&format!("trust/{}", root.key)).await;
        assert_eq!(told, ["trust.moved"; 3]);
        // Anew it is a new proposal.
        seals::propose_root(&second, &wish).await.unwrap();
        let states: Vec<_> = seals::roots(&first).await.unwrap();
        let states: Vec<_> = states.iter().map(|r| r.state).collect();
        assert_eq!(states, [RootState::Proposed, RootState::Ended]);
        for city in [home, other] {
            city.db.remove().await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_root_counts_within_its_period_and_for_its_scope_only() {
    for (home, other) in cities().await.into_iter().zip(other_cities().await) {
        let seal = other.active(SealType::Acceptance, "notice", 20).await;
        let id = reserve(&other.ctx, notice(&seal)).await.unwrap();
        let (ofd, _) = stamp(&other, &id).await.unwrap();
        let (pem, _) = handed_out(&other).await;
        let (first, second) = (keeper(&home, "zuoqm"), keeper(&home, "zhonglx"));
        let now = home.ctx.now();
        let hour = jiff::SignedDuration::from_hours(1);
        let wish = Proposal {
            valid_from: now + hour,
            valid_to: now + hour * 2,
            ..proposal(&home, pem.clone())
        };
        let root = seals::propose_root(&first, &wish).await.unwrap();
        seals::approve_root(&second, &root.key).await.unwrap();
        let foreign = (Outcome::Fail, Some(Reason::CertificateForeign));
        for (minutes, wanted) in [(0, foreign), (61, (Outcome::Pass, None)), (60, foreign)] {
            home.advance(minutes * 60);
            assert_eq!(chain(&verdict(&home, &ofd).await), wanted, "{minutes}");
        }
        seals::end_root(&first, &root.key, "换范围").await.unwrap();
        // A root for time stamps makes nobody a sealer.
        let times = Proposal {
            scope: RootScope::Times,
            ..proposal(&home, pem)
        };
        let root = seals::propose_root(&first, &times).await.unwrap();
        seals::approve_root(&second, &root.key).await.unwrap();
        assert_eq!(chain(&verdict(&home, &ofd).await), foreign);
        for city in [home, other] {
            city.db.remove().await.unwrap();
        }
    }
}

#[tokio::test]
async fn what_is_no_root_is_refused_and_nobody_else_may_propose() {
    for (home, other) in cities().await.into_iter().zip(other_cities().await) {
        let first = keeper(&home, "zuoqm");
        let (pem, _) = handed_out(&other).await;
        let own = seals::own_roots(&home.ctx).await.unwrap();
        let issuing = gm::Certificate::from_der(&own[0].issuing).unwrap();
        let stranger = [pem.clone(), issuing.to_pem().into_bytes()].concat();
        for wrong in [b"nothing".to_vec(), own[0].issuing.clone(), stranger] {
            let refused = seals::propose_root(&first, &proposal(&home, wrong)).await;
            assert!(matches!(
                refused,
                Err(SealError::Invalid {
                    field: "certificates",
                    ..
                })
            ));
        }
        let mut late = proposal(&home, pem.clone());
        late.valid_to = jiff::Timestamp::MAX;
        let refused = seals::propose_root(&first, &late).await;
        assert!(matches!(
            refused,
            Err(SealError::Invalid {
                field: "valid_to",
                ..
            })
        ));
        let stranger = home.staff("leimq");
        let refused = seals::propose_root(&stranger, &proposal(&home, pem)).await;
        assert!(matches!(refused, Err(SealError::Denied(_))));
        assert!(matches!(
            seals::roots(&stranger).await,
            Err(SealError::Denied(_))
        ));
        assert!(seals::roots(&first).await.unwrap().is_empty());
        for city in [home, other] {
            city.db.remove().await.unwrap();
        }
    }
}
