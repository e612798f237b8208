//! What is in a file, told to people and machines.

use gm::{Certificate, RevocationReason, Revoked, Signer};
use sealing::{Inspection, inspect, pack, sign_ofd, stamps};

use crate::der::{Der, Form};
use crate::make::{PNG, SIGN, WORLD, at, document, get, verdict};

fn json(bytes: &[u8]) -> serde_json::Value {
    serde_json::to_value(inspect(bytes).unwrap()).unwrap()
}

#[test]
fn a_sealed_file_is_told() {
    let parts = WORLD.sealed(document("1"));
    let bytes = pack(&parts).unwrap();
    let told = json(&bytes);
    assert_eq!(told["kind"], "ofd");
    assert_eq!(told["parts"].as_array().unwrap().len(), parts.len());
    assert_eq!(told["documents"][0]["pages"][1]["id"], "5");
    let one = &told["signatures"][0];
    assert_eq!(
        (&one["id"], &one["signature_type"]),
        (&"1".into(), &"Seal".into())
    );
    assert_eq!(one["check_method"], "SM3");
    assert_eq!(one["impressions"][0]["boundary"], "150 220.5 42 42");
    let references = one["references"].as_array().unwrap();
    assert!(
        references
            .iter()
            .all(|r| r["state"] == "same" && r["digest"].as_str().unwrap().len() == 64)
    );
    let stamp = &one["stamp"];
    assert_eq!(
        (&stamp["version"], &stamp["signature"]),
        (&4.into(), &"yes".into())
    );
    assert_eq!(stamp["data_hash_fits"], true);
    assert_eq!(stamp["signer_listed"], true);
    let signer = stamp["signer"]["subject"].as_str().unwrap();
    assert!(
        signer.contains("CN=甲公章") && signer.contains("O=示范市"),
        "{signer}"
    );
    let seal = &stamp["seal"];
    assert_eq!(
        (&seal["id"], &seal["name"]),
        (&"SEAL-0001".into(), &"甲公章".into())
    );
    assert_eq!(seal["owner"], "示范市");
    assert_eq!(seal["picture"]["width_px"], 1);
    assert_eq!(seal["picture"]["format_found"], "PNG");
    assert_eq!(seal["signature"], "yes");
    assert_eq!(one["deviations"], serde_json::json!([]));
    assert_eq!(seal["deviations"], serde_json::json!([]));
    // A changed part, a missing one, another seal.
    let mut changed = parts.clone();
    get(&mut changed, "Doc_0/Document.xml").push(b' ');
    changed.retain(|(name, _)| name != "Doc_0/Res/base.png");
    let told = json(&pack(&changed).unwrap());
    let states: Vec<_> = told["signatures"][0]["references"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| r["state"].as_str().unwrap().to_string())
        .collect();
    for state in ["same", "changed", "missing"] {
        assert!(states.iter().any(|s| s == state), "{state}");
    }
}

#[test]
fn pieces_by_themselves_are_told() {
    let seal = json(&WORLD.seal);
    assert_eq!(
        (&seal["kind"], &seal["version"]),
        (&"seal".into(), &4.into())
    );
    let mut parts = WORLD.sealed(document("1"));
    let stamp = get(&mut parts, &format!("{SIGN}SignedValue.dat")).clone();
    let told = json(&stamp);
    assert_eq!(
        (&told["kind"], &told["signature"]),
        (&"stamp".into(), &"yes".into())
    );
    assert_eq!(told["data_hash_fits"], serde_json::Value::Null);
    let mut broken = Der::read(&stamp);
    broken.set(&[0, 2], gm::asn1::tag::GENERALIZED_TIME, b"20260804020810Z");
    assert_eq!(json(&broken.bytes())["signature"], "no");
    let job = sealing::SignJob {
        signer: &WORLD.signer,
        time: crate::make::day(),
        closing: true,
        provider: sealing::Provider::default(),
        time_stamper: None,
    };
    let mut signed = sign_ofd(document("1"), &job).unwrap();
    let data = json(get(&mut signed, &format!("{SIGN}SignedValue.dat")));
    assert_eq!(
        (&data["kind"], &data["signature"]),
        (&"signed_data".into(), &"yes".into())
    );

    let certificate = Certificate::from_der(WORLD.signer.certificate()).unwrap();
    let chain = [WORLD.issuing.certificate(), WORLD.root.certificate()];
    let mut pem = certificate.to_pem();
    for der in chain {
        pem += &Certificate::from_der(der).unwrap().to_pem();
    }
    let told = json(pem.as_bytes());
    assert_eq!(told["certificates"].as_array().unwrap().len(), 3);
    assert_eq!(told["certificates"][2]["signs_itself"], true);
    assert_eq!(told["certificates"][1]["authority"], true);
    assert_eq!(json(certificate.der())["certificates"][0]["key"], "SM2");
    let entry = Revoked {
        serial: WORLD.serial(),
        at: at("2026-08-01T00:00:00Z"),
        reason: RevocationReason::KeyCompromise,
    };
    let list = WORLD.crl(std::slice::from_ref(&entry));
    let told = json(&list);
    assert_eq!(told["kind"], "revocation_list");
    assert_eq!(told["revoked"][0]["serial"], WORLD.serial());
    assert_eq!(told["revoked"][0]["reason"], "key_compromise");
    let pem = gm::Crl::from_der(&list).unwrap().to_pem();
    assert_eq!(json(pem.as_bytes()), told);
    // As Base64 text.
    use base64::Engine as _;
    let text = base64::engine::general_purpose::STANDARD.encode(&WORLD.seal);
    assert_eq!(json(text.as_bytes()), seal);
    for nothing in [&b""[..], b"x", b"PK\x03\x04", b"-----BEGIN", &[0x30, 0]] {
        assert!(inspect(nothing).is_err(), "{nothing:?}");
    }
}

