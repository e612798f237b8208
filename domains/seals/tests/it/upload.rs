//! Documents that officers bring to be sealed.

use std::sync::Arc;

use kernel::PageRequest;
use seals::{
    DocumentFormat, Grant, HolderKind, Placing, Seal, SealDocument, SealError, SealType, Straddle,
    Unsealable, UseResult, Uses, Where,
};

use crate::common::{City, cities, grant};
use crate::several::papers;
use crate::sign::verdict;

const OFFICER: &str = "jiangby";

/// A seal that the officer may use for letters.
async fn held(city: &City, seal_type: SealType, most: i64) -> Seal {
    let seal = city.released(seal_type).await;
    let given = Grant {
        holder_kind: HolderKind::Staff,
        holder: OFFICER.into(),
        ..grant(&seal, "letter", most)
    };
    seals::authorise(&city.staff("leimq"), &seal.key, vec![given])
        .await
        .unwrap()
}

fn at(seal: &Seal, page: usize, x: f32, straddle: bool) -> Placing {
    Placing {
        seal: seal.key.clone(),
        place: Some(Where { page, x, y: 200.0 }),
        straddle: straddle.then(Straddle::default),
    }
}

fn wanted(bytes: Vec<u8>, seals: Vec<Placing>) -> SealDocument {
    SealDocument {
        bytes: Arc::new(bytes),
        document_kind: "letter".into(),
        purpose: "关于联合检查的函 云东市监函〔2026〕7号".into(),
        case_no: String::new(),
        item_code: String::new(),
        person: "somebody else".into(),
        closing: true,
        seals,
    }
}

fn files(pages: usize) -> [Vec<u8>; 2] {
    let papers = papers(pages);
    let ofd = sealing::pack(&papers.ofd.unwrap()).unwrap();
    [ofd, papers.pdf.unwrap()]
}

async fn uses(city: &City) -> Vec<seals::SealUse> {
    let list = Uses {
        seal: None,
        agency: "YD_SCJG".into(),
        region: "990102".into(),
        from: None,
        to: None,
        document_kind: None,
        purpose: None,
    };
    let reader = city.staff("leimq");
    let page = seals::uses(&reader, &list, PageRequest::default()).await;
    page.unwrap().rows
}

/// The keys never leave the service: a document comes in with what is wanted, and goes back sealed.
#[tokio::test]
async fn an_officer_seals_what_was_brought() {
    for city in cities().await {
        let one = held(&city, SealType::Acceptance, 20).await;
        let two = held(&city, SealType::Official, 20).await;
        let officer = city.staff(OFFICER);
        let known = seals::usable(&officer).await.unwrap();
        assert_eq!(known.len(), 2);
        assert!(known.iter().all(|held| held.document_kinds == ["letter"]));
        assert!(
            seals::usable(&city.staff("nobody"))
                .await
                .unwrap()
                .is_empty()
        );
        for (file, format) in files(3)
            .into_iter()
            .zip([DocumentFormat::Ofd, DocumentFormat::Pdf])
        {
            let order = vec![at(&one, 3, 60.0, false), at(&two, 3, 120.0, true)];
            let wanted = wanted(file, order);
            let looked = seals::look_at(&officer, &wanted).await.unwrap();
            assert_eq!((looked.format, looked.page_count), (format, 3));
            assert_eq!(looked.pages.last().unwrap().page, 3);
            assert!(
                uses(&city)
                    .await
                    .iter()
                    .all(|u| u.result == UseResult::Signed)
            );
            let sealed = seals::seal_document(&officer, wanted).await.unwrap();
            assert_eq!(sealed.format, format);
            let found = verdict(&city, &sealed.bytes).await;
            assert!(found.is_valid(), "{:?}", found.findings);
            let names: Vec<_> = found.signatures.iter().map(|s| s.signer.clone()).collect();
            assert_eq!(names, [one.name.clone(), two.name.clone()]);
            for id in &sealed.uses {
                let all = uses(&city).await;
                let logged = all.iter().find(|one| one.id == *id).unwrap();
                assert_eq!(logged.result, UseResult::Signed);
                // Whatever was said: the officer acted.
                assert_eq!(
                    (logged.caller.as_str(), logged.person.as_str()),
                    (OFFICER, OFFICER)
                );
                let digest = &logged.documents[0].digest;
                assert_eq!(*digest, crate::race::hex(&gm::sm3(&sealed.bytes)));
            }
            // Nothing follows a closing seal.
            let order = vec![at(&one, 1, 60.0, false)];
            let again = self::wanted(sealed.bytes, order);
            let more = seals::seal_document(&officer, again).await;
            assert!(matches!(
                more,
                Err(SealError::Unsealable(Unsealable::Closed))
            ));
        }
        assert_eq!(uses(&city).await.len(), 4);
        city.db.remove().await.unwrap();
    }
}

