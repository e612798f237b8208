//! A neighbouring city with certificate authorities and a seal of its own.

use std::sync::Arc;

use gm::{Authority, AuthorityNames, Certificate, FileKeyStore, KeyKind, KeyStore, Signer};
use gm::{Subject, Unlock};
use jiff::{SignedDuration, Timestamp};
use kernel::{Randomness, SystemRandom};
use paper::{Document, Item, Page, Text};
use sealing::{Impression, PageRef, Place, Provider, SealJob, SealKind, SealSpec};

pub struct Foreign {
    authority: Authority,
    signer: Arc<dyn Signer>,
    seal: Vec<u8>,
    _folder: tempfile::TempDir,
}

impl Foreign {
    /// Made at this moment.
    pub fn new(now: Timestamp) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let rng = SystemRandom;
        let mut entropy = move |out: &mut [u8]| rng.fill(out);
        let unlock = Unlock::key_file_or_new(&folder.path().join("key"), &mut entropy).unwrap();
        let store: Arc<dyn KeyStore> = Arc::new(
            FileKeyStore::create(&folder.path().join("keys"), &unlock, &mut entropy).unwrap(),
        );
        let names = AuthorityNames {
            organization: "邻州市数据局".into(),
            title: "邻州市电子印章".into(),
        };
        let authority = Authority::create(store, KeyKind::Sm2, &names, now, &mut entropy).unwrap();
        let to = now + SignedDuration::from_hours(24 * 365);
        let subject = Subject::new("邻州市住房和城乡建设局", "邻州市住房和城乡建设局");
        let signer = authority
            .issue_signer("seal", &subject, now, to, &mut entropy)
            .unwrap();
        let impression = paper::official(&paper::Official {
            organisation: "邻州市住房和城乡建设局".into(),
            purpose: None,
            digits: String::new(),
            diameter_mm: 42.0,
            dpi: 150.0,
        })
        .unwrap();
        let spec = SealSpec {
            id: "99020000000001",
            vendor: "neighbour",
            name: "邻州市住房和城乡建设局",
            kind: SealKind::Official.number(),
            certificates: &[signer.certificate()],
            created: now,
            valid_from: now,
            valid_to: to,
            picture: Impression {
                png: impression.bytes(),
                width_mm: 42,
                height_mm: 42,
            },
        };
        let seal = sealing::make_seal(&spec, &*authority.maker().unwrap()).unwrap();
        Self {
            authority,
            signer,
            seal,
            _folder: folder,
        }
    }

    /// Root and issuing authority, PEM.
    pub fn root_pem(&self) -> String {
        [self.authority.root(), self.authority.issuing()]
            .map(Certificate::to_pem)
            .concat()
    }

    /// The revocation list of the issuing authority, PEM.
    pub fn list_pem(&self, now: Timestamp) -> String {
        self.authority.crl(now).unwrap().to_pem()
    }

    /// A document of the neighbours, sealed at this moment.
    pub fn sealed(&self, now: Timestamp) -> Vec<u8> {
        let mut page = Page::a4();
        let text = Text::new("房屋建筑工程施工许可证", 30.0, 40.0, 6.0);
        page.items.push(Item::Text(text));
        let document = Document {
            pages: vec![page],
            ..Document::default()
        };
        let info = ofd::DocInfo {
            id: "fedcba9876543210fedcba9876543210".into(),
            custom: vec![],
        };
        let package = ofd::compose(&paper::lay_out(&document).unwrap(), &info).unwrap();
        let parts = package
            .parts()
            .iter()
            .map(|part| (part.path.clone(), part.bytes.to_vec()))
            .collect();
        let job = SealJob {
            seal: &self.seal,
            signer: &*self.signer,
            places: &[Place::new(PageRef::Index(0), 120.0, 200.0, 42.0, 42.0)],
            time: now,
            closing: true,
            provider: Provider::default(),
            time_stamper: None,
        };
        sealing::pack(&sealing::seal_ofd(parts, &job).unwrap()).unwrap()
    }
}
