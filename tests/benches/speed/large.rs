//! Files of 100 MB verified, each in a process of its own, whose highest use of memory is that of
//! the verification.

use std::fmt::Write;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use sealing::pdf::sign_pdf;
use sealing::{Part, pack, seal_ofd};

use crate::people::{self, People};
use crate::table::Figure;

const SIZE: usize = 100 << 20;
/// Both kinds.
const KINDS: [&str; 2] = ["OFD", "PDF"];

/// Starts a child for each kind.
pub fn measure() -> Result<Vec<Figure>> {
    let mut all: Vec<Figure> = Vec::new();
    for kind in KINDS {
        let folder = tempfile::tempdir()?;
        let people = People::new()?;
        let file = match kind {
            "OFD" => ofd(&people)?,
            _ => pdf(&people)?,
        };
        let [root, crl] = people.authority()?;
        for (name, bytes) in [("file", file), ("root", root), ("crl", crl)] {
            std::fs::write(folder.path().join(name), bytes)?;
        }
        let child = Command::new(std::env::current_exe()?)
            .args(["--large", kind])
            .current_dir(folder.path())
            .stderr(Stdio::inherit())
            .output()?;
        ensure!(
            child.status.success(),
            "the child with a large {kind} failed"
        );
        all.extend(serde_json::from_slice::<Vec<Figure>>(&child.stdout)?);
    }
    Ok(all)
}

/// What the child measures, in the folder with the file and its authority.
pub fn child(kind: &str) -> Result<Vec<Figure>> {
    let trust = people::trust([std::fs::read("root")?, std::fs::read("crl")?])?;
    let file = std::fs::read("file")?;
    // Resets the peak (proc(5)).
    std::fs::write("/proc/self/clear_refs", "5")?;
    let begun = Instant::now();
    let verdict = sealing::verify(&file, &trust)?;
    let took = begun.elapsed().as_secs_f64();
    let ratio = peak()? / file.len() as f64;
    ensure!(verdict.is_valid(), "the large {kind} is not valid");
    let size = file.len() / 1_000_000;
    Ok(vec![
        Figure::below(&format!("{kind} of {size} MB verified"), took, "s", 3.0),
        Figure::below(
            &format!("{kind} of {size} MB verified, peak memory"),
            ratio,
            "of file",
            1.5,
        ),
    ])
}

/// Highest use of memory of this process since the last reset, in bytes.
fn peak() -> Result<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    let kilobytes: f64 = number.context("no VmHWM")?.parse()?;
    Ok(kilobytes * 1024.0)
}

/// Bytes that no compression makes fewer.
fn noise(length: usize, mut seed: u64) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963);
        bytes.extend((seed >> 16).to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}

/// Scans, half of them compressed once more in vain, and five hundred pages of text.
fn ofd(people: &People) -> Result<Vec<u8>> {
    let ns = "xmlns:ofd=\"http://www.ofdspec.org/2016\"";
    let part = |name: &str, body: String| -> Part { (name.into(), body.into_bytes()) };
    let mut parts = vec![
        part(
            "OFD.xml",
            format!(
                "<ofd:OFD {ns} Version=\"1.0\" DocType=\"OFD\"><ofd:DocBody><ofd:DocInfo>\
                 <ofd:DocID>1</ofd:DocID></ofd:DocInfo><ofd:DocRoot>Doc_0/Document.xml\
                 </ofd:DocRoot></ofd:DocBody></ofd:OFD>"
            ),
        ),
        part(
            "Doc_0/Document.xml",
            format!(
                "<ofd:Document {ns}><ofd:CommonData><ofd:MaxUnitID>9</ofd:MaxUnitID>\
                 </ofd:CommonData><ofd:Pages><ofd:Page ID=\"1\" \
                 BaseLoc=\"Pages/Page_0/Content.xml\"/></ofd:Pages></ofd:Document>"
            ),
        ),
        part(
            "Doc_0/Pages/Page_0/Content.xml",
            format!("<ofd:Page {ns}><ofd:Content/></ofd:Page>"),
        ),
    ];
    for number in 0..500_u64 {
        let mut text = String::new();
        for byte in noise(5_000, number) {
            let _ = write!(text, "<ofd:TextCode X=\"{byte}\" Y=\"5\"/>");
        }
        parts.push(part(&format!("Doc_0/Texts/Text_{number}.xml"), text));
    }
    for number in 0..19_u64 {
        let ending = if number % 2 == 0 { "jpg" } else { "tif" };
        let name = format!("Doc_0/Res/scan_{number}.{ending}");
        parts.push((name, noise(SIZE / 20, number)));
    }
    Ok(pack(&seal_ofd(parts, &people.ofd()?)?)?)
}

/// A hundred scans and two hundred thousand small objects.
fn pdf(people: &People) -> Result<Vec<u8>> {
    const OBJECTS: usize = 200_000;
    let (mut pdf, mut offsets) = (b"%PDF-1.7\n%\xe4\xf6\xfc\xdf\n".to_vec(), String::new());
    pdf.reserve(SIZE + (16 << 20));
    let mut count = 1;
    let mut object = |pdf: &mut Vec<u8>, head: &str, stream: Option<Vec<u8>>| {
        let _ = writeln!(offsets, "{:010} 00000 n ", pdf.len());
        pdf.extend(format!("{count} 0 obj\n{head}").bytes());
        if let Some(stream) = stream {
            pdf.extend(b"stream\n");
            pdf.extend(stream);
            pdf.extend(b"\nendstream");
        }
        pdf.extend(b"\nendobj\n");
        count += 1;
    };
    object(&mut pdf, "<</Type/Catalog/Pages 2 0 R>>", None);
    object(&mut pdf, "<</Type/Pages/Kids[3 0 R]/Count 1>>", None);
    let page = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>";
    object(&mut pdf, page, None);
    for number in 0..OBJECTS {
        let head = format!("<</Next {} 0 R/Value({number})>>", number + 4);
        object(&mut pdf, &head, None);
    }
    let left = SIZE.saturating_sub(pdf.len() + OBJECTS * 20) / 100;
    for number in 0..100 {
        let head = format!("<</Length {left}>>");
        object(&mut pdf, &head, Some(noise(left, number)));
    }
    let at = pdf.len();
    let tail = format!(
        "xref\n0 {count}\n0000000000 65535 f \n{offsets}trailer\n<</Size {count}/Root 1 0 R>>\n\
         startxref\n{at}\n%%EOF\n"
    );
    pdf.extend(tail.bytes());
    Ok(sign_pdf(&pdf, &people.pdf()?)?)
}
