use gm::{Certificate, Signer};
use sealing::{Impression, Listed, Seal, SealError, SealSpec, make_seal};

use crate::make::{FROM, PNG, TO, WORLD, World, at};

/// [I-04] A seal consists of impression picture, name, type, owner agency, validity, signing
/// certificate, and the maker's signature over all of it.
#[test]
fn a_seal_holds_what_it_was_made_of_and_every_change_shows() {
    let seal = Seal::parse(&WORLD.seal).unwrap();
    assert_eq!((seal.version, seal.kind), (4, 1));
    assert_eq!(
        (seal.id.as_str(), seal.name.as_str()),
        ("SEAL-0001", "甲公章")
    );
    assert_eq!(
        (seal.vendor.as_str(), seal.picture.format.as_str()),
        ("tongban", "PNG")
    );
    assert_eq!((seal.picture.width_mm, seal.picture.height_mm), (42, 42));
    assert_eq!(seal.picture.data, PNG);
    assert_eq!(
        (seal.created, seal.valid_from, seal.valid_to),
        (at(FROM), at(FROM), at(TO))
    );
    assert_eq!(
        seal.signers,
        [Listed::Certificate(WORLD.signer.certificate())]
    );
    let signer = Certificate::from_der(WORLD.signer.certificate()).unwrap();
    assert_eq!(signer.subject_organization().as_deref(), Some("示范市"));
    assert_eq!(seal.maker, WORLD.maker.certificate());
    assert!(seal.lists(WORLD.signer.certificate()));
    assert!(!seal.lists(WORLD.maker.certificate()));
    let maker = Certificate::from_der(seal.maker).unwrap();
    assert_eq!(seal.is_made_by(&maker), Ok(()));
    for index in 0..WORLD.seal.len() {
        let mut changed = WORLD.seal.clone();
        changed[index] ^= 1;
        let holds = Seal::parse(&changed)
            .is_ok_and(|changed| changed.maker == seal.maker && changed.is_made_by(&maker).is_ok());
        assert!(!holds, "byte {index}");
    }
}

#[test]
fn a_seal_is_made_only_of_what_fits() {
    let certificates = [WORLD.signer.certificate()];
    let spec = SealSpec {
        id: "SEAL-1",
        vendor: "tongban",
        name: "某局公章",
        kind: 1,
        certificates: &certificates,
        created: at(FROM),
        valid_from: at(FROM),
        valid_to: at(TO),
        picture: Impression {
            png: PNG,
            width_mm: 42,
            height_mm: 42,
        },
    };
    let made = |spec: &SealSpec<'_>| make_seal(spec, &WORLD.maker);
    assert!(made(&spec).is_ok());
    for wrong in ["", "章", &"x".repeat(65)] {
        let refused = made(&SealSpec {
            id: wrong,
            ..spec.clone()
        });
        assert!(matches!(refused, Err(SealError::Text(_))));
    }
    assert!(
        made(&SealSpec {
            name: "",
            ..spec.clone()
        })
        .is_err()
    );
    assert!(
        made(&SealSpec {
            certificates: &[],
            ..spec.clone()
        })
        .is_err()
    );
    assert!(
        made(&SealSpec {
            valid_to: at("2025-01-01T00:00:00Z"),
            ..spec.clone()
        })
        .is_err()
    );
    let gif = Impression {
        png: b"GIF89a",
        ..spec.picture
    };
    assert!(
        made(&SealSpec {
            picture: gif,
            ..spec.clone()
        })
        .is_err()
    );
    assert_ne!(World::new("乙").seal, WORLD.seal);
}
