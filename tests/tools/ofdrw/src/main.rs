//! Draws an OFD file with the crate `ofdrw`, a reader that is not ours and that uses embedded
//! fonts: one PNG a page.
//!
//! Usage: `cargo run --release -- FILE.ofd OUTDIR`. Prints the paths it writes.

use std::error::Error;
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1).map(PathBuf::from);
    let (Some(file), Some(out)) = (arguments.next(), arguments.next()) else {
        return Err("usage: ofdrw-draw FILE.ofd OUTDIR".into());
    };
    let document = ofdrw::OfdDocument::open(file)?;
    std::fs::create_dir_all(&out)?;
    for page in 0..document.pages()?.len() {
        let path = out.join(format!("page_{page}.png"));
        std::fs::write(&path, document.page_png(page, 110.0)?)?;
        println!("{}", path.display());
    }
    Ok(())
}
