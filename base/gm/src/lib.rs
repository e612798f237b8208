//! SM2, SM3, SM4, keys, certificates: whatever hashes, encrypts or signs.

mod aead;
pub mod asn1;
mod authority;
mod certificate;
mod chain;
pub mod cms;
mod crl;
mod digest;
mod digest_algorithm;
mod entropy;
mod error;
mod extension;
mod file_store;
mod issue;
mod key_store;
mod ocsp;
mod public_key;
mod revocation;
mod revocation_cache;
mod signer;
mod soft_key;
mod time_stamp;
mod transport;
mod unlock;
mod vault;

pub use authority::{Authority, AuthorityNames};
pub use certificate::Certificate;
pub use chain::{Chain, ChainError, TrustStore};
pub use crl::{Crl, RevocationReason, Revoked};
pub use der::asn1::ObjectIdentifier;
pub use digest::{Sm3, hmac_sm3, sha256, sha384, sha512, sm3};
pub use digest_algorithm::DigestAlgorithm;
pub use entropy::Entropy;
pub use error::{CertError, KeyError, VaultError, VerifyError};
pub use file_store::FileKeyStore;
pub use issue::{CertificateSpec, Profile, Subject};
pub use key_store::{Certify, KeyStore, secret_or_new};
pub use ocsp::{OcspAnswer, OcspError, OcspRequest, OcspResponse, OcspStatus};
pub use public_key::PublicKey;
pub use revocation::{Evidence, Revocation, RevocationSource};
pub use revocation_cache::RevocationCache;
pub use signer::{SM2_IDENTIFIER, SignatureAlgorithm, Signer, oid};
pub use soft_key::{KeyKind, SoftKey};
pub use time_stamp::{
    TimeStampAuthority, TimeStampClient, TimeStampError, TimeStampRequest, TimeStampToken,
};
pub use transport::Transport;
pub use unlock::Unlock;
pub use vault::Vault;
