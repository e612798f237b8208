//! SM2, SM3, SM4, keys, certificates: whatever hashes, encrypts or signs.

mod aead;
pub mod asn1;
mod authority;
mod certificate;
mod chain;
pub mod cms;
mod content;
mod crl;
mod digest;
mod digest_algorithm;
mod digesting;
mod durable;
mod entropy;
mod error;
mod extension;
mod file_keys;
mod file_store;
mod import;
mod issue;
mod key_store;
mod ledger;
pub mod legacy;
mod ocsp;
mod pbes;
mod pem;
#[cfg(feature = "pkcs11")]
mod pkcs11;
mod public_key;
mod renew;
mod request;
mod revocation;
mod revocation_cache;
mod rsa_key;
mod signer;
mod soft_key;
mod time_stamp;
mod time_stamp_answer;
mod token;
mod transport;
mod unlock;
mod vault;
mod words;

pub use authority::{Authority, AuthorityNames};
pub use certificate::Certificate;
pub use chain::{Chain, ChainError, TrustStore};
pub use crl::{Crl, RevocationReason, Revoked};
pub use der::asn1::ObjectIdentifier;
pub use digest::{Sm3, hmac_sm3, sha256, sha384, sha512, sm3};
pub use digest_algorithm::DigestAlgorithm;
pub use digesting::Digesting;
pub use entropy::Entropy;
pub use error::{CertError, KeyError, VaultError, VerifyError};
pub use file_store::FileKeyStore;
pub use import::{Bundle, ImportError, Purpose};
pub use issue::{Addresses, CertificateSpec, Extras, Profile, Subject};
pub use key_store::{Certify, KeyInfo, KeyPlace, KeyStore, Update, secret_or_new};
pub use ledger::Issued;
pub use ocsp::{OcspAnswer, OcspError, OcspRequest, OcspResponse, OcspStatus};
pub use pbes::{encrypt_private_key, plain_private_key};
#[cfg(feature = "pkcs11")]
pub use pkcs11::{Pkcs11Settings, Pkcs11Token};
pub use public_key::PublicKey;
pub use request::CertificateRequest;
pub use revocation::{Evidence, Revocation, RevocationSource};
pub use revocation_cache::RevocationCache;
pub use signer::{SM2_IDENTIFIER, SignatureAlgorithm, Signer, oid};
pub use soft_key::{KeyKind, SoftKey};
pub use time_stamp::{
    TimeStampAuthority, TimeStampClient, TimeStampError, TimeStampRequest, TimeStampToken,
};
pub use time_stamp_answer::TimeStampAnswerer;
pub use token::Token;
pub use transport::Transport;
pub use unlock::Unlock;
pub use vault::Vault;

/// A text that is erased when it is let go.
pub type Secret = zeroize::Zeroizing<String>;
