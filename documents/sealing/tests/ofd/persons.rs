//! Signatures without a seal, seals of other versions, RSA of old, and time stamps.

use std::fs;

use gm::asn1::{self, tag};
use gm::{Certificate, Profile, Signer, SoftKey, oid};
use sealing::{
    Check, Outcome, Part, Reason, SealError, SealJob, SignJob, Trust, seal_ofd, sign_ofd,
};

use crate::der::{Der, Form, put_value};
use crate::deviations::codes;
use crate::make::{SIGN, WORLD, day, document, failures, get, issue, places, verdict, verdict_by};
use crate::openssl::openssl;

pub fn officer() -> SoftKey {
    issue("张三", Profile::Signer, Some(&WORLD.issuing))
}

pub fn job(signer: &SoftKey) -> SignJob<'_> {
    SignJob {
        signer,
        time: day(),
        closing: true,
        provider: sealing::Provider::default(),
        time_stamper: None,
    }
}

#[test]
fn a_person_signs_without_a_seal() {
    let officer = officer();
    let signed = sign_ofd(document("1"), &job(&officer)).unwrap();
    let found = verdict(&signed);
    assert!(found.is_valid(), "{found:#?}");
    assert!(found.findings.iter().all(|f| f.outcome == Outcome::Pass));
    let one = &found.signatures[0];
    assert_eq!(
        (one.format.as_str(), one.signer.as_str()),
        ("GB/T 35275", "张三")
    );
    assert_eq!(one.signer_organization.as_deref(), Some("示范市"));
    assert_eq!(one.seal_name, None);
    // Every byte counts.
    for (index, (name, data)) in signed.iter().enumerate() {
        let step = if name.contains("/Signs/") { 7 } else { 211 };
        for at in (0..data.len()).step_by(step) {
            let mut changed = signed.clone();
            changed[index].1[at] ^= 1;
            let bytes = sealing::pack(&changed).unwrap();
            if let Ok(found) = sealing::verify_ofd(&bytes, &WORLD.trust()) {
                assert!(!found.is_valid(), "{name} byte {at}: {found:#?}");
            }
        }
    }
    // Only the keys that the form knows of.
    let key = SoftKey::generate(gm::KeyKind::P256, &mut crate::make::seeded(5));
    let key = key.with_certificate(officer.certificate().to_vec(), vec![]);
    let refused = sign_ofd(document("1"), &job(&key));
    assert!(matches!(refused, Err(SealError::Algorithm(_))));
    let late = SignJob {
        time: crate::make::at("2032-01-01T00:00:00Z"),
        ..job(&officer)
    };
    let refused = sign_ofd(document("1"), &late);
    assert!(matches!(refused, Err(SealError::NotValid { .. })));
}

/// A decision with the personal seal of the officer, a signature, and the agency's seal.
#[test]
fn person_and_agency_on_one_decision() {
    let officer = officer();
    let seal = crate::make::seal(&WORLD.maker, &officer, "张三");
    let places = places();
    let personal = SealJob {
        seal: &seal,
        signer: &officer,
        closing: false,
        ..WORLD.job(&places)
    };
    let parts = seal_ofd(document("1"), &personal).unwrap();
    let open = SignJob {
        closing: false,
        ..job(&officer)
    };
    let parts = sign_ofd(parts, &open).unwrap();
    let parts = seal_ofd(parts, &WORLD.job(&places)).unwrap();
    let found = verdict(&parts);
    assert!(found.is_valid(), "{found:#?}");
    let told: Vec<_> = found
        .signatures
        .iter()
        .map(|s| (s.signer.as_str(), s.seal_name.as_deref()))
        .collect();
    let wanted = [
        ("张三", Some("张三")),
        ("张三", None),
        ("甲公章", Some("甲公章")),
    ];
    assert_eq!(told, wanted);
    for refused in [
        seal_ofd(parts.clone(), &personal),
        sign_ofd(parts.clone(), &open),
    ] {
        let error = refused.unwrap_err();
        assert!(matches!(error, SealError::Closed));
        assert!(error.to_string().contains("closed by an earlier signature"));
    }
}

