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
    // What authorities say is not among the issued files; samples of it lie beside the tests.
    let samples = Path::new("../documents/sealing/tests/pdf/data");
    for file in fs::read_dir(samples)? {
        let path = file?.path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let bytes = fs::read(&path)?;
        if name.ends_with(".pdf") {
            put("pdf_verify", &name, &bytes)?;
            for (n, value) in values(&bytes).iter().enumerate() {
                put("time_stamp", &format!("{name}.{n}"), value)?;
                if let Some(token) = gm::cms::Signed::read(value).ok().and_then(|s| s.token) {
                    put("time_stamp", &format!("{name}.{n}.token"), &token)?;
                }
            }
        }
        if name.ends_with(".crl") || name.ends_with(".ocsp") || name.ends_with(".der") {
            put("ocsp", &name, &bytes)?;
        }
    }
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
    tables_of(&put)
}

/// The head of the city's stock, as CSV and as a spreadsheet.
fn tables_of(put: &impl Fn(&str, &str, &[u8]) -> std::io::Result<()>) -> std::io::Result<()> {
    let stock = fs::read_to_string("../demo/stock_licences.csv")?;
    let lines: Vec<&str> = stock.lines().take(12).collect();
    put("tables", "stock.csv", lines.join("\n").as_bytes())?;
    let cells = |line: &str| -> Vec<String> { line.split(',').map(str::to_owned).collect() };
    let failed = |error: tables::TableError| std::io::Error::other(error.to_string());
    let headings = cells(lines.first().copied().unwrap_or_default());
    let mut book = tables::XlsxWriter::new(&headings, None).map_err(failed)?;
    for line in lines.iter().skip(1) {
        book.row(cells(line)).map_err(failed)?;
    }
    let mut out = std::io::Cursor::new(Vec::new());
    book.finish(&mut out).map_err(failed)?;
    put("tables", "stock.xlsx", out.get_ref())
}

/// The signature values in a PDF file.
fn values(pdf: &[u8]) -> Vec<Vec<u8>> {
    const MARK: &[u8] = b"/Contents <";
    let starts = (0..pdf.len()).filter(|at| pdf[*at..].starts_with(MARK));
    let hex = |start: usize| -> Vec<u8> {
        let digits = pdf[start + MARK.len()..].iter().take_while(|b| **b != b'>');
        let digits: Vec<u8> = digits
            .filter_map(|b| char::from(*b).to_digit(16))
            .filter_map(|digit| u8::try_from(digit).ok())
            .collect();
        digits
            .chunks_exact(2)
            .map(|two| two[0] << 4 | two[1])
            .collect()
    };
    starts
        .map(hex)
        .filter(|value: &Vec<u8>| !value.is_empty())
        .collect()
}
