//! Signatures made by software that is not ours.

use gm::KeyKind;
use sealing::pdf::{sign_pdf, verify_pdf};
use sealing::{Check, Outcome, Reason, Trust, Verdict};

use crate::foreign::{Files, run};
use crate::make::*;

const RSA: &str = "rsa:2048";
const P256: &str = "ec -pkeyopt ec_paramgen_curve:prime256v1";

/// A root, a signer and a clock of OpenSSL, whose time is that of this machine. None where it is
/// missing.
fn openssl_house(files: &Files, new_key: &str) -> Option<Trust> {
    let signs = "basicConstraints=CA:false\nkeyUsage=critical,digitalSignature,nonRepudiation\n";
    let clock = "keyUsage=critical,digitalSignature\nextendedKeyUsage=critical,timeStamping\n";
    files.write("f.ext", signs.as_bytes());
    files.write("tsa.ext", clock.as_bytes());
    let certify = |name: &str| {
        format!(
            "req -nodes -newkey {new_key} -keyout {name}.key -out {name}.csr -subj /C=CN/CN={name}\n\
             x509 -req -in {name}.csr -CA f-root.pem -CAkey f-root.key -CAcreateserial \
             -out {name}.pem -days 60 -sha256 -extfile {name}.ext\n"
        )
    };
    let script = format!(
        "req -x509 -nodes -newkey {new_key} -keyout f-root.key -out f-root.pem -days 90 \
         -subj /C=CN/CN=root -addext keyUsage=critical,keyCertSign,cRLSign\n{}{}",
        certify("f"),
        certify("tsa")
    );
    for line in script.lines() {
        let (code, said) = files.run("openssl", &line.split_whitespace().collect::<Vec<_>>())?;
        assert_eq!(code, 0, "{said}");
    }
    let root = std::fs::read(files.folder.path().join("f-root.pem")).unwrap();
    let root = gm::Certificate::from_pem_or_der(&root).unwrap();
    let now = root[0].not_before() + jiff::SignedDuration::from_hours(1);
    Some(Trust::new(&[root[0].der().to_vec()], &[], &[], now).unwrap())
}

fn pyhanko_sign(files: &Files, pdf: &[u8], field: &str, options: &[&str]) -> Option<Vec<u8>> {
    let script = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../tests/tools/pyhanko_sign.py"
    );
    let path = |name: &str| files.folder.path().join(name).to_str().unwrap().to_owned();
    let (from, to) = (path("from.pdf"), path("to.pdf"));
    std::fs::write(&from, pdf).unwrap();
    let (key, leaf, root) = (path("f.key"), path("f.pem"), path("f-root.pem"));
    let arguments = [
        &[script, &from, &to, &key, &leaf, &root, field][..],
        options,
    ]
    .concat();
    let (code, said) = run("python3", &arguments)?;
    assert_ne!(
        code, 3,
        "python3 has no pyhanko; cargo xtask test installs it"
    );
    assert_eq!(code, 0, "{said}");
    Some(std::fs::read(to).unwrap())
}

#[test]
fn signatures_by_other_software_are_read() {
    let files = Files::new(&House::new(KeyKind::P256, 1));
    for (key, options, format, algorithm) in [
        (RSA, &["pades"][..], "PAdES", "RSA-SHA256"),
        (RSA, &["adobe"], "PDF PKCS#7", "RSA-SHA256"),
        (RSA, &["pades", "pss"], "PAdES", "RSA-PSS-SHA256"),
        (P256, &["pades"], "PAdES", "ECDSA-P256-SHA256"),
    ] {
        let Some(trust) = openssl_house(&files, key) else {
            return;
        };
        let Some(once) = pyhanko_sign(&files, &document(1), "A", options) else {
            return;
        };
        let Some(twice) = pyhanko_sign(&files, &once, "B", options) else {
            return;
        };
        for (pdf, count) in [(&once, 1), (&twice, 2)] {
            let verdict = verify_pdf(pdf, &trust).unwrap();
            assert_eq!(
                failures(&verdict),
                [],
                "{options:?}: {:#?}",
                verdict.findings
            );
            assert_eq!(verdict.signatures.len(), count);
            let info = &verdict.signatures[count - 1];
            assert_eq!((&info.format[..], &info.algorithm[..]), (format, algorithm));
            assert_eq!(info.signer, "f");
        }
        // The second time pyHanko writes the metadata anew when a second has passed, which is told
        // and does no harm.
        let told = verify_pdf(&twice, &trust).unwrap();
        for warning in warnings(&told) {
            assert_eq!(warning.reason, Some(Reason::InformationUpdated));
        }
        let mut changed = once.clone();
        changed[find(&once, "/Kids")] ^= 1;
        assert!(!verify_pdf(&changed, &trust).unwrap().is_valid());
    }
}

/// Our signature under one of other software, and one of ours above it.
#[test]
fn signatures_by_us_and_by_other_software_stand_on_one_document() {
    let house = House::new(KeyKind::P256, 1);
    let files = Files::new(&house);
    let Some(foreign) = openssl_house(&files, P256) else {
        return;
    };
    let Some(second) = pyhanko_sign(&files, &signed(&house), "B", &["pades"]) else {
        return;
    };
    let (signer, seal) = (house.signer("审批局公章", 3), seal());
    let third = sign_pdf(&second, &job(&signer, &seal, "C")).unwrap();
    let roots = [
        house.root.der().to_vec(),
        foreign.store().roots()[0].der().to_vec(),
    ];
    let trust = Trust::new(&roots, &[], &[], foreign.now()).unwrap();
    let verdict = verify_pdf(&third, &trust).unwrap();
    assert_eq!(failures(&verdict), [], "{:#?}", verdict.findings);
    let names: Vec<&str> = verdict
        .signatures
        .iter()
        .map(|info| &info.signer[..])
        .collect();
    assert_eq!(names, ["审批局公章", "f", "审批局公章"]);
}

