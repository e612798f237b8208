//! One signature of an OFD file: what it covers, its stamp, its seal, its people.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};

use gm::{Certificate, SignatureAlgorithm, VerifyError};
use jiff::{SignedDuration, Timestamp};

use super::cover::Bound;
use super::list::Entry;
use super::method::{Method, signature_method};
use super::path;
use super::signature_file::SignatureFile;
use crate::container::{Package, PackagePart};
use crate::deviation::{Deviation, Notes};
use crate::judge::{Role, Used, future, stamped};
use crate::report::Report;
use crate::stamp::{SignedValue, Stamp};
use crate::time_stamper::in_answer;
use crate::value::{Algorithm, Weak};
use crate::{Check, Reason, SignatureInfo, Trust};

/// How far the times in description and stamp may lie apart: one software takes both in turn.
const APART: SignedDuration = SignedDuration::from_mins(1);

/// Bytes from which on digests are computed by several threads, and how many at most.
const TOGETHER: usize = 16 << 20;
const WORKERS: usize = 4;

/// The package and what is known of it.
pub(super) struct Context<'a> {
    pub package: &'a Package<'a>,
    pub trust: &'a Trust,
    /// `OFD.xml`, which bears the document's identifier.
    pub entry: &'a str,
    /// Parts that draw pages: page contents and templates.
    pub faces: HashSet<String>,
    pub page_ids: HashSet<String>,
    /// Digests of parts, each computed once.
    pub digests: HashMap<(String, Method), Vec<u8>>,
    /// Parts whose digest was not the signed one.
    pub changed: HashSet<String>,
    /// Certificates that may still be tried on bare values of this file.
    pub tries: usize,
}

/// What a signature accounts for.
#[derive(Default)]
pub(super) struct Account {
    /// Parts that its references name.
    pub covered: HashSet<String>,
    /// Its description could be read.
    pub is_read: bool,
    /// Its own parts, which its stamp covers or which are the stamp.
    pub own: HashSet<String>,
    /// A part of its own in which something follows the end, and how much.
    pub tail: Option<(String, usize)>,
}

impl Context<'_> {
    /// Judges a signature and tells what it accounts for.
    pub(super) fn judge(&mut self, entry: &Entry, report: &mut Report) -> Account {
        let index = report.signatures.len();
        report.signatures.push(SignatureInfo {
            format: entry.kind.clone(),
            ..Default::default()
        });
        let mut one = One {
            context: self,
            entry,
            index: Some(index),
            account: Account::default(),
        };
        one.judge(report);
        one.account
    }

    pub(super) fn digest(&mut self, name: &str, method: Method) -> Option<&[u8]> {
        let part = self.package.get(name)?;
        let key = (name.to_string(), method);
        let digest = self.digests.entry(key);
        Some(digest.or_insert_with(|| method.of_part(part)))
    }

    /// Computes the digests of many parts at once, on all processors, where they are so large that
    /// somebody would wait for them.
    pub(super) fn digest_all(&mut self, names: &[String], method: Method) {
        let mut seen = HashSet::new();
        let parts: Vec<&PackagePart<'_>> = names
            .iter()
            .filter(|name| seen.insert(*name))
            .filter(|name| !self.digests.contains_key(&((*name).clone(), method)))
            .filter_map(|name| self.package.get(name))
            .collect();
        let bytes: usize = parts.iter().map(|part| part.size()).sum();
        let workers = std::thread::available_parallelism().map_or(1, usize::from);
        let workers = workers.min(parts.len()).min(WORKERS);
        if bytes < TOGETHER || workers < 2 {
            return;
        }
        let next = AtomicUsize::new(0);
        let work = || {
            let mine = std::iter::from_fn(|| parts.get(next.fetch_add(1, Ordering::Relaxed)));
            let digest = |part: &&PackagePart<'_>| (part.name.clone(), method.of_part(part));
            mine.map(digest).collect::<Vec<_>>()
        };
        let found = std::thread::scope(|scope| {
            // Where no thread can be had, this one does all of it.
            let others: Vec<_> = (1..workers)
                .filter_map(|_| std::thread::Builder::new().spawn_scoped(scope, work).ok())
                .collect();
            let mut found = work();
            let done = others.into_iter().filter_map(|other| other.join().ok());
            found.extend(done.flatten());
            found
        });
        let known = found
            .into_iter()
            .map(|(name, digest)| ((name, method), digest));
        self.digests.extend(known);
    }
}

