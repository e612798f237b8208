//! Draws every page of OFD files as PNG and SVG into a folder, and says what it could not draw.
//! Usage: `draw OUTPUT_FOLDER FILE…`.

use std::error::Error;
use std::fs;
use std::path::PathBuf;
use std::time::Instant;

use ofd::Limits;
use ofd::read::Document;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1).map(PathBuf::from);
    let folder = arguments.next().ok_or("usage: draw OUTPUT_FOLDER FILE…")?;
    fs::create_dir_all(&folder)?;
    for file in arguments {
        let document = Document::open(&fs::read(&file)?, &Limits::default())?;
        let name = file
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        for finding in document.findings() {
            println!("{name}: {} {}", finding.what.en(), finding.detail);
        }
        for page in 0..document.page_count() {
            document.draw_png(page, 150.0, &[])?;
            let start = Instant::now();
            let png = document.draw_png(page, 150.0, &[])?;
            let took = start.elapsed();
            let svg = document.draw_svg(page, &[])?;
            println!(
                "{name} page {}: {took:?} as PNG, {} bytes as SVG",
                page + 1,
                svg.svg.len()
            );
            for finding in &png.findings {
                println!("  {} {}", finding.what.en(), finding.detail);
            }
            fs::write(folder.join(format!("{name}-{}.png", page + 1)), png.png)?;
            fs::write(folder.join(format!("{name}-{}.svg", page + 1)), svg.svg)?;
        }
    }
    Ok(())
}
