//! The crate from outside: authorities, chains, the key file, and OpenSSL as a second opinion.

mod authority;
mod chain;
mod file_store;
mod openssl;
mod support;