/// One signature being judged.
pub(super) struct One<'c, 'a> {
    pub context: &'c mut Context<'a>,
    pub entry: &'c Entry,
    pub index: Option<usize>,
    pub account: Account,
}

impl<'a> One<'_, 'a> {
    fn judge(&mut self, report: &mut Report) {
        let package: &'a Package<'a> = self.context.package;
        let name = &self.entry.part;
        self.account.own.insert(name.clone());
        let Some(part) = package.get(name) else {
            let evidence = format!("{name} is missing");
            report.fail(Check::Stamp, Reason::SealRemoved, self.index, evidence);
            return;
        };
        let file = match SignatureFile::parse(part.data()) {
            Ok(file) => file,
            Err(why) => {
                self.own_folder();
                let evidence = format!("{name}: {why}");
                report.fail(Check::Integrity, Reason::PartChanged, self.index, evidence);
                return;
            }
        };
        if let Some(info) = report.signatures.last_mut() {
            info.signed_at = file.time.map(|at| at.to_string());
        }
        self.account.is_read = true;
        self.account.covered = file
            .references
            .iter()
            .filter_map(|one| path::resolve(name, &one.path))
            .collect();
        let value = path::resolve(
            name,
            file.signed_value.as_deref().unwrap_or("SignedValue.dat"),
        );
        let value = value.and_then(|value| {
            self.account.own.insert(value.clone());
            package.get(&value)
        });
        let Some(value) = value else {
            let evidence = format!("the signed value of {name} is missing");
            report.fail(Check::Stamp, Reason::SealRemoved, self.index, evidence);
            self.references(&file, None, report);
            return;
        };
        let notes = Notes::default();
        let parsed = SignedValue::parse(value.data(), &notes);
        self.form(&notes.take(), &value.name, report);
        let mut has_seal = false;
        let parsed = parsed.map(|(parsed, rest)| {
            self.tail(&value.name, rest, report);
            parsed
        });
        match parsed {
            Ok(SignedValue::Stamp(stamp)) => {
                has_seal = true;
                self.stamp(&file, part.data(), &value.name, &stamp, report);
            }
            Ok(SignedValue::Data(data)) => self.data(&file, part.data(), &data, report),
            Ok(SignedValue::Bare(bytes)) => self.bare(&file, part.data(), bytes, report),
            Err(error) => {
                let evidence = format!("{}: {error}", value.name);
                report.fail(Check::Stamp, Reason::StampBroken, self.index, evidence);
                self.references(&file, None, report);
            }
        }
        self.pages(&file, has_seal, report);
    }

    /// What follows the signed value. Zeros fill a room and say nothing; anything else is judged
    /// with the coverage.
    fn tail(&mut self, name: &str, rest: &[u8], report: &mut Report) {
        match crate::ber::tail(rest) {
            None => {}
            Some(Deviation::TrailingZeros) => {
                self.deviates(Deviation::TrailingZeros, name.to_string(), report);
            }
            Some(_) => self.account.tail = Some((name.to_string(), rest.len())),
        }
    }

    pub(super) fn describe(&self, report: &mut Report, write: impl FnOnce(&mut SignatureInfo)) {
        if let Some(info) = report.signatures.last_mut() {
            write(info);
        }
    }

    /// Everything beside a description that cannot be read is taken to belong to it.
    fn own_folder(&mut self) {
        let folder = path::folder(&self.entry.part);
        let parts = self.context.package.parts.iter().map(|part| &part.name);
        let beside = parts.filter(|name| path::folder(name) == folder);
        self.account.own.extend(beside.cloned());
    }

    /// A stamp with its seal.
    fn stamp(
        &mut self,
        file: &SignatureFile,
        xml: &[u8],
        name: &str,
        stamp: &Stamp<'_>,
        report: &mut Report,
    ) {
        let index = self.index;
        if self.entry.kind == "Sign" {
            self.deviates(Deviation::ValueForm, name.to_string(), report);
        }
        let seal = self.known_seal(stamp.seal);
        let listed = seal
            .as_ref()
            .and_then(|seal| seal.listed(stamp.certificate));
        let is_listed = listed.is_some();
        let signer = listed.or_else(|| Certificate::from_der(stamp.certificate).ok());
        self.describe(report, |info| {
            info.format = match (stamp.version, stamp.old) {
                (4, _) => "GB/T 38540 v4".into(),
                (other, _) => format!("GM/T 0031 v{other}"),
            };
            info.algorithm = stamp.value.algorithm_text(signer.as_ref());
            if let Some(signer) = &signer {
                signer_info(info, signer);
            }
            if let Some(seal) = &seal {
                info.seal_id = Some(seal.id.clone());
                info.seal_name = Some(seal.name.clone());
                info.seal_kind = Some(seal.kind);
                info.seal_owner = seal.owner.clone();
                info.seal_maker = seal.maker.as_ref().map(Certificate::subject);
            }
            if let Some(at) = stamp.time {
                info.signed_at = Some(at.to_string());
            }
        });
        let notes = Notes::default();
        let holds = match &signer {
            Some(signer) => stamp.is_made_by(signer, &notes),
            None => Err(VerifyError::Wrong),
        };
        self.form(&notes.take(), name, report);
        let algorithm = stamp.value.algorithm_text(signer.as_ref());
        value_finding(holds, &algorithm, signer.as_ref(), index, report);

        // What a stamp that does not hold says of the file says nothing.
        let bound = holds.is_ok().then(|| {
            if self.is_over(stamp, xml, name, report) {
                Bound::Yes
            } else {
                Bound::No(self.stranger(file, stamp))
            }
        });
        self.references(file, bound, report);
        if bound == Some(Bound::Yes) {
            self.property(stamp, report);
            self.same(file, stamp.value.algorithm(), stamp.time, report);
        }
        let claimed = self.moment(stamp.time.or(file.time), report);
        let value = stamp.value.signature;
        let stamped = stamp.time_stamp.and_then(|token| {
            let own = format!("{name} SES_Signature.timeStamp");
            self.time_stamp(Check::Stamp, &own, token, value, report)
        });
        self.stamped_at(stamped, claimed, report);
        let at = stamped.unwrap_or(claimed);
        self.seal(file, stamp, seal.as_deref(), is_listed, report);
        if let Some(seal) = &seal {
            self.seal_time(seal, at, report);
        }
        if let Some(signer) = &signer {
            let used = Used {
                role: Role::Signer,
                certificate: signer,
                extra: &[],
                at,
                signature: index,
            };
            used.judge(self.context.trust, report);
        }
        if let Some(seal) = &seal {
            self.maker(seal, stamp.seal, report);
        }
    }

    /// The digest in the stamp is that of the description, by the algorithm of the stamp or by
    /// another one, which is told.
    fn is_over(&self, stamp: &Stamp<'_>, xml: &[u8], name: &str, report: &mut Report) -> bool {
        let hash = stamp.data_hash;
        let own = match stamp.value.algorithm() {
            Algorithm::Strong(strong) => SignatureFile::data_hash(strong, xml).to_vec(),
            Algorithm::RsaSha1 => gm::legacy::sha1(xml).to_vec(),
            _ => SignatureFile::data_hash(SignatureAlgorithm::Sm2Sm3, xml).to_vec(),
        };
        if hash == own {
            return true;
        }
        let methods = [Method::Sm3, Method::Sha256, Method::Sha1];
        let Some(method) = methods.into_iter().find(|method| method.of(xml) == hash) else {
            return false;
        };
        let place = format!("{name} TBS_Sign.dataHash by {}", method.name());
        self.deviates(Deviation::DataHash, place, report);
        if method.is_weak() {
            let evidence = format!("digest of the description by {}", method.name());
            report.warn(Check::Stamp, Reason::AlgorithmWeak, self.index, evidence);
        }
        true
    }

    /// What the description says of algorithm and time must be what the stamp says.
    pub(super) fn same(
        &self,
        file: &SignatureFile,
        algorithm: Algorithm,
        time: Option<Timestamp>,
        report: &mut Report,
    ) {
        let written = signature_method(&file.method).map(|id| Algorithm::read(id.as_bytes()));
        let known = |algorithm| !matches!(algorithm, Algorithm::Key | Algorithm::Unknown);
        if written.is_some_and(|w| w != algorithm && known(w) && known(algorithm)) {
            let place = format!("SignatureMethod “{}”", file.method);
            self.deviates(Deviation::MethodDiffers, place, report);
        }
        if let (Some(written), Some(time)) = (file.time, time)
            && written.duration_since(time).abs() > APART
        {
            let place = format!("SignatureDateTime {written}, stamp {time}");
            self.deviates(Deviation::DateDiffers, place, report);
        }
    }

    pub(super) fn moment(&self, time: Option<Timestamp>, report: &mut Report) -> Timestamp {
        let now = self.context.trust.now();
        match time {
            Some(at) => future(at, self.context.trust, self.index, report),
            None => {
                let evidence = "the signature tells no time; judged as of now";
                let reason = Reason::FormatDeviation;
                report.warn(Check::SealValidity, reason, self.index, evidence);
            }
        }
        time.unwrap_or(now)
    }

    /// The time of a trusted time stamp over a signature value. Some keep the whole answer of the
    /// authority in place of the token in it.
    pub(super) fn time_stamp(
        &self,
        check: Check,
        place: &str,
        token: &[u8],
        value: &[u8],
        report: &mut Report,
    ) -> Option<Timestamp> {
        let inner = match in_answer(token) {
            Some(inner) => {
                self.deviates(Deviation::TimeStampForm, place.to_string(), report);
                inner
            }
            None => token,
        };
        stamped(check, inner, value, self.context.trust, self.index, report)
    }

    /// Records a trusted time, which cannot lie before the time that is claimed.
    pub(super) fn stamped_at(
        &self,
        stamped: Option<Timestamp>,
        claimed: Timestamp,
        report: &mut Report,
    ) {
        let Some(at) = stamped else { return };
        self.describe(report, |info| info.stamped_at = Some(at.to_string()));
        if claimed.duration_since(at) > APART {
            let place = format!("claimed {claimed}, time stamp {at}");
            self.deviates(Deviation::DateDiffers, place, report);
        }
    }
}

