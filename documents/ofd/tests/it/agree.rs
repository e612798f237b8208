//! Both outputs show the same, and what an independent reader shows.

use std::path::{Path, PathBuf};
use std::process::Command;

use image::{GrayImage, imageops};
use ofd::Limits;
use ofd::read::Document;
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree};

use crate::corpus::{self, Maker};
use crate::corpus_pictures;
use crate::corpus_whole;
use crate::draw::open;

/// Structural similarity of two pictures of one size: the mean over windows of eight pixels of
/// what luminance, contrast and structure have in common (Wang et al. 2004). 1 is equal.
pub fn similarity(a: &GrayImage, b: &GrayImage) -> f64 {
    assert_eq!(a.dimensions(), b.dimensions());
    const EDGE: u32 = 8;
    let (c1, c2) = ((0.01f64 * 255.0).powi(2), (0.03f64 * 255.0).powi(2));
    let (mut sum, mut windows) = (0.0, 0.0);
    for top in (0..a.height().saturating_sub(EDGE - 1)).step_by(4) {
        for left in (0..a.width().saturating_sub(EDGE - 1)).step_by(4) {
            let [mut ma, mut mb, mut aa, mut bb, mut ab] = [0.0; 5];
            for y in top..top + EDGE {
                for x in left..left + EDGE {
                    let pa = f64::from(a.get_pixel(x, y).0[0]);
                    let pb = f64::from(b.get_pixel(x, y).0[0]);
                    ma += pa;
                    mb += pb;
                    aa += pa * pa;
                    bb += pb * pb;
                    ab += pa * pb;
                }
            }
            let n = f64::from(EDGE * EDGE);
            let (ma, mb) = (ma / n, mb / n);
            // Windows that are white in both say nothing about what is drawn.
            if ma > 254.0 && mb > 254.0 {
                continue;
            }
            let (va, vb, cov) = (aa / n - ma * ma, bb / n - mb * mb, ab / n - ma * mb);
            sum += ((2.0 * ma * mb + c1) * (2.0 * cov + c2))
                / ((ma * ma + mb * mb + c1) * (va + vb + c2));
            windows += 1.0;
        }
    }
    if windows == 0.0 { 1.0 } else { sum / windows }
}

fn grey(png: &[u8]) -> GrayImage {
    image::load_from_memory(png).unwrap().into_luma8()
}

#[test]
fn similarity_tells_like_from_unlike() {
    let drawn = |made: Maker| grey(&open(&made).draw_png(0, 60.0, &[]).unwrap().png);
    let (texts, paths) = (drawn(corpus::texts()), drawn(corpus::paths()));
    assert!((similarity(&texts, &texts) - 1.0).abs() < 1e-9);
    assert!(similarity(&texts, &paths) < 0.4);
    let mut moved = GrayImage::from_pixel(texts.width(), texts.height(), image::Luma([255]));
    imageops::overlay(&mut moved, &texts, 4, 0);
    assert!(similarity(&texts, &moved) < 0.7);
}

/// The SVG, drawn by a renderer of SVG, shows what the PNG shows.
#[test]
fn svg_and_png_show_the_same() {
    for (name, made) in [
        ("texts", corpus::texts()),
        ("paths", corpus::paths()),
        ("shadings", corpus::shadings()),
        ("structure", corpus_whole::structure()),
        ("fonts", corpus_whole::fonts()),
    ] {
        let document = open(&made);
        let png = document.draw_png(0, 96.0, &[]).unwrap();
        let svg = document.draw_svg(0, &[]).unwrap();
        assert_eq!(png.findings, svg.findings, "{name}");
        let tree = Tree::from_str(&svg.svg, &Options::default()).unwrap();
        let mut canvas = Pixmap::new(png.width, png.height).unwrap();
        // A pixel of SVG is a pixel at 96 dpi.
        let scale = Transform::identity();
        resvg::render(&tree, scale, &mut canvas.as_mut());
        let shown = grey(&canvas.encode_png().unwrap());
        let alike = similarity(&grey(&png.png), &shown);
        assert!(alike > 0.97, "{name}: {alike}");
    }
}

/// The SVG is complete in itself and holds nothing that acts.
#[test]
fn svg_holds_nothing_but_shapes_and_pictures() {
    let hostile = "<ofd:FillColor Value=\"0 0 0\"/>\"&gt;&lt;script&gt;";
    let page = corpus::text(
        "3\" onload=\"x",
        5.0,
        (10.0, 10.0),
        "",
        "&lt;script&gt;",
        "",
    ) + hostile;
    for made in [
        corpus::texts(),
        corpus_pictures::pictures(),
        corpus_whole::structure(),
        Maker::page(&page, ""),
    ] {
        let svg = open(&made).draw_svg(0, &[]).unwrap().svg;
        let tree = ofd::xml::parse(svg.as_bytes()).unwrap();
        fn check(element: &ofd::xml::Element) {
            let known = [
                "svg",
                "defs",
                "rect",
                "path",
                "use",
                "g",
                "clipPath",
                "image",
                "linearGradient",
                "radialGradient",
                "stop",
            ];
            assert!(known.contains(&element.name.as_str()), "{}", element.name);
            for (name, value) in &element.attributes {
                assert!(!name.starts_with("on") && name != "style", "{name}");
                if name == "href" {
                    let inside = value.starts_with('#') || value.starts_with("data:image/");
                    assert!(inside, "{value}");
                } else {
                    assert!(
                        !value.contains(':') || name.starts_with("xmlns"),
                        "{name}={value}"
                    );
                }
            }
            assert!(element.text.trim().is_empty());
            element.children.iter().for_each(check);
        }
        check(&tree);
    }
}

fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Pages as easyofd draws them, shrunk to so many pixels across.
fn easyofd(file: &[u8], name: &str) -> Vec<GrayImage> {
    let folder = project().join("target/drawn/easyofd").join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    let source = folder.join("page.ofd");
    std::fs::write(&source, file).unwrap();
    let output = Command::new(project().join("target/python/bin/python"))
        .arg(project().join("tests/tools/easyofd_draw.py"))
        .args([&source, &folder])
        .output()
        .expect("target/python is set up by `cargo xtask setup`");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let mut pictures: Vec<_> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "png" || e == "jpg"))
        .collect();
    pictures.sort();
    pictures
        .iter()
        .map(|path| image::open(path).unwrap().into_luma8())
        .collect()
}

/// How alike two drawings are at a coarse scale, at which the fonts they choose do not matter.
fn coarse(a: &GrayImage, b: &GrayImage) -> f64 {
    let shrink = |p: &GrayImage| imageops::resize(p, 210, 297, imageops::FilterType::Triangle);
    similarity(&shrink(a), &shrink(b))
}

/// A file of the collection that stands beside the project where there is one.
pub fn interop(name: &str) -> Option<Vec<u8>> {
    let path = project().join("../shared/interop").join(name);
    if !path.exists() {
        println!("skipped: no {}", path.display());
        return None;
    }
    Some(std::fs::read(path).unwrap())
}

/// Pages that easyofd can draw at all: unfilled paths, upright text and pictures.
#[test]
fn an_independent_reader_shows_the_same() {
    let laid = paper::lay_out(&crate::sample::sample()).unwrap();
    let own = ofd::compose(&laid, &crate::sample::info())
        .unwrap()
        .to_bytes()
        .unwrap();
    let mut lines = String::new();
    for (n, line) in [
        "云州市行政审批服务局文件",
        "关于进一步优化营商环境的通知",
        "各县区人民政府：为贯彻落实",
    ]
    .iter()
    .enumerate()
    {
        let count = line.chars().count() - 1;
        let y = 30.0 + n as f32 * 20.0;
        lines += &corpus::text(
            "3",
            8.0,
            (20.0, y),
            "",
            line,
            &format!("DeltaX=\"g {count} 9\""),
        );
    }
    let lines = Maker::page(&lines, corpus::FONTS).file();
    let mut files = vec![("own", own), ("lines", lines)];
    files.extend(interop("helloworld.ofd").map(|file| ("helloworld", file)));
    for (name, file) in files {
        let document = Document::open(&file, &Limits::default()).unwrap();
        let theirs = easyofd(&file, name);
        assert!(!theirs.is_empty(), "{name}");
        for (page, theirs) in theirs.iter().enumerate() {
            let ours = document.draw_png(page, 100.0, &[]).unwrap();
            std::fs::write(
                project().join(format!("target/drawn/{name}-{page}.png")),
                &ours.png,
            )
            .unwrap();
            let alike = coarse(&grey(&ours.png), theirs);
            println!("{name} page {page}: {alike:.3}");
            assert!(alike > 0.9, "{name} page {page}: {alike}");
        }
    }
}

/// Public files of another project, with what they need said.
#[test]
fn public_files_are_drawn() {
    use ofd::read::What;
    for (name, pages) in [
        ("helloworld", 1),
        ("SESV4SignDoc", 1),
        ("allprotected", 1),
        ("V4RideRight", 5),
    ] {
        let Some(file) = interop(&format!("{name}.ofd")) else {
            return;
        };
        let document = Document::open(&file, &Limits::default()).unwrap();
        assert_eq!(document.page_count(), pages);
        // One of them names resources it does not have.
        let lacks: Vec<_> = document
            .findings()
            .iter()
            .map(|f| (f.what, f.detail.as_str()))
            .collect();
        let expected = [(What::PartMissing, "PublicRes.xml")];
        let expected = if name == "V4RideRight" {
            &expected[..]
        } else {
            &[]
        };
        assert_eq!(lacks, expected, "{name}");
        for page in 0..pages {
            let (picture, findings) =
                crate::draw::pixels(&format!("{name}-{page}"), &document, page, &[]);
            let marked = picture.pixels().filter(|p| p.0[1] < 140).count();
            assert!(marked > 300, "{name} page {page}: {marked}");
            let substituted =
                |f: &ofd::read::Finding| f.what == What::FontSubstituted && f.detail == "宋体";
            assert!(findings.iter().all(substituted), "{findings:?}");
        }
    }
}
