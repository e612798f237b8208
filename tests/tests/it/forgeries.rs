//! What a forger can do to a licence that the product issued, and what verification then says:
//! each kind has a reason of its own.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use gm::{Authority, AuthorityNames, FileKeyStore, KeyKind, Signer, SoftKey, Subject, Unlock};
use jiff::{SignedDuration, Timestamp};
use journeys::{Town, drawing};
use kernel::PageRequest;
use licences::{Format, LicenceEvent, StateChange, Step};
use sealing::{
    Impression, PageRef, Part, Place, Provider, SealJob, SealSpec, make_seal, pack, seal_ofd,
};

/// 云味轩's food licence, in force until 2028, and another of the same type.
const FOOD: &str = "JY29901020010130";
const OTHER: &str = "JY29901020010269";

const SIGNATURES: &str = "Signs/";
const LIST: &str = "Doc_0/Signs/Signatures.xml";
const FACE: &str = "Doc_0/Pages/Page_0/Content.xml";

async fn key_of(town: &Town, number: &str) -> String {
    let wanted = licences::Query {
        licence_no: Some(number.into()),
        ..licences::Query::default()
    };
    let found = licences::search(town.ctx(), &wanted, PageRequest::default()).await;
    found.unwrap().rows.remove(0).licence_key
}

async fn issued(town: &Town, number: &str) -> Vec<Part> {
    let key = key_of(town, number).await;
    let whole = licences::file(town.ctx(), &key, Format::Ofd).await.unwrap();
    assert_eq!(told(town, whole.clone()).await, None, "as it was issued");
    sealing::unpack(&whole).unwrap()
}

/// The failing step and its reason; none when the file is accepted.
async fn told(town: &Town, bytes: Vec<u8>) -> Option<(Step, &'static str)> {
    let found = licences::verify_file(&town.visitor(), bytes).await.unwrap();
    assert_eq!(found.valid, found.failure().is_none());
    let failure = found.failure()?;
    // A failure stops: nothing is told of what comes after it.
    let ran = found.steps.iter().filter(|s| s.passed.is_some()).count();
    assert_eq!(ran, failure.step as usize + 1);
    Some((failure.step, failure.reason.unwrap().code()))
}

/// One thing that a forger does.
struct Forgery {
    kind: &'static str,
    how: String,
    bytes: Vec<u8>,
    step: Step,
    code: &'static str,
}

/// The table: what is done to the file `parts`, and what must be told of it.
#[derive(Default)]
struct Table(Vec<Forgery>);

impl Table {
    fn row(
        &mut self,
        kind: &'static str,
        how: impl Into<String>,
        bytes: Vec<u8>,
        code: &'static str,
    ) {
        self.0.push(Forgery {
            kind,
            how: how.into(),
            bytes,
            step: Step::Security,
            code,
        });
    }

    /// Every row is told as it says. Gives the codes of each kind.
    async fn holds(self, town: &Town) -> BTreeMap<&'static str, &'static str> {
        let mut codes = BTreeMap::new();
        let mut wrong = Vec::new();
        for forgery in self.0 {
            let said = told(town, forgery.bytes).await;
            if said != Some((forgery.step, forgery.code)) {
                wrong.push(format!("{}: {}: {said:?}", forgery.kind, forgery.how));
            }
            let before = codes.insert(forgery.kind, forgery.code);
            assert!(
                before.is_none_or(|code| code == forgery.code),
                "{}",
                forgery.kind
            );
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
        codes
    }
}

fn without(parts: &[Part], name: &str) -> Vec<Part> {
    let mut rest = parts.to_vec();
    rest.retain(|(own, _)| own != name);
    assert!(rest.len() < parts.len(), "{name}");
    rest
}

fn get<'p>(parts: &'p mut [Part], name: &str) -> &'p mut Vec<u8> {
    &mut parts.iter_mut().find(|(own, _)| own == name).unwrap().1
}

/// What a changed byte of this part must be told as.
fn changed(name: &str) -> (&'static str, &'static str) {
    if name.ends_with("SignedValue.dat") {
        ("a changed stamp", "stamp_broken")
    } else if name.ends_with("Content.xml") {
        ("a swapped face", "face_replaced")
    } else {
        ("a changed part", "part_changed")
    }
}

