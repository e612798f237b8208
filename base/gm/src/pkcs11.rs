//! Hardware tokens through PKCS#11: the module of their maker is loaded at run time.
//!
//! ECDSA P-256 and RSA keys live there where the token offers their mechanisms. There is no
//! standard mechanism for SM2: those keys stay in the encrypted file.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, MutexGuard};

use cryptoki::context::{CInitializeArgs, CInitializeFlags, Function, Pkcs11};
use cryptoki::error::{Error, RvError};
use cryptoki::mechanism::{Mechanism, MechanismType};
use cryptoki::object::{Attribute, AttributeType, KeyType, ObjectClass, ObjectHandle};
use cryptoki::session::{Session, SessionState, UserType};
use cryptoki::slot::Slot;
use cryptoki::types::AuthPin;
use zeroize::Zeroizing;

use crate::asn1::{self, Element, tag};
use crate::signer::oid;
use crate::{KeyError, KeyKind, PublicKey, SoftKey, Token, sha256};

/// Sessions open at once. Small devices allow few, and more than these sign no faster.
const SESSIONS: usize = 8;

/// Where a token is and how it is opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pkcs11Settings {
    /// The maker's module, `…/libsofthsm2.so`.
    pub module: PathBuf,
    /// The token's label.
    pub token: String,
    /// A file with the user's PIN and nothing else.
    pub pin_file: PathBuf,
}

/// A token that is open.
pub struct Pkcs11Token {
    settings: Pkcs11Settings,
    context: Pkcs11,
    pool: Mutex<Pool>,
    /// Told when a session is put back.
    free: Condvar,
    mechanisms: Vec<MechanismType>,
}

struct Pool {
    slot: Slot,
    /// Logged in, waiting for work.
    idle: Vec<Session>,
    /// All that are open, idle or at work.
    open: usize,
    /// Counts how often the token was found anew: sessions from before are not put back.
    age: u64,
    /// Private keys by identifier.
    handles: HashMap<Vec<u8>, ObjectHandle>,
}

impl Pkcs11Token {
    /// Loads the module, finds the token by its label and logs in.
    pub fn open(settings: Pkcs11Settings) -> Result<Self, KeyError> {
        let module = settings.module.display();
        let context = Pkcs11::new(&settings.module)
            .map_err(|error| KeyError::Token(format!("module {module}: {error}")))?;
        match context.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
            Ok(()) | Err(Error::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => {}
            Err(error) => return Err(KeyError::Token(format!("module {module}: {error}"))),
        }
        let slot = find(&context, &settings.token)?;
        let mechanisms = context.get_mechanism_list(slot);
        let mechanisms = mechanisms.map_err(|error| wrong(&settings.token, &error))?;
        let this = Self {
            pool: Mutex::new(Pool {
                slot,
                idle: Vec::new(),
                open: 0,
                age: 0,
                handles: HashMap::new(),
            }),
            free: Condvar::new(),
            settings,
            context,
            mechanisms,
        };
        // A wrong PIN is told at once, not with the first signature.
        this.with(|_, _| Ok(()))?;
        Ok(this)
    }

