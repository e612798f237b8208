//! How long it takes to open and draw OFD files at 150 dpi, in milliseconds of one core a page: the
//! mean of many rounds, and the fastest by the clock. A picture, where one is named, is stamped on every page.
//! Usage: `speed ROUNDS [--stamp PICTURE] FILE…`.

use std::error::Error;
use std::fs;
use std::hint::black_box;
use std::time::Instant;

use ofd::read::Document;
use ofd::{Limits, StampPicture};

fn main() -> Result<(), Box<dyn Error>> {
    let usage = "usage: speed ROUNDS [--stamp PICTURE] FILE…";
    let mut arguments = std::env::args().skip(1);
    let rounds: u32 = arguments.next().ok_or(usage)?.parse()?;
    let mut picture = None;
    println!("| page | opened and drawn | drawn again | bytes |");
    println!("|---|---|---|---|");
    while let Some(file) = arguments.next() {
        if file == "--stamp" {
            picture = Some(fs::read(arguments.next().ok_or(usage)?)?);
            continue;
        }
        let bytes = fs::read(&file)?;
        let document = Document::open(&bytes, &Limits::default())?;
        for page in 0..document.page_count() {
            let page_id = document.page_id(page).unwrap_or_default().to_owned();
            let stamp = picture.as_deref().map(|data| StampPicture {
                page_id,
                boundary_mm: [120.0, 200.0, 42.0, 42.0],
                clip_mm: None,
                format: "png".into(),
                data: data.into(),
            });
            let draw = |document: &Document| document.draw_png(page, 150.0, stamp.as_slice());
            let size = draw(&document)?.png.len();
            let opened = timed(rounds, || {
                let document = Document::open(black_box(&bytes), &Limits::default())?;
                draw(&document).map(drop)
            })?;
            let again = timed(rounds, || draw(black_box(&document)).map(drop))?;
            println!("| {file} {} | {opened} | {again} | {size} |", page + 1);
        }
    }
    Ok(())
}

fn timed<E>(rounds: u32, mut run: impl FnMut() -> Result<(), E>) -> Result<String, E> {
    let mut fastest = f64::INFINITY;
    let computed = spent();
    for _ in 0..rounds {
        let begun = Instant::now();
        run()?;
        fastest = fastest.min(begun.elapsed().as_secs_f64() * 1e3);
    }
    let mean = (spent() - computed) / f64::from(rounds);
    Ok(format!("{mean:.1}, at best {fastest:.1}"))
}

/// Milliseconds that this process has computed: other programs do not disturb it much.
fn spent() -> f64 {
    let said = fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    let nanoseconds = said.split(' ').next().and_then(|n| n.parse::<f64>().ok());
    nanoseconds.unwrap_or(f64::NAN) / 1e6
}
