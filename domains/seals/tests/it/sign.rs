//! What is signed verifies, and keeps verifying.

use paper::{Document, Item, Page, Place, Text};
use sealing::{Check, Outcome, Reason, Verdict};
use seals::{Request, SealError, SealType, Unsealable, UseId};

use crate::common::{City, cities, finish, grant, notice, reserve};

pub const PLACE: Place = Place {
    page: 0,
    x: 120.0,
    y: 200.0,
    width: 40.0,
    height: 40.0,
};

fn laid() -> paper::Laid {
    let mut page = Page::a4();
    page.items
        .push(Item::Text(Text::new("受理通知书：陈䶮", 30.0, 40.0, 6.0)));
    let document = Document {
        pages: vec![page],
        ..Document::default()
    };
    paper::lay_out(&document).unwrap()
}

pub fn package() -> ofd::Package {
    let info = ofd::DocInfo {
        id: "0123456789abcdef0123456789abcdef".into(),
        custom: vec![],
    };
    ofd::compose(&laid(), &info).unwrap()
}

pub async fn stamp(city: &City, id: &UseId) -> Result<(Vec<u8>, Vec<u8>), SealError> {
    let pdf = paper::to_pdf(&laid()).unwrap();
    Ok((
        seals::stamp_ofd(&city.ctx, id, package(), PLACE, true).await?,
        seals::stamp_pdf(&city.ctx, id, pdf, PLACE, true).await?,
    ))
}

pub async fn verdict(city: &City, file: &[u8]) -> Verdict {
    let trust = seals::trust(&city.ctx).await.unwrap();
    sealing::verify(file, &trust).unwrap()
}

#[tokio::test]
async fn sealed_files_verify_against_the_platforms_own_roots() {
    for city in cities().await {
        let seal = city.active(SealType::Acceptance, "notice", 20).await;
        let id = reserve(&city.ctx, notice(&seal)).await.unwrap();
        let (ofd, pdf) = stamp(&city, &id).await.unwrap();
        finish(&city.ctx, &id, seals::UseResult::Signed)
            .await
            .unwrap();
        for (file, algorithm) in [(&ofd, "SM2"), (&pdf, "ECDSA")] {
            let found = verdict(&city, file).await;
            assert!(found.is_valid(), "{:?}", found.findings);
            let unchecked: Vec<_> = found
                .findings
                .iter()
                .filter(|finding| finding.outcome == Outcome::NotChecked)
                .collect();
            assert!(unchecked.is_empty(), "{unchecked:?}");
            let signature = &found.signatures[0];
            assert!(
                signature.algorithm.contains(algorithm),
                "{}",
                signature.algorithm
            );
            assert_eq!(signature.signer, seal.name);
        }
        assert_eq!(
            verdict(&city, &ofd).await.signatures[0].seal_id.as_deref(),
            Some(seal.es_id.as_str())
        );
        // The use is spent.
        assert!(matches!(stamp(&city, &id).await, Err(SealError::UseClosed)));
        // One changed byte breaks it.
        let mut changed = pdf.clone();
        let middle = changed.len() / 3;
        changed[middle] ^= 1;
        assert!(!verdict(&city, &changed).await.is_valid());
        city.db.remove().await.unwrap();
    }
}

#[tokio::test]
async fn a_use_signs_only_for_who_reserved_it_and_only_in_time() {
    for city in cities().await {
        let seal = city.active(SealType::Acceptance, "notice", 20).await;
        let id = reserve(&city.ctx, notice(&seal)).await.unwrap();
        let other = city.staff("somebody");
        let done = seals::stamp_ofd(&other, &id, package(), PLACE, true).await;
        assert!(matches!(done, Err(SealError::Denied(_))));
        city.advance(31 * 60);
        assert!(matches!(stamp(&city, &id).await, Err(SealError::UseClosed)));
        city.db.remove().await.unwrap();
    }
}