/// What cannot be sealed is refused with its reason, before a use is reserved.
#[tokio::test]
async fn what_cannot_be_sealed_costs_no_use() {
    for city in cities().await {
        let seal = held(&city, SealType::Official, 20).await;
        let officer = city.staff(OFFICER);
        let [ofd, pdf] = files(1);
        let once = || vec![at(&seal, 1, 120.0, false)];
        let cut = |file: &[u8]| file[..file.len() / 2].to_vec();
        let mut lies = ofd.clone();
        let middle = lies.len() / 2;
        lies[middle] ^= 0xff;
        let unreadable =
            |error: &SealError| matches!(error, SealError::Unsealable(Unsealable::Unreadable(_)));
        for bytes in [
            cut(&ofd),
            cut(&pdf),
            lies,
            b"PK\x03\x04".to_vec(),
            b"%PDF-1.7".to_vec(),
        ] {
            let done = seals::seal_document(&officer, wanted(bytes, once())).await;
            let error = done.unwrap_err();
            assert!(unreadable(&error), "{error:?}");
            assert_eq!(kernel::Problem::from(error).status, 422);
        }
        let is = |error: SealError, what: Unsealable| {
            assert_eq!(error.to_string(), what.to_string());
        };
        let nothing = wanted(Vec::new(), once());
        is(
            seals::seal_document(&officer, nothing).await.unwrap_err(),
            Unsealable::Kind,
        );
        let picture = wanted(b"\x89PNG\r\n\x1a\n".to_vec(), once());
        is(
            seals::seal_document(&officer, picture).await.unwrap_err(),
            Unsealable::Kind,
        );
        let large = wanted(vec![b'P'; seals::DOCUMENT_LIMIT + 1], once());
        is(
            seals::seal_document(&officer, large).await.unwrap_err(),
            Unsealable::Large,
        );
        for file in [&ofd, &pdf] {
            for (placing, what) in [
                (at(&seal, 2, 120.0, false), Unsealable::NoSuchPage(2)),
                (at(&seal, 0, 120.0, false), Unsealable::NoSuchPage(0)),
                (at(&seal, 1, 190.0, false), Unsealable::OffPage),
                (at(&seal, 1, -3.0, false), Unsealable::OffPage),
                (at(&seal, 1, f32::NAN, false), Unsealable::OffPage),
                (at(&seal, 1, 120.0, true), Unsealable::Straddle),
                (
                    Placing {
                        place: None,
                        ..at(&seal, 1, 120.0, false)
                    },
                    Unsealable::NoPlace,
                ),
            ] {
                let wanted = wanted(file.clone(), vec![placing]);
                is(
                    seals::seal_document(&officer, wanted).await.unwrap_err(),
                    what,
                );
            }
        }
        let none = seals::seal_document(&officer, wanted(pdf.clone(), Vec::new())).await;
        assert!(matches!(
            none,
            Err(SealError::Invalid { field: "seals", .. })
        ));
        let many = vec![at(&seal, 1, 120.0, false); 9];
        let many = seals::seal_document(&officer, wanted(pdf.clone(), many)).await;
        assert!(matches!(
            many,
            Err(SealError::Invalid { field: "seals", .. })
        ));
        let silent = SealDocument {
            purpose: " ".into(),
            ..wanted(pdf.clone(), once())
        };
        let silent = seals::seal_document(&officer, silent).await;
        assert!(matches!(
            silent,
            Err(SealError::Invalid {
                field: "purpose",
                ..
            })
        ));
        // Who holds no authorisation seals nothing, nor with a kind that is not named.
        let other = seals::seal_document(&city.staff("other"), wanted(pdf.clone(), once())).await;
        assert!(matches!(other, Err(SealError::NotAuthorised(_))));
        let proof = SealDocument {
            document_kind: "proof".into(),
            ..wanted(pdf, once())
        };
        let proof = seals::seal_document(&officer, proof).await;
        assert!(matches!(proof, Err(SealError::NotAuthorised(_))));
        assert!(uses(&city).await.is_empty());
        city.db.remove().await.unwrap();
    }
}
