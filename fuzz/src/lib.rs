//! What the targets share.

use std::sync::LazyLock;

use sealing::Trust;

/// A verifier of a fixed day. With a root that signed nothing it judges chains as well.
pub static TRUST: LazyLock<Trust> = LazyLock::new(|| {
    let now = "2026-11-16T01:00:00Z".parse().expect("a moment");
    let roots: Vec<Vec<u8>> = std::env::var("FUZZ_ROOTS")
        .ok()
        .and_then(|path| std::fs::read(path).ok())
        .and_then(|pem| gm::Certificate::from_pem_or_der(&pem).ok())
        .map(|all| all.iter().map(|c| c.der().to_vec()).collect())
        .unwrap_or_default();
    Trust::new(&roots, &[], &[], now).unwrap_or_else(|_| Trust::nobody(now))
});

/// Cuts a package that the fuzzer keeps as plain parts: name length, name, content length (four
/// bytes), content. Mutations then reach the parts and not the compression around them.
pub fn parts(mut data: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    while let Some((&length, rest)) = data.split_first() {
        let name = &rest[..usize::from(length).min(rest.len())];
        let rest = &rest[name.len()..];
        if rest.len() < 4 {
            break;
        }
        let (size, rest) = rest.split_at(4);
        let size = size.iter().fold(0usize, |n, b| (n << 8) | usize::from(*b));
        let content = &rest[..size.min(rest.len())];
        all.push((String::from_utf8_lossy(name).into_owned(), content.to_vec()));
        data = &rest[content.len()..];
    }
    all
}

/// The reverse of [`parts`].
pub fn joined(parts: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut data = Vec::new();
    for (name, content) in parts {
        let name = &name.as_bytes()[..name.len().min(255)];
        data.push(u8::try_from(name.len()).unwrap_or(u8::MAX));
        data.extend_from_slice(name);
        data.extend_from_slice(&u32::try_from(content.len()).unwrap_or(0).to_be_bytes());
        data.extend_from_slice(content);
    }
    data
}