/// A byte at the beginning, in the middle and at the end of every part.
fn changed_bytes(table: &mut Table, parts: &[Part]) {
    for (index, (name, data)) in parts.iter().enumerate() {
        for at in [0, data.len() / 2, data.len() - 1] {
            let mut forged = parts.to_vec();
            forged[index].1[at] ^= 1;
            let (kind, code) = changed(name);
            table.row(
                kind,
                format!("{name} byte {at}"),
                pack(&forged).unwrap(),
                code,
            );
        }
    }
}

/// Parts added, missing, doubled, and two under one name for two readers.
fn containers(table: &mut Table, parts: &[Part]) {
    for name in [
        "more",
        "Doc_0/Attachs/more.xml",
        "Doc_0/Signs/Sign_0/more.dat",
    ] {
        let mut forged = parts.to_vec();
        forged.push((name.into(), b"more".to_vec()));
        table.row(
            "an added part",
            name,
            pack(&forged).unwrap(),
            "part_uncovered",
        );
    }
    for (name, _) in parts.iter().filter(|(name, _)| !name.contains(SIGNATURES)) {
        // Without its entry point a package is no document at all.
        if name == "OFD.xml" {
            continue;
        }
        let bytes = pack(&without(parts, name)).unwrap();
        table.row("a missing part", name, bytes, "part_missing");
    }
    // A second part gets the name of the first, in both of its headers or in one.
    for (name, data) in parts {
        let mask = format!("{}~", &name[..name.len() - 1]);
        let mut forged = parts.to_vec();
        forged.push((mask.clone(), data.iter().rev().copied().collect()));
        let bytes = pack(&forged).unwrap();
        let both = renamed(&bytes, &mask, name, 2);
        table.row("a doubled part", name, both, "duplicate_entry");
        let mut swapped = parts.to_vec();
        swapped.iter_mut().find(|(own, _)| own == name).unwrap().0 = mask.clone();
        // The list of contents has the true name, the part itself another.
        let bytes = pack(&swapped).unwrap();
        let directory = bytes.windows(4).position(|w| w == b"PK\x01\x02").unwrap();
        let shadowed = [
            &bytes[..directory],
            &renamed(&bytes[directory..], &mask, name, 1),
        ]
        .concat();
        table.row("a shadowed part", name, shadowed, "container_anomaly");
    }
}

/// The container with every `from` of it, which are so many, renamed to `to` of the same length.
fn renamed(bytes: &[u8], from: &str, to: &str, times: usize) -> Vec<u8> {
    let (from, to) = (from.as_bytes(), to.as_bytes());
    let mut out = bytes.to_vec();
    let found: Vec<usize> = (0..out.len() - from.len())
        .filter(|at| out[*at..].starts_with(from))
        .collect();
    assert_eq!(found.len(), times);
    for at in found {
        out[at..at + to.len()].copy_from_slice(to);
    }
    out
}

fn removed_seals(table: &mut Table, parts: &[Part]) {
    let own = |name: &str| format!("Doc_0/Signs/Sign_0/{name}");
    for name in [
        own("SignedValue.dat"),
        own("Seal.esl"),
        own("Signature.xml"),
        LIST.to_owned(),
    ] {
        let bytes = pack(&without(parts, &name)).unwrap();
        table.row("a removed seal", name, bytes, "seal_removed");
    }
    let mut forged = parts.to_vec();
    forged.retain(|(name, _)| !name.contains(SIGNATURES));
    let bytes = pack(&forged).unwrap();
    table.row("a removed seal", "all of it", bytes, "seal_removed");
}

/// The licence without its signature, for another to seal.
fn bare(parts: &[Part]) -> Vec<Part> {
    let mut bare = parts.to_vec();
    bare.retain(|(name, _)| !name.contains(SIGNATURES));
    let entry = get(&mut bare, "OFD.xml");
    let text = String::from_utf8(entry.clone()).unwrap();
    let (before, rest) = text.split_once("<ofd:Signatures>").unwrap();
    let (_, after) = rest.split_once("</ofd:Signatures>").unwrap();
    *entry = format!("{before}{after}").into_bytes();
    bare
}

/// A signer of an authority, with a seal by its maker.
struct Sealer {
    signer: SoftKey,
    maker: Arc<dyn Signer>,
}

