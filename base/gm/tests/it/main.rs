//! The crate from outside: authorities, chains, the key file, and OpenSSL as a second opinion.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod authority;
mod books;
mod chain;
mod file_store;
mod import;
mod openssl;
mod pkcs11;
mod request;
mod support;
