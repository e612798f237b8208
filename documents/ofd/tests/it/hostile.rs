//! Files made to harm: bombs, loops, nonsense. Each is drawn as far as it goes or refused, soon
//! and in little memory.

use std::time::{Duration, Instant};

use image::ImageFormat;
use ofd::read::{Document, What};
use ofd::{Limits, StampPicture};
use proptest::prelude::*;

use crate::corpus::{self, A4, Maker, root, text};
use crate::corpus_pictures;
use crate::corpus_whole;

const SQUARE: &str = "M 0 0 L 210 0 L 210 297 L 0 297 C";

fn full(id: u32, attributes: &str, colour: &str) -> String {
    format!(
        "<ofd:PathObject ID=\"{id}\" Boundary=\"0 0 210 297\" Fill=\"true\" {attributes}>{colour}<ofd:AbbreviatedData>{SQUARE}</ofd:AbbreviatedData></ofd:PathObject>"
    )
}

/// A TrueType font whose glyph of `A` is made of glyphs that are made of glyphs, each level
/// many times.
fn composite_bomb() -> Vec<u8> {
    let be = |n: u16| n.to_be_bytes();
    let glyph = |next: u16| {
        let mut data = [be(0xffff), be(0), be(0), be(10), be(10)].concat();
        for n in 0..200u16 {
            let more = if n < 199 { 0x20 } else { 0 };
            data.extend([be(more | 2), be(next), be(0)].concat());
        }
        data
    };
    const LEVELS: u16 = 12;
    let glyphs: Vec<Vec<u8>> = (1..=LEVELS).map(glyph).collect();
    let mut loca = Vec::new();
    let mut at = 0u32;
    for data in &glyphs {
        loca.extend(at.to_be_bytes());
        at += data.len() as u32;
    }
    loca.extend(at.to_be_bytes());
    loca.extend(at.to_be_bytes());
    let count = LEVELS + 1;
    let mut head = vec![0; 54];
    head[..4].copy_from_slice(&[0, 1, 0, 0]);
    head[12..16].copy_from_slice(&[0x5f, 0x0f, 0x3c, 0xf5]);
    head[18..20].copy_from_slice(&be(1000));
    head[50..52].copy_from_slice(&be(1));
    let mut hhea = vec![0; 36];
    hhea[..4].copy_from_slice(&[0, 1, 0, 0]);
    hhea[34..36].copy_from_slice(&be(1));
    let mut maxp = vec![0, 1, 0, 0];
    maxp.extend(be(count));
    maxp.resize(32, 0);
    // Format 6: `A` is glyph 0, which counts as missing; `B` is glyph 1, also a bomb.
    let cmap = [
        be(0),
        be(1),
        be(0),
        be(3),
        be(0),
        be(12),
        be(6),
        be(12),
        be(0),
        be(65),
        be(1),
        be(1),
    ]
    .concat();
    let hmtx = [
        be(500),
        be(0),
        be(0).repeat(usize::from(count)).try_into().unwrap_or(be(0)),
    ]
    .concat();
    let tables: [(&[u8; 4], Vec<u8>); 7] = [
        (b"cmap", cmap),
        (b"glyf", glyphs.concat()),
        (b"head", head),
        (b"hhea", hhea),
        (b"hmtx", hmtx),
        (b"loca", loca),
        (b"maxp", maxp),
    ];
    let mut font = [&[0, 1, 0, 0][..], &be(7), &[0; 6]].concat();
    let mut offset = 12 + 16 * 7;
    for (tag, data) in &tables {
        font.extend(*tag);
        font.extend([0; 4]);
        font.extend((offset as u32).to_be_bytes());
        font.extend((data.len() as u32).to_be_bytes());
        offset += data.len();
    }
    tables.iter().for_each(|(_, data)| font.extend(data));
    font
}