fn entropy(town: &Town) -> impl FnMut(&mut [u8]) + use<> {
    let rng = town.ctx().rng.clone();
    move |out: &mut [u8]| rng.fill(out)
}

impl Sealer {
    /// The signer's certificate ends after so many days from a month ago.
    fn new(town: &Town, authority: &Authority, days: i64) -> Self {
        let mut entropy = entropy(town);
        let key = SoftKey::generate(KeyKind::Sm2, &mut entropy);
        let subject = Subject::new("云州市", "证照专用章");
        let from = a_month_ago(town);
        let to = from + SignedDuration::from_hours(24 * days);
        let certificate = authority.certify(&key.public_key(), &subject, from, to, &mut entropy);
        let certificate = certificate.unwrap().der().to_vec();
        Self {
            signer: key.with_certificate(certificate, vec![]),
            maker: authority.maker().unwrap(),
        }
    }

    fn seal(&self, town: &Town) -> Vec<u8> {
        let from = a_month_ago(town);
        let spec = SealSpec {
            id: "FORGED-1",
            vendor: "tongban",
            name: "证照专用章",
            kind: 1,
            certificates: &[self.signer.certificate()],
            created: from,
            valid_from: from,
            valid_to: from + SignedDuration::from_hours(24 * 365),
            picture: Impression {
                png: &drawing("章", from),
                width_mm: 42,
                height_mm: 42,
            },
        };
        make_seal(&spec, &*self.maker).unwrap()
    }

    /// Seals the bare licence anew, now.
    fn sealed(&self, town: &Town, parts: &[Part], seal: &[u8]) -> Vec<u8> {
        let job = SealJob {
            seal,
            signer: &self.signer,
            places: &[Place::new(PageRef::Index(0), 20.0, 20.0, 42.0, 42.0)],
            time: town.ctx().now(),
            closing: true,
            provider: Provider::default(),
            time_stamper: None,
        };
        pack(&seal_ofd(bare(parts), &job).unwrap()).unwrap()
    }
}

fn a_month_ago(town: &Town) -> Timestamp {
    town.ctx().now() - SignedDuration::from_hours(24 * 30)
}

/// The city's own authority.
fn authority(town: &Town) -> Authority {
    Authority::open(town.platform.keys.clone(), KeyKind::Sm2).unwrap()
}

/// An authority that says the same of itself, and that nobody trusts.
fn foreign(town: &Town, folder: &Path) -> Authority {
    let mut entropy = entropy(town);
    let keys = FileKeyStore::create(
        &folder.join("keys"),
        &Unlock::passphrase("a forger"),
        &mut entropy,
    );
    let names = AuthorityNames {
        organization: "云州市政务服务数据管理局".into(),
        title: "云州市政务服务".into(),
    };
    let keys = Arc::new(keys.unwrap());
    Authority::create(keys, KeyKind::Sm2, &names, a_month_ago(town), &mut entropy).unwrap()
}

/// [H-60] Of a licence as the product issues it: a byte changed at the beginning, in the middle and
/// at the end of every part; parts added, missing, doubled, shadowed; the seal removed; the face
/// swapped; the certificate expired at signing time; the licence revoked. Each kind has one reason,
/// no two the same.
#[tokio::test(flavor = "multi_thread")]
async fn each_kind_of_forgery_has_its_own_reason() {
    let town = Town::sqlite("2026-12-21T09:30").await;
    let parts = issued(&town, FOOD).await;
    let mut table = Table::default();
    changed_bytes(&mut table, &parts);
    containers(&mut table, &parts);
    removed_seals(&mut table, &parts);

    let mut swapped = parts.clone();
    *get(&mut swapped, FACE) = get(&mut issued(&town, OTHER).await, FACE).clone();
    let whose = "the face of another licence";
    table.row(
        "a swapped face",
        whose,
        pack(&swapped).unwrap(),
        "face_replaced",
    );

    // A month of validity that ended yesterday, against one that has not: what is told is the end.
    let authority = authority(&town);
    let expired = Sealer::new(&town, &authority, 29);
    let late = expired.sealed(&town, &parts, &expired.seal(&town));
    let kind = "an expired certificate";
    table.row(kind, "at signing time", late, "certificate_expired");
    let in_time = Sealer::new(&town, &authority, 31);
    let in_time = in_time.sealed(&town, &parts, &in_time.seal(&town));
    let resealed = (Step::Data, "file_mismatch");
    assert_eq!(told(&town, in_time).await, Some(resealed));

    let mut codes = table.holds(&town).await;

    // The last row needs another library: the file is as it was issued.
    let change = StateChange {
        licence_key: key_of(&town, FOOD).await,
        event: LicenceEvent::Revoke,
        reason: "按规定".into(),
    };
    licences::change_state(town.ctx(), change).await.unwrap();
    let revoked = told(&town, pack(&parts).unwrap()).await;
    assert_eq!(revoked, Some((Step::Revocation, "licence_revoked")));
    codes.insert("a revoked licence", "licence_revoked");

    assert_eq!(codes.len(), 10, "{codes:#?}");
    let distinct: BTreeSet<&str> = codes.values().copied().collect();
    assert_eq!(distinct.len(), codes.len(), "{codes:#?}");
    town.close().await;
}