    fn pool(&self) -> MutexGuard<'_, Pool> {
        // What the lock guards is whole between any two statements.
        self.pool
            .lock()
            .unwrap_or_else(|broken| broken.into_inner())
    }

    /// Runs with a session of its own; once more on a fresh one where the token was away meanwhile.
    fn with<T>(
        &self,
        work: impl Fn(&Session, &dyn Fn(&[u8]) -> Result<ObjectHandle, Error>) -> Result<T, Error>,
    ) -> Result<T, KeyError> {
        let mut again = true;
        loop {
            let (session, age) = self.session()?;
            let done = work(&session, &|id| self.handle(&session, id));
            match done {
                Err(error) if was_away(&error) => {
                    drop(session);
                    self.renew(age)?;
                    if !again {
                        return Err(wrong(&self.settings.token, &error));
                    }
                    again = false;
                }
                done => {
                    self.put_back(session, age);
                    return done.map_err(|error| wrong(&self.settings.token, &error));
                }
            }
        }
    }

    /// An idle session, or a new one, or the next that is put back.
    fn session(&self) -> Result<(Session, u64), KeyError> {
        let mut pool = self.pool();
        loop {
            if let Some(session) = pool.idle.pop() {
                return Ok((session, pool.age));
            }
            if pool.open < SESSIONS {
                break;
            }
            pool = self
                .free
                .wait(pool)
                .unwrap_or_else(|broken| broken.into_inner());
        }
        let label = &self.settings.token;
        let session = self.context.open_rw_session(pool.slot).or_else(|_| {
            // The device may have come back in another slot.
            pool.slot = find(&self.context, label)?;
            let session = self.context.open_rw_session(pool.slot);
            session.map_err(|error| wrong(label, &error))
        })?;
        self.log_in(&session)?;
        pool.open += 1;
        Ok((session, pool.age))
    }

    fn put_back(&self, session: Session, age: u64) {
        let mut pool = self.pool();
        if pool.age == age {
            pool.idle.push(session);
        }
        drop(pool);
        self.free.notify_one();
    }

    /// Forgets every session and handle from before the token was away.
    fn renew(&self, age: u64) -> Result<(), KeyError> {
        let mut pool = self.pool();
        if pool.age == age {
            pool.age += 1;
            pool.idle.clear();
            pool.handles.clear();
            pool.open = 0;
            self.free.notify_all();
            pool.slot = find(&self.context, &self.settings.token)?;
        }
        Ok(())
    }

    /// Once only: devices count wrong PINs and lock themselves.
    fn log_in(&self, session: &Session) -> Result<(), KeyError> {
        let path = &self.settings.pin_file;
        let pin = fs::read_to_string(path).map(Zeroizing::new);
        let pin = pin.map_err(|e| KeyError::Token(format!("PIN file {}: {e}", path.display())))?;
        let pin = AuthPin::new(pin.trim_end_matches(['\r', '\n']).to_owned().into());
        match session.login(UserType::User, Some(&pin)) {
            // One login serves all sessions of a process.
            Ok(()) | Err(Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => Ok(()),
            Err(error) => Err(wrong(&self.settings.token, &error)),
        }
    }

    /// The private key of an identifier.
    fn handle(&self, session: &Session, id: &[u8]) -> Result<ObjectHandle, Error> {
        if let Some(known) = self.pool().handles.get(id) {
            return Ok(*known);
        }
        let found = session.find_objects(&[
            Attribute::Class(ObjectClass::PRIVATE_KEY),
            Attribute::Id(id.to_vec()),
        ])?;
        let Some(found) = found.first().copied() else {
            // Whoever is logged out sees no private keys.
            let state = session.get_session_info()?.session_state();
            let out = matches!(state, SessionState::RoPublic | SessionState::RwPublic);
            let why = if out {
                RvError::UserNotLoggedIn
            } else {
                RvError::KeyHandleInvalid
            };
            return Err(Error::Pkcs11(why, Function::FindObjects));
        };
        self.pool().handles.insert(id.to_vec(), found);
        Ok(found)
    }
}

fn find(context: &Pkcs11, label: &str) -> Result<Slot, KeyError> {
    let slots = context.get_slots_with_token();
    let slots = slots.map_err(|error| wrong(label, &error))?;
    let mut labels = Vec::new();
    for slot in slots {
        // A slot that cannot be asked is not the one.
        let Ok(info) = context.get_token_info(slot) else {
            continue;
        };
        if info.token_initialized() && info.label() == label {
            return Ok(slot);
        }
        labels.push(info.label().to_string());
    }
    let there = labels.join(", ");
    Err(KeyError::Token(format!(
        "no token “{label}”; there are: {there}"
    )))
}

/// The token, its session or its login went away; a fresh session may find it again.
fn was_away(error: &Error) -> bool {
    use RvError as R;
    matches!(
        error,
        Error::Pkcs11(
            R::DeviceRemoved
                | R::TokenNotPresent
                | R::TokenNotRecognized
                | R::SessionHandleInvalid
                | R::SessionClosed
                | R::UserNotLoggedIn
                | R::SlotIdInvalid,
            _
        )
    )
}

/// The error in words, for the cases that an operator can do something about.
fn wrong(label: &str, error: &Error) -> KeyError {
    use RvError as R;
    let why = match error {
        Error::Pkcs11(R::PinIncorrect | R::PinInvalid | R::PinLenRange, _) => {
            "the PIN is wrong".to_string()
        }
        Error::Pkcs11(R::PinLocked, _) => "the PIN is locked".to_string(),
        Error::Pkcs11(R::KeyHandleInvalid | R::ObjectHandleInvalid, _) => {
            "the key is not there any more".to_string()
        }
        other if was_away(other) => format!("the token is gone ({other})"),
        other => other.to_string(),
    };
    KeyError::Token(format!("“{label}”: {why}"))
}

/// DER `DigestInfo` of SHA-256, what PKCS#1 v1.5 signs.
fn digest_info(message: &[u8]) -> Vec<u8> {
    let algorithm = asn1::sequence(&[&asn1::oid(oid::SHA256), &[5, 0]]);
    let digest = asn1::tlv(tag::OCTET_STRING, &sha256(message));
    asn1::sequence(&[&algorithm, &digest])
}

impl Token for Pkcs11Token {
    fn label(&self) -> &str {
        &self.settings.token
    }

    fn holds(&self, kind: KeyKind) -> bool {
        let wanted = match kind {
            KeyKind::Sm2 => return false,
            KeyKind::P256 => [MechanismType::ECC_KEY_PAIR_GEN, MechanismType::ECDSA],
            KeyKind::Rsa2048 | KeyKind::Rsa3072 | KeyKind::Rsa4096 => [
                MechanismType::RSA_PKCS_KEY_PAIR_GEN,
                MechanismType::RSA_PKCS,
            ],
        };
        wanted.iter().all(|one| self.mechanisms.contains(one))
    }