/// A document with a bare value over the description, or what `over` makes of it.
fn bare(
    officer: &SoftKey,
    over: impl Fn(&[u8]) -> Vec<u8>,
    raw: bool,
    xml: &dyn Fn(String) -> String,
) -> Vec<Part> {
    let form = Form {
        list: &|list| list.replace("Type=\"Seal\"", "Type=\"Sign\""),
        xml,
        ..Form::default()
    };
    let (mut parts, xml) = form.described();
    let mut value = officer.sign(&over(&xml)).unwrap();
    if raw {
        value = asn1::signature_to_raw(&value).unwrap().to_vec();
    }
    put_value(&mut parts, value);
    parts
}

#[test]
fn a_bare_value_is_checked_wherever_its_certificate_stands() {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    let officer = officer();
    let plain = |xml: &[u8]| xml.to_vec();
    let same: &dyn Fn(String) -> String = &|xml| xml;
    // Nowhere.
    for raw in [false, true] {
        let parts = bare(&officer, plain, raw, same);
        assert_eq!(failures(&verdict(&parts)), [Reason::SignerUnknown]);
    }
    // In the description, in a file beside it, in PEM, in the seal beside it, in the verifier's own.
    let text = STANDARD.encode(officer.certificate());
    let inside: &dyn Fn(String) -> String = &|xml| {
        let element = format!("<ofd:Cert>{text}</ofd:Cert></ofd:SignedInfo>");
        xml.replace("</ofd:SignedInfo>", &element)
    };
    let pem = Certificate::from_der(officer.certificate())
        .unwrap()
        .to_pem();
    let with = |name: &str, data: &[u8]| {
        let mut parts = bare(&officer, plain, true, same);
        parts.push((format!("{SIGN}{name}"), data.to_vec()));
        parts
    };
    let rows = [
        ("in the description", bare(&officer, plain, false, inside)),
        ("beside it", with("Signer.cer", officer.certificate())),
        ("beside it as PEM", with("signcert.txt", pem.as_bytes())),
        ("beside it as Base64", with("Cert.dat", text.as_bytes())),
        (
            "in the seal beside it",
            bare(&WORLD.signer, plain, true, same),
        ),
    ];
    for (what, parts) in rows {
        let found = verdict(&parts);
        assert!(found.is_valid(), "{what}: {found:#?}");
        assert!(codes(&found).contains("certificate_elsewhere"), "{what}");
        assert_ne!(found.signatures[0].signer, "");
        // The certificate does not help another text.
        let mut changed = parts.clone();
        crate::make::replace(
            get(&mut changed, &format!("{SIGN}Signature.xml")),
            "Company=\"tongban\"",
            "Company=\"else\"",
        );
        let told = failures(&verdict(&changed));
        let wanted = if what == "in the description" || what.starts_with("beside") {
            Reason::StampBroken
        } else {
            told[0]
        };
        assert_eq!(told[0], wanted, "{what}");
        assert!(!verdict(&changed).is_valid());
    }
    // Over the digest in place of the text.
    let over = bare(&WORLD.signer, |xml| gm::sm3(xml).to_vec(), false, same);
    let found = verdict(&over);
    assert!(found.is_valid() && codes(&found).contains("signature_over_digest"));
    // In another signature of the document.
    let places = places();
    let personal = crate::make::seal(&WORLD.maker, &officer, "张三");
    let open = SealJob {
        seal: &personal,
        signer: &officer,
        closing: false,
        ..WORLD.job(&places)
    };
    let parts = seal_ofd(document("1"), &open).unwrap();
    let mut parts = sign_ofd(parts, &job(&officer)).unwrap();
    let second = "Doc_0/Signs/Sign_1/";
    let xml = get(&mut parts, &format!("{second}Signature.xml")).clone();
    *get(&mut parts, &format!("{second}SignedValue.dat")) = officer.sign(&xml).unwrap();
    let found = verdict(&parts);
    assert!(found.is_valid(), "{found:#?}");
    assert_eq!(found.signatures[1].signer, "张三");
}