pub(super) fn signer_info(info: &mut SignatureInfo, signer: &Certificate) {
    info.signer = signer.subject();
    info.signer_serial = signer.serial();
    info.signer_organization = signer.subject_organization();
    info.issuer = signer.issuer();
    info.certificate = signer.der().to_vec();
}

pub(super) fn value_finding(
    holds: Result<Option<Weak>, VerifyError>,
    algorithm: &str,
    signer: Option<&Certificate>,
    index: Option<usize>,
    report: &mut Report,
) {
    let check = Check::Stamp;
    match (holds, signer) {
        (Ok(weak), Some(signer)) => {
            report.pass(check, index, signer.subject());
            if let Some(weak) = weak {
                report.warn(check, Reason::AlgorithmWeak, index, weak.words());
            }
        }
        (_, None) => {
            let evidence = "the signer's certificate cannot be read";
            report.fail(check, Reason::StampBroken, index, evidence);
        }
        (Err(VerifyError::Unsupported), _) => {
            let evidence = format!("algorithm {algorithm}");
            report.fail(check, Reason::AlgorithmUnknown, index, evidence);
        }
        (Err(VerifyError::Wrong), _) => {
            let evidence = "the value does not hold under the signer's key";
            report.fail(check, Reason::StampBroken, index, evidence);
        }
    }
}
