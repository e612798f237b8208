//! Each way in which others deviate from the standard is read, told, and fails nothing.

mod description;
mod seal;
mod stamp;

use std::collections::BTreeSet;

use sealing::{Check, Deviation, Outcome, Part, Reason, Verdict};

use crate::der::{Der, Form, put_value, seal as edited};
use crate::make::{LIST, SIGN, WORLD, document, failures, get, verdict};

/// The codes of the deviations that a verdict tells.
pub fn codes(verdict: &Verdict) -> BTreeSet<String> {
    let told = verdict.findings.iter().filter(|f| f.check == Check::Form);
    told.map(|f| {
        assert_eq!(
            (f.outcome, f.reason),
            (Outcome::Warn, Some(Reason::FormatDeviation))
        );
        let (_, code) = f.evidence.rsplit_once('[').unwrap();
        code.trim_end_matches(']').to_string()
    })
    .collect()
}

/// The table: what is odd, the file, and the code that tells it.
#[derive(Default)]
struct Table {
    rows: Vec<(String, Vec<Part>, Deviation)>,
}

impl Table {
    fn row(&mut self, what: &str, parts: Vec<Part>, told: Deviation) {
        self.rows.push((what.to_string(), parts, told));
    }

    /// A seal with an oddity, in an otherwise plain stamp.
    fn seal(&mut self, what: &str, edit: impl Fn(&mut Der), told: Deviation) {
        let form = Form {
            seal: edited(edit),
            ..Form::default()
        };
        self.row(what, form.parts(), told);
    }

    fn tbs(&mut self, what: &str, edit: impl Fn(&mut Der), told: Deviation) {
        let form = Form {
            tbs: &edit,
            ..Form::default()
        };
        self.row(what, form.parts(), told);
    }

    fn outer(&mut self, what: &str, edit: impl Fn(&mut Der), told: Deviation) {
        let form = Form {
            outer: &edit,
            ..Form::default()
        };
        self.row(what, form.parts(), told);
    }

    fn xml(&mut self, what: &str, from: &str, to: &str, told: Deviation) {
        let edit = |xml: String| {
            assert!(xml.contains(from), "{from}: {xml}");
            xml.replacen(from, to, 1)
        };
        let form = Form {
            xml: &edit,
            ..Form::default()
        };
        self.row(what, form.parts(), told);
    }

    fn list(&mut self, what: &str, from: &str, to: &str, told: Deviation) {
        let edit = |xml: String| {
            assert!(xml.contains(from), "{from}: {xml}");
            xml.replacen(from, to, 1)
        };
        let form = Form {
            list: &edit,
            ..Form::default()
        };
        self.row(what, form.parts(), told);
    }

    fn holds(self) -> BTreeSet<Deviation> {
        let mut seen = BTreeSet::new();
        let mut wrong = Vec::new();
        for (what, parts, told) in self.rows {
            let verdict = verdict(&parts);
            let found = codes(&verdict);
            println!("{what:<60} {found:?}");
            if !verdict.is_valid() || !found.contains(told.code()) {
                wrong.push(format!(
                    "{what}: wanted {}, {found:?} {:?}",
                    told.code(),
                    verdict.first_failure()
                ));
            }
            seen.insert(told);
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
        seen
    }
}

#[test]
fn every_deviation_is_told_and_fails_nothing() {
    let mut table = Table::default();
    seal::rows(&mut table);
    stamp::rows(&mut table);
    description::rows(&mut table);
    let seen = table.holds();
    // Those of other kinds of signatures are shown where these are.
    use Deviation as D;
    let elsewhere = [
        D::SignatureOverInfo,
        D::SignatureOverDigest,
        D::CertificateElsewhere,
        D::TimeStampForm,
        D::ContentForm,
        D::ContentType,
    ];
    for deviation in Deviation::ALL {
        assert!(
            seen.contains(deviation) != elsewhere.contains(deviation),
            "{deviation:?}"
        );
    }
}

#[test]
fn what_we_write_deviates_in_nothing() {
    let verdict = verdict(&WORLD.sealed(document("1")));
    assert_eq!(codes(&verdict), BTreeSet::new());
}

/// What stands behind the end of a stamp: nobody who reads it sees it.
#[test]
fn bytes_behind_a_stamp_are_refused_unless_a_later_signature_covers_them() {
    let behind = |bytes: &[u8]| {
        let mut parts = WORLD.sealed(document("1"));
        let value = get(&mut parts, &format!("{SIGN}SignedValue.dat"));
        let value = [value, bytes].concat();
        put_value(&mut parts, value);
        parts
    };
    assert_eq!(failures(&verdict(&behind(b"x"))), [Reason::StampBroken]);
    assert!(verdict(&behind(&[0, 0])).is_valid());
    // The same, sealed again.
    let places = crate::make::places();
    let open = sealing::SealJob {
        closing: false,
        ..WORLD.job(&places)
    };
    let mut parts = sealing::seal_ofd(document("1"), &open).unwrap();
    let value = get(&mut parts, &format!("{SIGN}SignedValue.dat"));
    value.extend_from_slice(b"x");
    let parts = sealing::seal_ofd(parts, &WORLD.job(&places)).unwrap();
    let verdict = verdict(&parts);
    assert!(verdict.is_valid(), "{verdict:#?}");
    assert!(codes(&verdict).contains("trailing_bytes"));
}

/// A weak digest still shows a change made after signing; that it is weak is told by itself.
#[test]
fn weak_digests_are_checked_and_told() {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    type Digest = fn(&[u8]) -> Vec<u8>;
    let methods: [(&str, Digest); 3] = [
        ("MD5", |bytes| gm::legacy::md5(bytes).to_vec()),
        ("SHA1", |bytes| gm::legacy::sha1(bytes).to_vec()),
        ("SHA256", |bytes| gm::sha256(bytes).to_vec()),
    ];
    for (name, digest) in methods {
        let originals = WORLD.sealed(document("1"));
        let edit = |mut xml: String| {
            for (_, data) in &originals {
                let old = STANDARD.encode(gm::sm3(data));
                xml = xml.replace(&old, &STANDARD.encode(digest(data)));
            }
            xml.replace("\"SM3\"", &format!("\"{name}\""))
        };
        let form = Form {
            xml: &edit,
            ..Form::default()
        };
        let mut parts = form.parts();
        let found = verdict(&parts);
        assert!(found.is_valid(), "{name} {found:#?}");
        let weak = |f: &&sealing::Finding| f.reason == Some(Reason::AlgorithmWeak);
        assert_eq!(found.findings.iter().any(|f| weak(&f)), name != "SHA256");
        get(&mut parts, LIST).push(b' ');
        assert_eq!(failures(&verdict(&parts)), [Reason::PartChanged], "{name}");
    }
}