#[test]
fn signed_data_in_other_forms() {
    let officer = officer();
    let made = |edit: &dyn Fn(&mut Der)| {
        let mut parts = sign_ofd(document("1"), &job(&officer)).unwrap();
        let name = format!("{SIGN}SignedValue.dat");
        let mut data = Der::read(get(&mut parts, &name));
        edit(&mut data);
        put_value(&mut parts, data.bytes());
        parts
    };
    let pkcs7 = made(&|d| {
        *d.at(&[0]) = Der::Raw(asn1::oid(gm::ObjectIdentifier::new_unwrap(
            "1.2.840.113549.1.7.2",
        )));
    });
    assert!(codes(&verdict(&pkcs7)).contains("content_type"));
    assert!(verdict(&pkcs7).is_valid());
    // The description itself, and nothing at all, as content.
    let mut parts = sign_ofd(document("1"), &job(&officer)).unwrap();
    let xml = get(&mut parts, &format!("{SIGN}Signature.xml")).clone();
    let signature = officer.sign(&xml).unwrap();
    for content in [Some(xml), None] {
        let parts = made(&|d| {
            match &content {
                Some(xml) => d.set(&[1, 0, 2, 1, 0], tag::OCTET_STRING, xml),
                None => drop(d.at(&[1, 0, 2]).all().pop()),
            }
            d.set(&[1, 0, 4, 0, 4], tag::OCTET_STRING, &signature);
        });
        let found = verdict(&parts);
        assert!(found.is_valid(), "{found:#?}");
        assert!(codes(&found).contains("content_form"));
    }
    // Without its certificate.
    let parts = made(&|d| drop(d.at(&[1, 0]).all().remove(3)));
    assert_eq!(failures(&verdict(&parts)), [Reason::SignerUnknown]);
}

/// GM/T 0031-2014 seals whose maker left certificate and algorithm out of the signature.
#[test]
fn the_other_reading_of_version_1() {
    let mut seal = Der::read(&WORLD.seal);
    seal.set(&[0, 0, 1], tag::INTEGER, &[1]);
    seal.at(&[0, 2]).all().remove(2);
    for index in [3, 4, 5] {
        seal.set(&[0, 2, index], tag::UTC_TIME, b"260101000000Z");
    }
    seal.set(&[0, 2, 5], tag::UTC_TIME, b"310101000000Z");
    let info = seal.at(&[0]).bytes();
    let sign = asn1::sequence(&[
        &asn1::tlv(tag::OCTET_STRING, WORLD.maker.certificate()),
        &asn1::oid(oid::SM2_WITH_SM3),
        &asn1::bits(&WORLD.maker.sign(&info).unwrap()),
    ]);
    let form = Form {
        seal: asn1::sequence(&[&info, &sign]),
        tbs: &|t| t.set(&[0], tag::INTEGER, &[1]),
        ..Form::default()
    };
    let found = verdict(&form.parts());
    assert!(found.is_valid(), "{found:#?}");
    assert!(codes(&found).contains("signature_over_info"));
    assert!(codes(&found).contains("version_unknown"));
}

/// Key and certificate of an authority that uses RSA, made by OpenSSL.
struct Rsa(tempfile::TempDir);

impl Rsa {
    fn new(bits: u32) -> Self {
        let this = Self(tempfile::tempdir().unwrap());
        this.run(&format!(
            "req -x509 -newkey rsa:{bits} -nodes -keyout key -out cert -subj /O=Old/CN=RSA \
             -days 30000 -addext keyUsage=digitalSignature"
        ));
        this
    }

    fn run(&self, line: &str) {
        let words: Vec<_> = line.split_whitespace().collect();
        assert_eq!(openssl(self.0.path(), &words), Some(true), "openssl {line}");
    }

    fn certificate(&self) -> Vec<u8> {
        let pem = fs::read(self.0.path().join("cert")).unwrap();
        Certificate::from_pem_or_der(&pem).unwrap()[0]
            .der()
            .to_vec()
    }

    fn sign(&self, digest: &str, message: &[u8]) -> Vec<u8> {
        fs::write(self.0.path().join("m"), message).unwrap();
        self.run(&format!("dgst -{digest} -sign key -out s m"));
        fs::read(self.0.path().join("s")).unwrap()
    }
}

