//! What the linker does for the size of the program: relative relocations are packed (linkers from
//! before 2022 ignore the option with a word), and functions that came out the same are kept once.
//! The latter is for LLD only, which is the compiler's own linker on this platform.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let target = |key: &str| std::env::var(key).unwrap_or_default();
    if target("CARGO_CFG_TARGET_OS") == "linux" && target("CARGO_CFG_TARGET_ENV") == "gnu" {
        println!("cargo::rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
        if target("CARGO_CFG_TARGET_ARCH") == "x86_64" && target("PROFILE") == "release" {
            println!("cargo::rustc-link-arg-bins=-Wl,--icf=all");
        }
    }
}