/// Files of every kind of harm, with the finding that each must at least give.
fn hostile() -> Vec<(&'static str, Maker, Option<What>)> {
    let fan = |inner: &str| inner.repeat(10);
    let mut units = String::new();
    for n in 0..20 {
        let inner = format!(
            "<ofd:CompositeObject ID=\"1\" Boundary=\"0 0 9 9\" ResourceID=\"u{}\"/>",
            n + 1
        );
        units += &format!(
            "<ofd:CompositeGraphicUnit ID=\"u{n}\"><ofd:Content>{}</ofd:Content></ofd:CompositeGraphicUnit>",
            fan(&inner)
        );
    }
    let units = format!("<ofd:CompositeGraphicUnits>{units}</ofd:CompositeGraphicUnits>");
    let composite = "<ofd:CompositeObject ID=\"1\" Boundary=\"0 0 9 9\" ResourceID=\"u0\"/>";
    let mut pattern = full(1, "", "");
    for _ in 0..8 {
        pattern = full(
            2,
            "",
            &format!(
                "<ofd:FillColor><ofd:Pattern Width=\"9\" Height=\"9\"><ofd:CellContent>{pattern}</ofd:CellContent></ofd:Pattern></ofd:FillColor>"
            ),
        );
    }
    let shade = "<ofd:FillColor><ofd:RadialShd StartPoint=\"9 9\" EndPoint=\"99 99\" EndRadius=\"200\"><ofd:Segment><ofd:Color Value=\"9 9 9\"/></ofd:Segment><ofd:Segment><ofd:Color Value=\"9 9 9\" Alpha=\"9\"/></ofd:Segment></ofd:RadialShd></ofd:FillColor>";
    let clip = format!(
        "<ofd:Clips><ofd:Clip><ofd:Area><ofd:Path Boundary=\"0 0 210 297\"><ofd:AbbreviatedData>{SQUARE}</ofd:AbbreviatedData></ofd:Path></ofd:Area></ofd:Clip></ofd:Clips>"
    );
    let nested = "<ofd:PageBlock>".repeat(40) + &"</ofd:PageBlock>".repeat(40);
    let dashes = format!(
        "<ofd:PathObject ID=\"1\" Boundary=\"0 0 210 297\" DashPattern=\"0.001 0.03\"><ofd:AbbreviatedData>M 0 0 {}</ofd:AbbreviatedData></ofd:PathObject>",
        "L 900000 1 L 0 0 ".repeat(2_000)
    );
    let huge = "<ofd:PathObject ID=\"1\" Boundary=\"-900000 -900000 1900000 1900000\" CTM=\"99999 0 0 99999 9 9\" LineWidth=\"9000\" DashPattern=\"1 1\"><ofd:AbbreviatedData>M -999999 -999999 L 999999 999999 A 999999 1 33 1 1 -999999 5 Q 1 1 2 2 B 1 1 2 2 3 3 C</ofd:AbbreviatedData></ofd:PathObject>";
    let mut font = Maker::page(
        &text("3", 9.0, (9.0, 9.0), "", "AAAA", "DeltaX=\"g 3 9\""),
        "<ofd:Fonts><ofd:Font ID=\"3\" FontName=\"x\"><ofd:FontFile>f.ttf</ofd:FontFile></ofd:Font></ofd:Fonts>",
    );
    font.bytes("Doc_0/Res/f.ttf", composite_bomb());
    let mut picture = corpus_pictures::picture(ImageFormat::Png);
    picture[16..24].copy_from_slice(&[0, 0, 0x3e, 0x80, 0, 0, 0x3e, 0x80]);
    let mut bomb = Maker::page(
        "<ofd:ImageObject ID=\"1\" Boundary=\"0 0 99 99\" ResourceID=\"5\"/>",
        "<ofd:MultiMedias><ofd:MultiMedia ID=\"5\" Type=\"Image\"><ofd:MediaFile>p.png</ofd:MediaFile></ofd:MultiMedia></ofd:MultiMedias>",
    );
    bomb.bytes("Doc_0/Res/p.png", picture);
    let mut entities = Maker::page("", "");
    entities.part(
        "Doc_0/Pages/Page_0/Content.xml",
        "<!DOCTYPE a [<!ENTITY b \"cccc\">]><ofd:Page xmlns:ofd=\"x\">&b;</ofd:Page>",
    );
    let mut outside = Maker::page("", "");
    outside.part(
        "Doc_0/Document.xml",
        &root(
            "Document",
            "<ofd:Pages><ofd:Page ID=\"1\" BaseLoc=\"../../../../etc/passwd\"/></ofd:Pages>",
        ),
    );
    let steps = text(
        "3",
        1.0,
        (9.0, 9.0),
        "",
        &"字".repeat(90_000),
        "DeltaX=\"g 99999999 0.001\"",
    );
    vec![
        (
            "composites",
            Maker::page(composite, &units),
            Some(What::TooMuch),
        ),
        ("patterns", Maker::page(&pattern, ""), Some(What::TooDeep)),
        (
            "cells",
            Maker::page(
                &full(
                    1,
                    "",
                    "<ofd:FillColor><ofd:Pattern Width=\"0.01\" Height=\"0.01\"><ofd:CellContent/></ofd:Pattern></ofd:FillColor>",
                ),
                "",
            ),
            Some(What::Pattern),
        ),
        (
            "shadings",
            Maker::page(&full(1, "", shade).repeat(6_000), ""),
            Some(What::TooMuch),
        ),
        (
            "clips",
            Maker::page(&full(1, "Alpha=\"100\"", &clip.repeat(3)).repeat(2_000), ""),
            Some(What::TooMuch),
        ),
        ("blocks", Maker::page(&nested, ""), Some(What::TooDeep)),
        ("dashes", Maker::page(&dashes, ""), None),
        ("huge", Maker::page(&huge.repeat(50), ""), None),
        (
            "objects",
            Maker::page(&"<ofd:PathObject/>".repeat(300_000), ""),
            Some(What::TooMuch),
        ),
        ("font", font, Some(What::GlyphUnusable)),
        ("picture", bomb, Some(What::PictureUnreadable)),
        ("entities", entities, Some(What::PartUnreadable)),
        ("outside", outside, Some(What::PartMissing)),
        (
            "steps",
            Maker::page(&steps.repeat(6), corpus::FONTS),
            Some(What::TooMuch),
        ),
        (
            "page",
            Maker::layers("", "0 0 1e9 1e9", "", ""),
            Some(What::PageSize),
        ),
        (
            "large page",
            Maker::layers("", "0 0 5000 5000", "", ""),
            Some(What::Resolution),
        ),
    ]
}