/// [H-55] The first step, security, looks for tampering; for a signature that its signer could
/// deny, because it is broken or was made over something else; at the seal on the message, that it
/// is there, whole, and the signer's; and whether its source is one that is trusted.
#[tokio::test(flavor = "multi_thread")]
async fn security_is_tamper_denial_seal_and_source() {
    let town = Town::sqlite("2026-12-21T09:30").await;
    let parts = issued(&town, FOOD).await;
    let value = "Doc_0/Signs/Sign_0/SignedValue.dat";
    let own = Sealer::new(&town, &authority(&town), 300);
    let folder = tempfile::tempdir().unwrap();
    let stranger = Sealer::new(&town, &foreign(&town, folder.path()), 300);
    let mut table = Table::default();

    let mut changed = parts.clone();
    get(&mut changed, "Doc_0/Document.xml").push(b'\n');
    table.row("tamper", "a part", pack(&changed).unwrap(), "part_changed");

    let mut broken = parts.clone();
    *get(&mut broken, value).last_mut().unwrap() ^= 1;
    table.row("denial: broken", "", pack(&broken).unwrap(), "stamp_broken");
    let mut moved = parts.clone();
    *get(&mut moved, value) = get(&mut issued(&town, OTHER).await, value).clone();
    table.row(
        "denial: of another",
        "",
        pack(&moved).unwrap(),
        "stamp_moved",
    );

    let bytes = pack(&without(&parts, value)).unwrap();
    table.row("seal: removed", "", bytes, "seal_removed");
    let mut altered = own.seal(&town);
    let at = altered.windows(8).position(|w| w == b"FORGED-1").unwrap();
    altered[at + 7] = b'2';
    let bytes = own.sealed(&town, &parts, &altered);
    table.row("seal: altered", "", bytes, "seal_broken");

    let bytes = stranger.sealed(&town, &parts, &stranger.seal(&town));
    table.row("source: signer", "", bytes, "certificate_foreign");
    let mixed = Sealer {
        maker: stranger.maker.clone(),
        ..Sealer::new(&town, &authority(&town), 300)
    };
    let bytes = mixed.sealed(&town, &parts, &mixed.seal(&town));
    table.row("source: maker", "", bytes, "maker_foreign");
    table.holds(&town).await;

    // What holds in all of it is told of each, with the seal's name.
    let found = licences::verify_file(&town.visitor(), pack(&parts).unwrap()).await;
    let found = found.unwrap();
    assert_eq!(
        (found.steps[0].step, found.steps[0].passed),
        (Step::Security, Some(true))
    );
    assert!(
        found.steps[0].evidence.contains('章'),
        "{:?}",
        found.steps[0]
    );
    let findings = found.verdict.unwrap().findings;
    use sealing::Check as C;
    for check in [
        C::Integrity,
        C::Coverage,
        C::Stamp,
        C::Seal,
        C::SealValidity,
        C::Chain,
    ] {
        let passed =
            |f: &&sealing::Finding| f.check == check && f.outcome == sealing::Outcome::Pass;
        assert!(
            findings.iter().any(|f| passed(&f)),
            "{check:?}: {findings:#?}"
        );
    }
    town.close().await;
}
