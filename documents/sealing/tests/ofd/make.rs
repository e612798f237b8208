//! A small authority, a seal and a document, made by hand.

use std::sync::LazyLock;

use gm::{Certificate, CertificateSpec, Crl, KeyKind, Profile, Revoked, Signer, SoftKey, Subject};
use jiff::Timestamp;
use sealing::{
    Impression, PageRef, Part, Place, Provider, Reason, SealJob, SealSpec, Trust, Verdict,
    make_seal, pack, seal_ofd, verify_ofd,
};

/// A white pixel.
pub const PNG: &[u8] = &[
    0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, b'I', b'H', b'D', b'R', 0, 0, 0,
    1, 0, 0, 0, 1, 8, 0, 0, 0, 0, 0x3a, 0x7e, 0x9b, 0x55, 0, 0, 0, 10, b'I', b'D', b'A', b'T',
    0x78, 0x9c, 0x63, 0xf8, 0x0f, 0, 1, 1, 1, 0, 0x1b, 0xb6, 0xee, 0x56, 0, 0, 0, 0, b'I', b'E',
    b'N', b'D', 0xae, 0x42, 0x60, 0x82,
];

pub fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// The day on which everything is sealed.
pub fn day() -> Timestamp {
    at("2026-08-04T02:08:09Z")
}

pub fn seeded(seed: u64) -> impl FnMut(&mut [u8]) {
    let mut state = seed;
    move |out: &mut [u8]| {
        for chunk in out.chunks_mut(8) {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = state;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            z ^= z >> 31;
            chunk.copy_from_slice(&z.to_be_bytes()[..chunk.len()]);
        }
    }
}

pub const FROM: &str = "2026-01-01T00:00:00Z";
pub const TO: &str = "2031-01-01T00:00:00Z";

/// A key with the certificate that `above` issued, or its own.
pub fn issue(name: &str, profile: Profile, above: Option<&SoftKey>) -> SoftKey {
    issue_between(name, profile, above, FROM, TO)
}

pub fn issue_between(
    name: &str,
    profile: Profile,
    above: Option<&SoftKey>,
    from: &str,
    to: &str,
) -> SoftKey {
    let mut entropy = seeded(name.bytes().fold(7, |sum, b| sum * 31 + u64::from(b)));
    let key = SoftKey::generate(KeyKind::Sm2, &mut entropy);
    let (subject, public) = (Subject::new("示范市", name), key.public_key());
    let spec = CertificateSpec {
        subject: &subject,
        key: &public,
        profile,
        not_before: at(from),
        not_after: at(to),
    };
    let certificate = match above {
        Some(above) => spec.issue(above, &mut entropy).unwrap(),
        None => spec.self_sign(&key, &mut entropy).unwrap(),
    };
    key.with_certificate(certificate.der().to_vec(), vec![])
}

/// Root, issuing authority, seal maker, a signer, and the signer's seal.
pub struct World {
    pub root: SoftKey,
    pub issuing: SoftKey,
    pub maker: SoftKey,
    pub signer: SoftKey,
    pub seal: Vec<u8>,
}

impl World {
    pub fn new(prefix: &str) -> Self {
        let name = |part: &str| format!("{prefix}{part}");
        let root = issue(&name("根"), Profile::Root, None);
        let issuing = issue(&name("签发"), Profile::Issuing, Some(&root));
        let maker = issue(&name("制章人"), Profile::Signer, Some(&issuing));
        let signer = issue(&name("公章"), Profile::Signer, Some(&issuing));
        let seal = seal(&maker, &signer, &name("公章"));
        Self {
            root,
            issuing,
            maker,
            signer,
            seal,
        }
    }

    pub fn trust(&self) -> Trust {
        self.trust_with(&[self.crl(&[])])
    }

    pub fn trust_with(&self, crls: &[Vec<u8>]) -> Trust {
        let (root, issuing) = (self.root.certificate(), self.issuing.certificate());
        Trust::new(&[root.to_vec()], &[issuing.to_vec()], crls, day()).unwrap()
    }

    pub fn crl(&self, revoked: &[Revoked]) -> Vec<u8> {
        let end = at("2027-01-01T00:00:00Z");
        Crl::build(&self.issuing, revoked, at(FROM), end)
            .unwrap()
            .der()
            .to_vec()
    }

    pub fn job<'a>(&'a self, places: &'a [Place]) -> SealJob<'a> {
        SealJob {
            seal: &self.seal,
            signer: &self.signer,
            places,
            time: day(),
            closing: true,
            provider: Provider::default(),
            time_stamper: None,
        }
    }

    /// Seals with the closing signature.
    pub fn sealed(&self, parts: Vec<Part>) -> Vec<Part> {
        seal_ofd(parts, &self.job(&places())).unwrap()
    }

    pub fn serial(&self) -> String {
        Certificate::from_der(self.signer.certificate())
            .unwrap()
            .serial()
    }
}

pub fn seal(maker: &SoftKey, signer: &SoftKey, name: &str) -> Vec<u8> {
    seal_between(maker, signer, name, FROM, TO)
}