#[test]
fn files_made_to_harm_are_drawn_soon_or_refused() {
    for (name, made, what) in hostile() {
        let file = made.file();
        let start = Instant::now();
        let document = Document::open(&file, &Limits::default()).unwrap();
        let png = document.draw_png(0, 36.0, &[]).unwrap();
        let svg = document.draw_svg(0, &[]).unwrap();
        let took = start.elapsed();
        println!(
            "{name}: {took:?}, {} bytes, SVG {}, {:?}",
            file.len(),
            svg.svg.len(),
            png.findings.iter().map(|f| f.what).collect::<Vec<_>>()
        );
        if let Some(what) = what {
            assert!(
                png.findings.iter().any(|f| f.what == what),
                "{name}: {:?}",
                png.findings
            );
        }
        // Generous: the machine may be busy, and this is no release build.
        assert!(took < Duration::from_secs(60), "{name}: {took:?}");
        assert!(svg.svg.len() < 64 << 20, "{name}: {} bytes", svg.svg.len());
    }
}

/// The memory of a process that draws all of them, one after the other.
#[test]
fn files_made_to_harm_take_little_memory() {
    let output = std::process::Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "hostile::memory_of_drawing",
            "--ignored",
            "--nocapture",
        ])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}");
    let peak = said
        .lines()
        .find_map(|line| line.strip_prefix("peak kB: "))
        .unwrap();
    let peak: u64 = peak.trim().parse().unwrap();
    println!("{peak} kB");
    assert!(peak < 500_000, "{peak} kB");
}