/// What was signed before the destruction stays valid as made at that time (I-12).
#[tokio::test]
async fn a_signature_made_before_destruction_stays_valid() {
    for city in cities().await {
        let seal = city.active(SealType::Official, "notice", 20).await;
        let id = reserve(&city.ctx, notice(&seal)).await.unwrap();
        let signed_at = city.ctx.now();
        let (ofd, pdf) = stamp(&city, &id).await.unwrap();
        let late = reserve(&city.ctx, notice(&seal)).await.unwrap();
        city.advance(600);
        let before = seals::trust(&city.ctx).await.unwrap();
        seals::ask(&city.staff("leimq"), &seal.key, Request::Destroy, "停用")
            .await
            .unwrap();
        seals::destroy(&city.staff("zhonglx"), &seal.key)
            .await
            .unwrap();
        assert!(matches!(
            stamp(&city, &late).await,
            Err(SealError::NotActive(_))
        ));
        city.advance(600);
        for file in [&ofd, &pdf] {
            let found = verdict(&city, file).await;
            assert!(found.is_valid(), "{:?}", found.findings);
            // The list of revocations was read: the earlier trust did not know it.
            let revocation = found
                .findings
                .iter()
                .find(|f| f.check == Check::Revocation)
                .unwrap();
            assert!(
                revocation.reason != Some(Reason::RevocationUnknown),
                "{revocation:?}"
            );
        }
        let old = sealing::verify(&ofd, &before).unwrap();
        assert!(old.is_valid());
        let state = async |at| seals::state_at(&city.ctx, &seal.es_id, at).await.unwrap();
        assert_eq!(state(signed_at).await, Some(seals::State::Active));
        assert_eq!(state(city.ctx.now()).await, Some(seals::State::Destroyed));
        city.db.remove().await.unwrap();
    }
}

/// The file of a signer who went on after the destruction: it carries a later time, and the
/// revocation list says so.
#[tokio::test]
async fn a_signature_made_after_revocation_is_invalid() {
    for city in cities().await {
        let seal = city.active(SealType::Official, "notice", 20).await;
        // A thief's copy of the signer: taken from the store before the keys are erased.
        let name = city
            .store
            .keys()
            .into_iter()
            .find(|k| k.ends_with(".p256") && k.starts_with("seal."))
            .unwrap();
        let thief = {
            let key = gm::SoftKey::generate(gm::KeyKind::P256, &mut |out: &mut [u8]| {
                city.ctx.rng.fill(out)
            });
            let own = city.store.signer(&name).unwrap();
            // The certificate of the seal over another key: the chain holds, the signature not.
            key.with_certificate(own.certificate().to_vec(), own.chain().to_vec())
        };
        let png = seals::impression(&city.ctx, &seal.key).await.unwrap();
        let picture = sealing::pdf::SealPicture::from_png(&png).unwrap();
        seals::ask(&city.staff("leimq"), &seal.key, Request::Destroy, "停用")
            .await
            .unwrap();
        let own = city.store.signer(&name).unwrap();
        seals::destroy(&city.staff("zhonglx"), &seal.key)
            .await
            .unwrap();
        city.advance(3_600);
        let job = |signer| sealing::pdf::PdfSignJob {
            signer,
            seal: &picture,
            page: 0,
            rect: sealing::pdf::RectMm {
                x: 120.0,
                y: 200.0,
                width: 42.0,
                height: 42.0,
            },
            time: city.ctx.now(),
            name: &seal.name,
            reason: "",
            location: "",
            field_name: "Seal_x",
            closing: true,
        };
        let pdf = paper::to_pdf(&laid()).unwrap();
        // A signer held since before the destruction signs nothing.
        assert!(sealing::pdf::sign_pdf(&pdf, &job(&*own)).is_err());
        let forged = sealing::pdf::sign_pdf(&pdf, &job(&thief)).unwrap();
        let found = verdict(&city, &forged).await;
        assert!(!found.is_valid());
        let revoked = found
            .findings
            .iter()
            .any(|f| f.reason == Some(Reason::CertificateRevoked));
        assert!(revoked, "{:?}", found.findings);
        city.db.remove().await.unwrap();
    }
}

