//! `seeds FROM TO`: makes the first corpus of every target out of a folder of issued files, as
//! `tongban demo --once --out FROM` writes them, and of the documents that the drawing is tried on.

#[allow(dead_code, reason = "the drawing's tests use all of it")]
#[path = "../../documents/ofd/tests/it/corpus.rs"]
mod corpus;
#[allow(dead_code, reason = "the drawing's tests use all of it")]
#[path = "../../documents/ofd/tests/it/corpus_pictures.rs"]
mod corpus_pictures;
#[allow(dead_code, reason = "the drawing's tests use all of it")]
#[path = "../../documents/ofd/tests/it/corpus_whole.rs"]
mod corpus_whole;

use std::fs;
use std::path::Path;

fn main() -> std::io::Result<()> {
    let mut args = std::env::args().skip(1);
    let (Some(from), Some(to)) = (args.next(), args.next()) else {
        eprintln!("seeds FROM TO");
        std::process::exit(2);
    };
    let put = |target: &str, name: &str, bytes: &[u8]| -> std::io::Result<()> {
        let folder = Path::new(&to).join(target);
        fs::create_dir_all(&folder)?;
        fs::write(folder.join(name), bytes)
    };
    for file in fs::read_dir(&from)? {
        let path = file?.path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let bytes = fs::read(&path)?;
        if name.ends_with(".pdf") {
            put("pdf_verify", &name, &bytes)?;
        }
        if name.ends_with(".ofd") {
            put("ofd_package", &name, &bytes)?;
            put("ofd_verify", &name, &bytes)?;
            let parts = sealing::unpack(&bytes).map_err(std::io::Error::other)?;
            let small: Vec<_> = parts
                .iter()
                .filter(|(_, b)| b.len() < 40_000)
                .cloned()
                .collect();
            put("ofd_parts", &name, &fuzz::joined(&small))?;
            put("ofd_draw", &name, &fuzz::joined(&small))?;
            for (n, (part, content)) in parts.iter().enumerate() {
                if part.ends_with(".esl") || part.ends_with(".dat") {
                    put("seal", &format!("{name}.{n}"), content)?;
                }
            }
        }
    }
    for (name, made) in [
        ("texts", corpus::texts()),
        ("paths", corpus::paths()),
        ("shadings", corpus::shadings()),
        ("pictures", corpus_pictures::pictures()),
        ("structure", corpus_whole::structure()),
        ("fonts", corpus_whole::fonts()),
    ] {
        let parts = made.package.parts().iter();
        let small: Vec<_> = parts
            .filter(|part| part.bytes.len() < 40_000)
            .map(|part| (part.path.clone(), part.bytes.to_vec()))
            .collect();
        put("ofd_draw", name, &fuzz::joined(&small))?;
    }
    Ok(())
}