#[test]
#[ignore = "run by files_made_to_harm_take_little_memory in a process of its own"]
fn memory_of_drawing() {
    for (_, made, _) in hostile() {
        let document = Document::open(&made.file(), &Limits::default()).unwrap();
        document.draw_png(0, 36.0, &[]).unwrap();
        document.draw_svg(0, &[]).unwrap();
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .unwrap();
    println!("\npeak kB: {}", peak.trim().trim_end_matches("kB"));
}

#[test]
fn senseless_requests_are_refused() {
    let document = Document::open(&Maker::page("", "").file(), &Limits::default()).unwrap();
    assert!(matches!(
        document.draw_png(1, 72.0, &[]),
        Err(ofd::Error::NoPage(1))
    ));
    assert!(matches!(
        document.draw_svg(9, &[]),
        Err(ofd::Error::NoPage(9))
    ));
    for dpi in [0.0, -1.0, f32::NAN, f32::INFINITY, 1e6] {
        assert!(matches!(
            document.draw_png(0, dpi, &[]),
            Err(ofd::Error::Resolution)
        ));
    }
    let empty = Maker::layers("", A4, "", "");
    let mut pages = empty.clone();
    pages.part("Doc_0/Document.xml", &root("Document", ""));
    assert!(matches!(
        Document::open(&pages.file(), &Limits::default()),
        Err(ofd::Error::NoPages)
    ));
    let package = ofd::Package::read(&empty.file(), &Limits::default()).unwrap();
    assert!(matches!(
        Document::of(package, 1),
        Err(ofd::Error::Missing(_))
    ));
}

/// What the mutations start from.
fn seeds() -> Vec<Maker> {
    vec![
        corpus::texts(),
        corpus::paths(),
        corpus::shadings(),
        corpus_pictures::pictures(),
        corpus_whole::structure(),
    ]
}

fn draw_all(file: &[u8]) {
    let Ok(document) = Document::open(file, &Limits::default()) else {
        return;
    };
    draw_document(&document, file);
}

fn draw_document(document: &Document, file: &[u8]) {
    for page in 0..document.page_count().min(3) {
        let stamp = StampPicture {
            page_id: document.page_id(page).unwrap_or_default().into(),
            boundary_mm: [1.0, 1.0, 20.0, 20.0],
            clip_mm: None,
            format: "ofd".into(),
            data: file.into(),
        };
        let _ = document.draw_png(page, 20.0, std::slice::from_ref(&stamp));
        let _ = document.draw_svg(page, &[stamp]);
        let _ = document.text(page);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    /// Words of the XML are exchanged, doubled, dropped and distorted: whatever comes of it is
    /// drawn or refused.
    #[test]
    fn distorted_files_do_not_panic(
        seed in 0usize..5,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0u8..7), 1..12),
    ) {
        let mut made = seeds().swap_remove(seed);
        let parts: Vec<String> = made.package.parts().iter().map(|part| part.path.clone()).collect();
        for (part, place, kind) in changes {
            let path = &parts[part.index(parts.len())];
            let mut bytes = made.package.get(path).unwrap().to_vec();
            if bytes.is_empty() {
                continue;
            }
            let at = place.index(bytes.len());
            let word = |bytes: &[u8]| at + bytes[at..].iter().position(|b| b" \"<>".contains(b)).unwrap_or(0);
            match kind {
                0 => bytes[at] ^= 1 << (at % 8),
                1 => bytes.truncate(at),
                2 => { let end = word(&bytes); bytes.drain(at..end); }
                3 => { let end = word(&bytes); bytes.splice(at..end, *b"-99999999"); }
                4 => { let end = word(&bytes); bytes.splice(at..end, *b"1e-30"); }
                5 => { let copy = bytes[at..(at + 300).min(bytes.len())].to_vec(); bytes.splice(at..at, copy); }
                _ => { let end = word(&bytes); bytes.splice(at..end, *b"61"); }
            }
            made.package.set(path.as_str(), bytes);
        }
        draw_all(&made.file());
    }

    #[test]
    fn distorted_fonts_do_not_panic(at in any::<prop::sample::Index>(), value in any::<u8>(), cut in any::<bool>(), serif in any::<bool>()) {
        // The tables that are parsed stand at the beginning; outlines of these characters later.
        let whole = if serif { corpus_whole::song() } else { corpus_whole::plain() };
        let mut font = whole.to_vec();
        let near = at.index(30_000);
        font[near] = value;
        if cut {
            font.truncate(at.index(whole.len()));
        }
        let mut made = Maker::page(
            &text("3", 9.0, (9.0, 9.0), "", "嵌入AB一", "DeltaX=\"g 4 9\""),
            "<ofd:Fonts><ofd:Font ID=\"3\" FontName=\"x\"><ofd:FontFile>f.ttf</ofd:FontFile></ofd:Font></ofd:Fonts>",
        );
        made.bytes("Doc_0/Res/f.ttf", font);
        // Not packed: the font would be deflated for every case.
        draw_document(&Document::of(made.package, 0).unwrap(), b"");
    }
}