fn outcome(verdict: &Verdict, check: Check) -> (Outcome, Option<Reason>) {
    let found = verdict
        .findings
        .iter()
        .find(|f| f.check == check && f.signature == Some(0));
    found.map(|f| (f.outcome, f.reason)).unwrap()
}

/// PAdES B-T and B-LTA: the time is vouched for by somebody else.
#[test]
fn time_stamps_are_checked() {
    let files = Files::new(&House::new(KeyKind::P256, 1));
    let Some(trust) = openssl_house(&files, RSA) else {
        return;
    };
    let Some(timely) = pyhanko_sign(&files, &document(1), "A", &["pades", "ts"]) else {
        return;
    };
    let verdict = verify_pdf(&timely, &trust).unwrap();
    assert_eq!(failures(&verdict), [], "{:#?}", verdict.findings);
    let now = trust.now() - jiff::SignedDuration::from_hours(1);
    let stamped: jiff::Timestamp = verdict.signatures[0]
        .stamped_at
        .as_ref()
        .unwrap()
        .parse()
        .unwrap();
    assert!(
        stamped.duration_since(now).as_mins().abs() < 5,
        "{stamped} {now}"
    );

    // A clock nobody told us to trust.
    let verdict = verify_pdf(&timely, &Trust::nobody(trust.now())).unwrap();
    assert!(verdict.is_valid());
    assert_eq!(verdict.signatures[0].stamped_at, None);
    let unchecked = (Outcome::NotChecked, Some(Reason::TrustUnknown));
    assert_eq!(outcome(&verdict, Check::SealValidity), unchecked);

    // The stamped time changed: the token lies outside of what the signature covers.
    let mut later = timely.clone();
    let year = stamped.strftime("%Y%m%d").to_string();
    let digits: String = year.bytes().map(|b| format!("{b:02x}")).collect();
    let at = contents(&timely).start;
    let text = String::from_utf8_lossy(&timely[contents(&timely)]).to_lowercase();
    let at = at + text.rfind(&digits).unwrap() + digits.len() - 1;
    later[at] = if later[at] == b'1' { b'2' } else { b'1' };
    let verdict = verify_pdf(&later, &trust).unwrap();
    assert_eq!(
        failures(&verdict),
        [Reason::TimeStampBroken],
        "{:#?}",
        verdict.findings
    );

    let Some(lasting) = pyhanko_sign(&files, &timely, "B", &["pades", "lta"]) else {
        return;
    };
    let verdict = verify_pdf(&lasting, &trust).unwrap();
    assert_eq!(failures(&verdict), [], "{:#?}", verdict.findings);
    let formats: Vec<&str> = verdict
        .signatures
        .iter()
        .map(|info| &info.format[..])
        .collect();
    assert_eq!(formats, ["PAdES", "PAdES", "PDF time stamp"]);
    assert!(
        verdict
            .signatures
            .iter()
            .all(|info| info.stamped_at.is_some())
    );
}

/// Evidence for later verification may follow the last signature; it is told.
#[test]
fn a_security_store_may_follow_and_nothing_else_with_it() {
    let house = House::new(KeyKind::P256, 1);
    let pdf = signed(&house);
    let (catalog, root) = body_with(&pdf, "/Type /Catalog");
    let store = |more: &str| {
        let root = root.replacen("<<", &format!("<</DSS 150 0 R{more}"), 1);
        append(&pdf, &[(150, "<</Certs[]>>".into()), (catalog, root)])
    };
    let verdict = check(&store(""), &house);
    assert_eq!(failures(&verdict), []);
    assert_eq!(
        warnings(&verdict)[0].reason,
        Some(Reason::InformationUpdated)
    );
    let verdict = check(&store("/PageLayout/OneColumn"), &house);
    assert_eq!(failures(&verdict), [Reason::ChangedAfterSigning]);
}

/// An empty field that waits for its signer, filled after another signature.
#[test]
fn a_waiting_field_may_be_filled() {
    let house = House::new(KeyKind::P256, 1);
    let files = Files::new(&house);
    let Some(foreign) = openssl_house(&files, P256) else {
        return;
    };
    let plain = document(1);
    let (page, page_body) = body_with(&plain, "/Type/Page/");
    let (catalog, root) = body_with(&plain, "/Type/Catalog");
    let field = "<</FT/Sig/T(X)/Type/Annot/Subtype/Widget/Rect[9 9 99 99]/P 3 0 R/F 132>>";
    let form = "<</AcroForm<</Fields[150 0 R]/SigFlags 1>>";
    let waiting = append(
        &plain,
        &[
            (150, field.into()),
            (page, page_body.replacen("<<", "<</Annots[150 0 R]", 1)),
            (catalog, root.replacen("<<", form, 1)),
        ],
    );
    let (signer, seal) = (house.signer("审批局公章", 1), seal());
    let first = sign_pdf(&waiting, &job(&signer, &seal, "Seal1")).unwrap();
    let Some(second) = pyhanko_sign(&files, &first, "X", &["pades"]) else {
        return;
    };
    let roots = [
        house.root.der().to_vec(),
        foreign.store().roots()[0].der().to_vec(),
    ];
    let trust = Trust::new(&roots, &[], &[], foreign.now()).unwrap();
    let verdict = verify_pdf(&second, &trust).unwrap();
    assert_eq!(failures(&verdict), [], "{:#?}", verdict.findings);
    assert_eq!(verdict.signatures.len(), 2);
}
