//! SM2, SM3, SM4, keys, certificates: whatever hashes, encrypts or signs.

mod aead;
pub mod asn1;
mod authority;
mod certificate;
mod chain;
mod crl;
mod digest;
mod entropy;
mod error;
mod file_store;
mod issue;
mod key_store;
pub mod legacy;
mod public_key;
mod signer;
mod soft_key;
mod unlock;
mod vault;

pub use authority::{Authority, AuthorityNames};
pub use certificate::Certificate;
pub use chain::{Chain, ChainError, Revocation, TrustStore};
pub use crl::{Crl, RevocationReason, Revoked};
pub use der::asn1::ObjectIdentifier;
pub use digest::{Sm3, hmac_sm3, sha256, sha384, sha512, sm3};
pub use entropy::Entropy;
pub use error::{CertError, KeyError, VaultError, VerifyError};
pub use file_store::FileKeyStore;
pub use issue::{CertificateSpec, Profile, Subject};
pub use key_store::{Certify, KeyStore, secret_or_new};
pub use public_key::PublicKey;
pub use signer::{SM2_IDENTIFIER, SignatureAlgorithm, Signer, oid};
pub use soft_key::{KeyKind, SoftKey};
pub use unlock::Unlock;
pub use vault::Vault;