pub fn seal_between(
    maker: &SoftKey,
    signer: &SoftKey,
    name: &str,
    from: &str,
    to: &str,
) -> Vec<u8> {
    let spec = SealSpec {
        id: "SEAL-0001",
        vendor: "tongban",
        name,
        kind: 1,
        certificates: &[signer.certificate()],
        created: at(FROM),
        valid_from: at(from),
        valid_to: at(to),
        picture: Impression {
            png: PNG,
            width_mm: 42,
            height_mm: 42,
        },
    };
    make_seal(&spec, maker).unwrap()
}

/// One world for the tests that need no other.
pub static WORLD: LazyLock<World> = LazyLock::new(|| World::new("甲"));

pub fn places() -> [Place; 1] {
    [Place::new(PageRef::Index(0), 150.0, 220.5, 42.0, 42.0)]
}

/// A document of two pages with a template, resources and a file that is not XML.
pub fn document(id: &str) -> Vec<Part> {
    let xml = |name: &str, body: String| {
        let head = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
        (name.to_string(), format!("{head}{body}").into_bytes())
    };
    let ns = "xmlns:ofd=\"http://www.ofdspec.org/2016\"";
    let page = |text: &str| {
        format!(
            "<ofd:Page {ns}><ofd:Content><ofd:Layer ID=\"9\"><ofd:TextObject ID=\"10\" \
             Boundary=\"20 20 99 6\" Font=\"3\" Size=\"5\"><ofd:TextCode X=\"0\" Y=\"5\">{text} {id}\
             </ofd:TextCode></ofd:TextObject></ofd:Layer></ofd:Content></ofd:Page>"
        )
    };
    vec![
        xml(
            "OFD.xml",
            format!(
                "<ofd:OFD {ns} Version=\"1.0\" DocType=\"OFD\"><ofd:DocBody><ofd:DocInfo>\
                 <ofd:DocID>{id}</ofd:DocID></ofd:DocInfo><ofd:DocRoot>Doc_0/Document.xml\
                 </ofd:DocRoot></ofd:DocBody></ofd:OFD>"
            ),
        ),
        xml(
            "Doc_0/Document.xml",
            format!(
                "<ofd:Document {ns}><ofd:CommonData><ofd:MaxUnitID>20</ofd:MaxUnitID>\
                 <ofd:TemplatePage ID=\"2\" BaseLoc=\"Tpls/Tpl_0/Content.xml\"/></ofd:CommonData>\
                 <ofd:Pages><ofd:Page ID=\"4\" BaseLoc=\"Pages/Page_0/Content.xml\"/>\
                 <ofd:Page ID=\"5\" BaseLoc=\"Pages/Page_1/Content.xml\"/></ofd:Pages></ofd:Document>"
            ),
        ),
        xml(
            "Doc_0/PublicRes.xml",
            format!("<ofd:Res {ns} BaseLoc=\"Res\"/>"),
        ),
        xml("Doc_0/Tpls/Tpl_0/Content.xml", page("底图")),
        xml("Doc_0/Pages/Page_0/Content.xml", page("第一页")),
        xml("Doc_0/Pages/Page_1/Content.xml", page("第二页")),
        (
            "Doc_0/Res/font_3.ttf".into(),
            (0..=255).cycle().take(2000).collect(),
        ),
        ("Doc_0/Res/base.png".into(), PNG.to_vec()),
    ]
}

pub fn verdict(parts: &[Part]) -> Verdict {
    verdict_by(parts, &WORLD.trust())
}

pub fn verdict_by(parts: &[Part], trust: &Trust) -> Verdict {
    verify_ofd(&pack(parts).unwrap(), trust).unwrap()
}

/// The reason that decides.
#[track_caller]
pub fn first(verdict: &Verdict) -> Reason {
    verdict
        .first_failure()
        .unwrap_or_else(|| panic!("nothing failed: {verdict:#?}"))
        .reason
        .unwrap()
}

/// All reasons of failures, without repetition, in order.
pub fn failures(verdict: &Verdict) -> Vec<Reason> {
    let failed = verdict
        .findings
        .iter()
        .filter(|f| f.outcome == sealing::Outcome::Fail);
    let mut reasons: Vec<Reason> = failed.filter_map(|f| f.reason).collect();
    reasons.dedup();
    reasons
}

pub fn get<'p>(parts: &'p mut [Part], name: &str) -> &'p mut Vec<u8> {
    &mut parts.iter_mut().find(|(own, _)| own == name).unwrap().1
}

pub fn replace(data: &mut Vec<u8>, from: &str, to: &str) {
    let text = String::from_utf8(data.clone()).unwrap();
    assert!(text.contains(from), "{text}");
    *data = text.replacen(from, to, 1).into_bytes();
}

pub const SIGN: &str = "Doc_0/Signs/Sign_0/";
pub const LIST: &str = "Doc_0/Signs/Signatures.xml";
pub const PAGE: &str = "Doc_0/Pages/Page_0/Content.xml";
