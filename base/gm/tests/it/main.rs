//! The crate from outside: authorities, chains, the key file, and OpenSSL as a second opinion.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod authority;
mod chain;
mod file_store;
mod openssl;
mod outside;
mod revocation;
mod support;
mod time_stamp;