/// Two agencies seal one document; after the closing seal no other can be added (I-13).
#[tokio::test]
async fn several_seals_stand_on_one_document() {
    for city in cities().await {
        let one = city.active(SealType::Acceptance, "notice", 20).await;
        let two = city.active(SealType::Official, "notice", 20).await;
        let first = reserve(&city.ctx, notice(&one)).await.unwrap();
        let second = reserve(&city.ctx, notice(&two)).await.unwrap();
        let third = reserve(&city.ctx, notice(&one)).await.unwrap();
        let read = |file: &[u8]| ofd::Package::read(file, &ofd::Limits::default()).unwrap();
        let beside = Place { x: 60.0, ..PLACE };

        let file = seals::stamp_ofd(&city.ctx, &first, package(), PLACE, false)
            .await
            .unwrap();
        let both = seals::stamp_ofd(&city.ctx, &second, read(&file), beside, true)
            .await
            .unwrap();
        let found = verdict(&city, &both).await;
        assert!(found.is_valid(), "{:?}", found.findings);
        assert_eq!(found.signatures.len(), 2);
        let more = seals::stamp_ofd(&city.ctx, &third, read(&both), PLACE, true).await;
        assert!(
            matches!(more, Err(SealError::Unsealable(Unsealable::Closed))),
            "{more:?}"
        );

        let pdf = paper::to_pdf(&laid()).unwrap();
        let pdf = seals::stamp_pdf(&city.ctx, &first, pdf, PLACE, false)
            .await
            .unwrap();
        let pdf = seals::stamp_pdf(&city.ctx, &second, pdf, beside, true)
            .await
            .unwrap();
        let found = verdict(&city, &pdf).await;
        assert!(found.is_valid(), "{:?}", found.findings);
        assert_eq!(found.signatures.len(), 2);
        let more = seals::stamp_pdf(&city.ctx, &third, pdf, PLACE, true).await;
        assert!(
            matches!(more, Err(SealError::Unsealable(Unsealable::Closed))),
            "{more:?}"
        );
        city.db.remove().await.unwrap();
    }
}

#[tokio::test]
async fn revocation_lists_are_renewed_before_they_end() {
    for city in cities().await {
        let seal = city.active(SealType::Acceptance, "notice", 20).await;
        let id = reserve(&city.ctx, notice(&seal)).await.unwrap();
        let (ofd, _) = stamp(&city, &id).await.unwrap();
        for days in [1, 5, 9, 300] {
            city.advance(days * 86_400);
            let found = verdict(&city, &ofd).await;
            let revocation = found
                .findings
                .iter()
                .find(|f| f.check == Check::Revocation)
                .unwrap();
            assert_eq!(revocation.outcome, Outcome::Pass, "{days}: {revocation:?}");
        }
        city.db.remove().await.unwrap();
    }
}

#[tokio::test]
async fn a_name_seal_signs_for_a_responsible_officer() {
    for city in cities().await {
        let seal = city.released(SealType::Personal).await;
        assert_eq!(seal.name, "姜伯远");
        let grants = vec![grant(&seal, "notice", 3)];
        let seal = seals::authorise(&city.staff("leimq"), &seal.key, grants)
            .await
            .unwrap();
        // Its person keeps it, and it signs on no other's act.
        let other = reserve(&city.ctx, notice(&seal)).await;
        assert!(matches!(other, Err(SealError::NotOwnName)), "{other:?}");
        let own = seals::Reserve {
            person: seal.custodian.clone(),
            ..notice(&seal)
        };
        let id = reserve(&city.ctx, own).await.unwrap();
        let (ofd, _) = stamp(&city, &id).await.unwrap();
        let found = verdict(&city, &ofd).await;
        assert!(found.is_valid(), "{:?}", found.findings);
        assert_eq!(found.signatures[0].seal_name.as_deref(), Some("姜伯远"));
        city.db.remove().await.unwrap();
    }
}
