//! Files of others: their authorities are asked what was revoked, and only they.

use jiff::SignedDuration;
use journeys::Town;
use licences::Verification;
use sealing::pdf::{PdfSignJob, RectMm, SealPicture, sign_pdf};
use sealing::{Check, Finding, Outcome, Reason};
use seals::{Proposal, RootScope};
use tongban::network;

use crate::authorities::Authorities;

/// A PDF that a signer of theirs signed now.
fn signed(town: &Town, others: &Authorities) -> Vec<u8> {
    let mut page = paper::Page::a4();
    let text = paper::Text::new("邻州市施工许可证", 30.0, 40.0, 6.0);
    page.items.push(paper::Item::Text(text));
    let document = paper::Document {
        pages: vec![page],
        ..paper::Document::default()
    };
    let pdf = paper::to_pdf(&paper::lay_out(&document).unwrap()).unwrap();
    let impression = paper::official(&paper::Official {
        organisation: "邻州市住房和城乡建设局".into(),
        purpose: None,
        digits: String::new(),
        diameter_mm: 42.0,
        dpi: 150.0,
    });
    let seal = SealPicture::from_png(impression.unwrap().bytes()).unwrap();
    let job = PdfSignJob {
        signer: &others.signer(),
        seal: &seal,
        page: 0,
        rect: RectMm {
            x: 120.0,
            y: 200.0,
            width: 42.0,
            height: 42.0,
        },
        time: town.ctx().now(),
        name: "邻州市住房和城乡建设局",
        reason: "",
        location: "",
        field_name: "Seal",
        closing: true,
    };
    sign_pdf(&pdf, &job).unwrap()
}

fn reach(town: &Town, hosts: Vec<String>, ask_revocation: bool) {
    let settings = network::Settings {
        ask_revocation,
        hosts,
        tls_roots: None,
    };
    network::reach(town.ctx(), &settings).unwrap();
}

async fn trust(town: &Town, others: &Authorities) {
    let first = town.officer("aq_zuoqm").await;
    let second = town.officer("yz_zhonglx").await;
    let now = town.ctx().now();
    let wish = Proposal {
        certificates: others.root_pem(),
        name: "邻州市根".into(),
        scope: RootScope::Seals,
        basis: "云电子印章〔2026〕7号".into(),
        valid_from: now,
        valid_to: now + SignedDuration::from_hours(24 * 60),
    };
    let root = seals::propose_root(&first, &wish).await.unwrap();
    seals::approve_root(&second, &root.key).await.unwrap();
}

async fn told(town: &Town, file: &[u8]) -> Verification {
    licences::verify_file(&town.visitor(), file.to_vec())
        .await
        .unwrap()
}

fn revocation(told: &Verification) -> &Finding {
    let findings = &told.verdict.as_ref().unwrap().findings;
    findings
        .iter()
        .find(|f| f.check == Check::Revocation)
        .unwrap()
}

fn unknown(told: &Verification, why: &str) {
    let found = revocation(told);
    assert_eq!(found.outcome, Outcome::NotChecked);
    assert_eq!(found.reason, Some(Reason::RevocationUnknown));
    assert!(found.evidence.contains(why), "{}", found.evidence);
}

/// The responder is asked once and its answer kept while it is valid; a revocation is found when it
/// is over; where nobody answers the list is fetched, and where that is gone too the verification
/// says what could not be reached.
#[tokio::test(flavor = "multi_thread")]
async fn authorities_of_others_are_asked_what_was_revoked() {
    use crate::outside::{LIST, OCSP};
    for town in Town::each("2026-11-16T09:30").await {
        let others = Authorities::open(town.ctx().now()).await;
        town.clock.advance(SignedDuration::from_mins(2));
        others.outside.set(town.ctx().now());
        reach(&town, vec![others.host()], true);
        let file = signed(&town, &others);
        // Nobody trusts the root: nobody is asked, whatever the certificate says.
        assert_eq!(
            revocation(&told(&town, &file).await).outcome,
            Outcome::NotChecked
        );
        assert_eq!((others.asked(OCSP), others.asked(LIST)), (0, 0));

        trust(&town, &others).await;
        for _ in 0..3 {
            let found = told(&town, &file).await;
            let finding = revocation(&found);
            assert_eq!(finding.outcome, Outcome::Pass, "{}", finding.evidence);
        }
        assert_eq!(others.asked(OCSP), 1, "kept while it is valid");

        // Revoked, which shows once the answer has ended.
        others.outside.revoke("signer", "keyCompromise");
        assert_eq!(revocation(&told(&town, &file).await).outcome, Outcome::Pass);
        town.clock.advance(SignedDuration::from_hours(24 * 7 + 1));
        others.outside.set(town.ctx().now());
        let later = signed(&town, &others);
        let found = told(&town, &later).await;
        let finding = revocation(&found);
        assert_eq!(finding.outcome, Outcome::Fail, "{}", finding.evidence);
        assert_eq!(finding.reason, Some(Reason::CertificateRevoked));
        assert!(!found.valid);

        // Nobody answers any more.
        others.set_down(true);
        town.clock.advance(SignedDuration::from_hours(24 * 7 + 1));
        unknown(&told(&town, &file).await, "503");
        let asked = others.asked(OCSP);
        told(&town, &file).await;
        assert_eq!(
            others.asked(OCSP),
            asked,
            "a dead one is left alone for a while"
        );
        town.close().await;
    }
}

/// A certificate that names an address within the walls is not followed unless the operator named
/// the host; with the switch off nobody is asked at all.
#[tokio::test(flavor = "multi_thread")]
async fn certificates_do_not_lead_within_the_walls() {
    use crate::outside::{LIST, OCSP};
    let town = Town::sqlite("2026-11-16T09:30").await;
    let others = Authorities::open(town.ctx().now()).await;
    town.clock.advance(SignedDuration::from_mins(2));
    others.outside.set(town.ctx().now());
    trust(&town, &others).await;
    let file = signed(&town, &others);
    reach(&town, Vec::new(), true);
    unknown(&told(&town, &file).await, "not a public address");
    assert_eq!((others.asked(OCSP), others.asked(LIST)), (0, 0));
    town.close().await;

    let town = Town::sqlite("2026-11-16T09:32").await;
    trust(&town, &others).await;
    reach(&town, vec![others.host()], false);
    unknown(&told(&town, &file).await, "no revocation list");
    assert_eq!((others.asked(OCSP), others.asked(LIST)), (0, 0));
    town.close().await;
}