    fn create(&self, id: &[u8], name: &str, kind: KeyKind) -> Result<PublicKey, KeyError> {
        let bad = || KeyError::Token("the token gives no readable public key".into());
        let mut public = vec![
            Attribute::Token(true),
            Attribute::Verify(true),
            Attribute::Id(id.to_vec()),
            Attribute::Label(name.as_bytes().to_vec()),
        ];
        let mechanism = match kind.modulus_bits() {
            None => {
                public.push(Attribute::EcParams(asn1::oid(oid::P256)));
                Mechanism::EccKeyPairGen
            }
            Some(bits) => {
                public.push(Attribute::ModulusBits(u64::from(bits).into()));
                public.push(Attribute::PublicExponent(vec![1, 0, 1]));
                Mechanism::RsaPkcsKeyPairGen
            }
        };
        let private = private_template(id, name);
        let (point, modulus, exponent) = self.with(|session, _| {
            let (public, _) = session.generate_key_pair(&mechanism, &public, &private)?;
            let wanted = match kind {
                KeyKind::P256 => &[AttributeType::EcPoint][..],
                _ => &[AttributeType::Modulus, AttributeType::PublicExponent],
            };
            let mut found = (vec![], vec![], vec![]);
            for attribute in session.get_attributes(public, wanted)? {
                match attribute {
                    Attribute::EcPoint(value) => found.0 = value,
                    Attribute::Modulus(value) => found.1 = value,
                    Attribute::PublicExponent(value) => found.2 = value,
                    _ => {}
                }
            }
            Ok(found)
        })?;
        if kind == KeyKind::P256 {
            // Wrapped in an OCTET STRING, as the standard says, or bare, as some do.
            let inside = Element::parse(&point).and_then(|one| one.expect(tag::OCTET_STRING));
            let point = inside.map_or(point.as_slice(), |one| one.value);
            return PublicKey::p256_point(point).map_err(|_| bad());
        }
        let der = asn1::sequence(&[&asn1::unsigned(&modulus), &asn1::unsigned(&exponent)]);
        PublicKey::rsa(&der).map_err(|_| bad())
    }

    fn import(&self, id: &[u8], name: &str, key: &SoftKey) -> Result<(), KeyError> {
        let mut template = private_template(id, name);
        template.push(Attribute::Class(ObjectClass::PRIVATE_KEY));
        if let Some(scalar) = key.p256_scalar() {
            template.push(Attribute::KeyType(KeyType::EC));
            template.push(Attribute::EcParams(asn1::oid(oid::P256)));
            template.push(Attribute::Value(scalar.to_vec()));
        } else if let Some(numbers) = key.rsa_numbers()? {
            let [n, e, d, p, q, dp, dq, coefficient] = &*numbers;
            template.extend([
                Attribute::KeyType(KeyType::RSA),
                Attribute::Modulus(n.clone()),
                Attribute::PublicExponent(e.clone()),
                Attribute::PrivateExponent(d.clone()),
                Attribute::Prime1(p.clone()),
                Attribute::Prime2(q.clone()),
                Attribute::Exponent1(dp.clone()),
                Attribute::Exponent2(dq.clone()),
                Attribute::Coefficient(coefficient.clone()),
            ]);
        } else {
            return Err(KeyError::Token("SM2 keys live in the key file".into()));
        }
        self.with(|session, _| session.create_object(&template).map(|_| ()))
    }

    fn sign(&self, id: &[u8], kind: KeyKind, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        use RvError as R;
        let (mechanism, data) = match kind {
            KeyKind::P256 => (Mechanism::Ecdsa, sha256(message).to_vec()),
            _ => (Mechanism::RsaPkcs, digest_info(message)),
        };
        let made = self.with(|session, handle| {
            match session.sign(&mechanism, handle(id)?, &data) {
                Err(Error::Pkcs11(R::KeyHandleInvalid | R::ObjectHandleInvalid, _)) => {
                    // What is remembered may be from before a new login: looked up once more.
                    self.pool().handles.remove(id);
                    session.sign(&mechanism, handle(id)?, &data)
                }
                done => done,
            }
        })?;
        if kind != KeyKind::P256 {
            return Ok(made);
        }
        let raw: [u8; 64] = made
            .try_into()
            .map_err(|_| KeyError::Token("the token gives no ECDSA signature".into()))?;
        Ok(asn1::signature_from_raw(&raw))
    }

    fn destroy(&self, id: &[u8]) -> Result<(), KeyError> {
        self.with(|session, _| {
            for object in session.find_objects(&[Attribute::Id(id.to_vec())])? {
                session.destroy_object(object)?;
            }
            self.pool().handles.remove(id);
            Ok(())
        })
    }
}

/// A key that signs and never leaves.
fn private_template(id: &[u8], name: &str) -> Vec<Attribute> {
    vec![
        Attribute::Token(true),
        Attribute::Private(true),
        Attribute::Sensitive(true),
        Attribute::Extractable(false),
        Attribute::Sign(true),
        Attribute::Id(id.to_vec()),
        Attribute::Label(name.as_bytes().to_vec()),
    ]
}

impl std::fmt::Debug for Pkcs11Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let module: &Path = &self.settings.module;
        write!(f, "Pkcs11Token({}, {})", module.display(), self.label())
    }
}