/// Every field has words in both languages.
#[test]
fn the_text_speaks_both_languages() {
    let odd = Form {
        seal: crate::der::seal(|i| i.set(&[0, 1], 2, &[0, 0, 4])),
        ..Form::default()
    };
    let list = WORLD.crl(&[Revoked {
        serial: WORLD.serial(),
        at: at("2026-08-01T00:00:00Z"),
        reason: RevocationReason::Unspecified,
    }]);
    let files = [
        pack(&odd.parts()).unwrap(),
        WORLD.seal.clone(),
        WORLD.signer.certificate().to_vec(),
        list,
    ];
    for bytes in files {
        let text = inspect(&bytes).unwrap().to_text();
        println!("{text}");
        for line in text.lines() {
            let field = line.trim_start();
            if field.starts_with(|c: char| c.is_ascii_digit()) {
                continue;
            }
            assert!(!field.is_ascii(), "no Chinese words: {line}");
        }
    }
    let told = inspect(&pack(&odd.parts()).unwrap()).unwrap();
    let text = told.to_text();
    assert!(
        text.contains("印章") && text.contains("integer_not_shortest"),
        "{text}"
    );
    assert!(matches!(told, Inspection::Ofd(_)));
}

/// A name cannot steer the terminal that it is shown on.
#[test]
fn control_characters_do_not_reach_the_terminal() {
    let seal = crate::der::seal(|i| i.set(&[2, 1], 0x0c, "章\x1b[2J".as_bytes()));
    let text = inspect(&seal).unwrap().to_text();
    assert!(text.contains('章') && !text.contains('\x1b'));
}

#[test]
fn pictures_and_places_are_given_for_drawing() {
    let places = [
        sealing::Place::new(sealing::PageRef::Index(0), 150.0, 220.5, 42.0, 42.0),
        sealing::Place {
            clip: Some([21.0, 0.0, 21.0, 42.0]),
            ..sealing::Place::new(sealing::PageRef::Index(1), 168.0, 100.0, 42.0, 42.0)
        },
    ];
    let parts = sealing::seal_ofd(document("1"), &WORLD.job(&places)).unwrap();
    assert!(verdict(&parts).is_valid());
    let found = stamps(&pack(&parts).unwrap()).unwrap();
    assert_eq!(found.len(), 2);
    assert_eq!(
        (found[0].page_id.as_str(), found[1].page_id.as_str()),
        ("4", "5")
    );
    assert_eq!(found[0].boundary_mm, [150.0, 220.5, 42.0, 42.0]);
    assert_eq!(
        (found[0].clip_mm, found[1].clip_mm),
        (None, Some([21.0, 0.0, 21.0, 42.0]))
    );
    assert!(
        found
            .iter()
            .all(|s| s.format == "PNG" && *s.data == *PNG && s.signature == 0)
    );
    assert_eq!(stamps(&pack(&document("1")).unwrap()).unwrap(), []);
    assert!(stamps(b"x").is_err());
}