#[test]
fn rsa_seals_of_old_are_read_and_their_weakness_told() {
    for (bits, digest, id, weak) in [
        (2048, "sha256", "1.2.840.113549.1.1.11", false),
        (1024, "sha256", "1.2.840.113549.1.1.11", true),
        (2048, "sha1", "1.2.840.113549.1.1.5", true),
        (1024, "sha1", "1.2.840.113549.1.1.5", true),
    ] {
        let rsa = Rsa::new(bits);
        let own = rsa.certificate();
        let id = asn1::oid(gm::ObjectIdentifier::new_unwrap(id));
        let mut seal = Der::read(&WORLD.seal);
        seal.set(&[0, 2, 3, 0], tag::OCTET_STRING, &own);
        seal.set(&[1], tag::OCTET_STRING, &own);
        *seal.at(&[2]) = Der::Raw(id.clone());
        let message = seal.at(&[0]).bytes();
        *seal.at(&[3]) = Der::Raw(asn1::bits(&rsa.sign(digest, &message)));
        let form = Form {
            seal: seal.bytes(),
            xml: &|xml| xml.replace("1.2.156.10197.1.501", "1.2.840.113549.1.1.11"),
            ..Form::default()
        };
        let (_, xml) = form.described();
        let hash = match digest {
            "sha1" => gm::legacy::sha1(&xml).to_vec(),
            _ => gm::sha256(&xml).to_vec(),
        };
        let form = Form {
            hash: Some(hash),
            outer: &|stamp| {
                stamp.set(&[1], tag::OCTET_STRING, &own);
                *stamp.at(&[2]) = Der::Raw(id.clone());
                let message = stamp.at(&[0]).bytes();
                *stamp.at(&[3]) = Der::Raw(asn1::bits(&rsa.sign(digest, &message)));
            },
            ..form
        };
        let parts = form.parts();
        let trust = Trust::new(std::slice::from_ref(&own), &[], &[], day()).unwrap();
        let found = verdict_by(&parts, &trust);
        // Made today by the machine's clock, used on the day of the tests.
        let failed: Vec<_> = failures(&found)
            .into_iter()
            .filter(|r| !matches!(r, Reason::CertificateExpired | Reason::MakerExpired))
            .collect();
        assert_eq!(failed, [], "{bits} {digest} {found:#?}");
        let told: Vec<_> = found
            .findings
            .iter()
            .filter(|f| f.reason == Some(Reason::AlgorithmWeak))
            .map(|f| (f.check, f.outcome))
            .collect();
        let wanted = [(Check::Stamp, Outcome::Warn), (Check::Seal, Outcome::Warn)];
        assert_eq!(
            told,
            if weak { &wanted[..] } else { &[] },
            "{bits} {digest}"
        );
        // A change still shows.
        let mut changed = parts;
        get(&mut changed, crate::make::PAGE).push(b' ');
        assert!(failures(&verdict_by(&changed, &trust)).contains(&Reason::FaceReplaced));
    }
}

/// A file with as many bare values and certificates as there can be is judged in short time.
#[test]
fn many_bare_values_do_not_hold_up_the_verifier() {
    let officer = officer();
    let mut parts = document("1");
    let (mut list, mut more) = (String::new(), Vec::new());
    for index in 0..256 {
        let name = format!("Doc_0/Signs/Sign_{index}/");
        list += &format!(
            "<ofd:Signature ID=\"{index}\" Type=\"Sign\" BaseLoc=\"/{name}Signature.xml\"/>"
        );
        let xml = "<ofd:Signature xmlns:ofd=\"http://www.ofdspec.org/2016\"><ofd:SignedInfo>\
                   <ofd:References CheckMethod=\"SM3\"/></ofd:SignedInfo></ofd:Signature>";
        more.push((format!("{name}Signature.xml"), xml.as_bytes().to_vec()));
        more.push((format!("{name}SignedValue.dat"), vec![9; 64]));
        more.push((format!("{name}Cert.cer"), officer.certificate().to_vec()));
        more.push((format!("{name}Seal.esl"), WORLD.seal.clone()));
    }
    parts.extend(more);
    let named = "</ofd:DocRoot><ofd:Signatures>Doc_0/Signs/Signatures.xml</ofd:Signatures>";
    crate::make::replace(get(&mut parts, "OFD.xml"), "</ofd:DocRoot>", named);
    let xml = format!("<ofd:Signatures xmlns:ofd=\"x\">{list}</ofd:Signatures>");
    parts.push((crate::make::LIST.into(), xml.into_bytes()));
    let start = std::time::Instant::now();
    let found = verdict(&parts);
    assert!(!found.is_valid());
    assert_eq!(found.signatures.len(), 256);
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
}
