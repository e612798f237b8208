//! `seeds FROM TO`: makes the first corpus of every target out of a folder of issued files, as
//! `tongban demo --once --out FROM` writes them.

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
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let bytes = fs::read(&path)?;
        if name.ends_with(".pdf") {
            put("pdf_verify", &name, &bytes)?;
        }
        if name.ends_with(".ofd") {
            put("ofd_package", &name, &bytes)?;
            put("ofd_verify", &name, &bytes)?;
            let parts = sealing::unpack(&bytes).map_err(std::io::Error::other)?;
            let small: Vec<_> = parts.iter().filter(|(_, b)| b.len() < 40_000).cloned().collect();
            put("ofd_parts", &name, &fuzz::joined(&small))?;
            for (n, (part, content)) in parts.iter().enumerate() {
                if part.ends_with(".esl") || part.ends_with(".dat") {
                    put("seal", &format!("{name}.{n}"), content)?;
                }
            }
        }
    }
    Ok(())
}
