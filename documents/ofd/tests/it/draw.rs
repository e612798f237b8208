//! Foreign pages are drawn whole, and what is not drawn is said.

use image::RgbaImage;
use ofd::read::{Document, Finding, What};
use ofd::{Limits, StampPicture};

use crate::corpus::{self, Maker};
use crate::corpus_pictures;
use crate::corpus_whole;

pub fn open(made: &Maker) -> Document {
    Document::open(&made.file(), &Limits::default()).unwrap()
}

/// The pixels of a page; the picture is kept in `target/drawn` to be looked at.
pub fn pixels(
    name: &str,
    document: &Document,
    page: usize,
    stamps: &[StampPicture],
) -> (RgbaImage, Vec<Finding>) {
    let drawn = document.draw_png(page, 100.0, stamps).unwrap();
    let svg = document.draw_svg(page, stamps).unwrap();
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/drawn");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(format!("{name}.png")), &drawn.png).unwrap();
    std::fs::write(folder.join(format!("{name}.svg")), &svg.svg).unwrap();
    let picture = image::load_from_memory(&drawn.png).unwrap().into_rgba8();
    assert_eq!(picture.dimensions(), (drawn.width, drawn.height));
    (picture, drawn.findings)
}

/// Whether anything is found that is about this.
fn said(findings: &[Finding], what: What, detail: &str) -> bool {
    findings
        .iter()
        .any(|f| f.what == what && f.detail.contains(detail))
}

/// The colour at a place in millimetres.
fn at(picture: &RgbaImage, x: f32, y: f32) -> [u8; 3] {
    let pixel = |mm: f32| (mm / 25.4 * 100.0) as u32;
    let [r, g, b, _] = picture.get_pixel(pixel(x), pixel(y)).0;
    [r, g, b]
}

#[track_caller]
fn like(found: [u8; 3], wanted: [u8; 3]) {
    let near = found.iter().zip(wanted).all(|(a, b)| a.abs_diff(b) <= 12);
    assert!(near, "{found:?}, not {wanted:?}");
}

/// How many pixels of a box in millimetres are dark.
fn ink(picture: &RgbaImage, x: f32, y: f32, width: f32, height: f32) -> usize {
    let pixel = |mm: f32| (mm / 25.4 * 100.0) as u32;
    let dark = |x, y| picture.get_pixel(x, y).0[..3].iter().any(|c| *c < 140);
    let rows = pixel(y)..pixel(y + height);
    rows.map(|y| (pixel(x)..pixel(x + width)).filter(|x| dark(*x, y)).count())
        .sum()
}

#[test]
fn text_in_every_manner() {
    let (picture, findings) = pixels("texts", &open(&corpus::texts()), 0, &[]);
    for y in [30.0, 38.0, 46.0, 54.0, 62.0, 70.0, 78.0] {
        assert!(ink(&picture, 20.0, y, 60.0, 5.5) > 300, "line at {y}");
    }
    assert!(ink(&picture, 180.0, 90.0, 10.0, 60.0) > 600, "upright text");
    assert!(
        ink(&picture, 150.0, 160.0, 40.0, 24.0) < 10,
        "nothing beyond four characters"
    );
    for name in [
        "宋体",
        "楷体_GB2312",
        "SimHei",
        "方正小标宋简体",
        "Times New Roman",
        "Courier New",
        "仿宋",
    ] {
        assert!(said(&findings, What::FontSubstituted, name), "{name}");
    }
    assert!(said(&findings, What::NoGlyph, "U+31350"));
    assert!(said(&findings, What::TextUnpositioned, ""));
    assert!(said(&findings, What::ResourceMissing, "Font 77"));
    // A gradient runs over the whole line: red at its start, blue at its end.
    let reds = |x: f32| {
        let mut most = [255u8; 3];
        for dx in 0..150 {
            for dy in 0..180 {
                let p = at(&picture, x + dx as f32 / 10.0, 222.0 + dy as f32 / 10.0);
                if p[1] < most[1] {
                    most = p;
                }
            }
        }
        most
    };
    assert!(reds(22.0)[0] > 150 && reds(22.0)[2] < 100);
    assert!(reds(82.0)[2] > 150 && reds(82.0)[0] < 100);
}

#[test]
fn paths_lines_and_colours() {
    let (picture, findings) = pixels("paths", &open(&corpus::paths()), 0, &[]);
    like(at(&picture, 30.0, 32.0), [220, 30, 30]);
    like(at(&picture, 80.0, 32.0), [255; 3]);
    like(at(&picture, 132.0, 25.0), [200, 255, 200]);
    // Caps: only the butt one ends at its end.
    like(at(&picture, 14.0, 62.0), [255; 3]);
    like(at(&picture, 14.0, 69.0), [0; 3]);
    like(at(&picture, 14.0, 76.0), [0; 3]);
    assert!(
        ink(&picture, 10.0, 94.0, 180.0, 2.0) > 600,
        "a boundary without height hides nothing"
    );
    // Inherited: width and dashes from the parent, colour its own.
    like(at(&picture, 12.0, 91.0), [0, 0, 255]);
    like(at(&picture, 17.5, 91.0), [255; 3]);
    like(at(&picture, 25.0, 115.0), [220, 30, 30]);
    like(at(&picture, 42.0, 115.0), [255; 3]);
    like(at(&picture, 25.0, 128.0), [255; 3]);
    let colours = [
        [128; 3],
        [255, 0, 0],
        [250, 160, 0],
        [0, 128, 255],
        [155, 233, 155],
        [255, 0, 255],
        [0; 3],
    ];
    for (n, colour) in colours.into_iter().enumerate() {
        like(at(&picture, 54.0 + n as f32 * 21.0, 114.0), colour);
    }
    assert!(ink(&picture, 10.0, 170.0, 30.0, 10.0) == 0, "invisible");
    assert!(said(&findings, What::PathUnreadable, ""));
    assert_eq!(findings.len(), 1, "{findings:?}");
}

#[test]
fn gradients_and_patterns() {
    let (picture, findings) = pixels("shadings", &open(&corpus::shadings()), 0, &[]);
    // Not extended: nothing before its start. Extended: red before, blue after.
    like(at(&picture, 20.0, 25.0), [255; 3]);
    like(at(&picture, 112.0, 25.0), [255, 0, 0]);
    like(at(&picture, 188.0, 25.0), [0, 0, 255]);
    like(at(&picture, 55.0, 25.0), [255, 255, 0]);
    // Repeated: the second of four is as the first.
    like(at(&picture, 120.0, 60.0), at(&picture, 140.0, 60.0));
    like(at(&picture, 55.0, 130.0), [255, 0, 0]);
    like(at(&picture, 20.0, 120.0), [255; 3]);
    like(at(&picture, 112.0, 120.0), [0, 0, 255]);
    assert!(ink(&picture, 15.0, 190.0, 40.0, 40.0) > 3_000);
    like(at(&picture, 16.0, 191.0), [255; 3]);
    assert!(said(&findings, What::MeshShading, ""));
    like(at(&picture, 30.0, 243.0), [128, 0, 127]);
}

#[test]
fn pictures_masks_and_clips() {
    let (picture, findings) = pixels("pictures", &open(&corpus_pictures::pictures()), 0, &[]);
    like(at(&picture, 17.0, 14.0), [20, 90, 180]);
    // A JPEG at half strength on its ground.
    like(at(&picture, 85.0, 16.0), [125, 165, 205]);
    like(at(&picture, 149.0, 20.0), [20, 90, 180]);
    // JBIG2: a bar in the middle half.
    like(at(&picture, 100.0, 85.0), [0; 3]);
    like(at(&picture, 84.0, 85.0), [255; 3]);
    like(at(&picture, 131.0, 66.0), [255; 3]);
    assert_ne!(at(&picture, 160.0, 85.0), [255; 3], "inside the mask");
    like(at(&picture, 16.0, 132.0), [255; 3]);
    assert_ne!(at(&picture, 35.0, 150.0), [255; 3], "inside the clip");
    // Two areas of one clip add, two clips cut.
    like(at(&picture, 85.0, 150.0), [0, 60, 200]);
    like(at(&picture, 135.0, 150.0), [0, 60, 200]);
    like(at(&picture, 145.0, 150.0), [255; 3]);
    like(at(&picture, 170.0, 150.0), [0, 60, 200]);
    assert!(
        ink(&picture, 15.0, 180.0, 90.0, 30.0) > 2_000,
        "text as a clip"
    );
    assert!(said(&findings, What::PictureUnreadable, "broken.png"));
    assert!(said(&findings, What::PictureFormat, "e.tif"));
    assert!(said(&findings, What::PartMissing, "missing.png"));
    assert!(said(&findings, What::ResourceMissing, "MultiMedia 999"));
}

#[test]
fn templates_layers_annotations_and_composites() {
    let document = open(&corpus_whole::structure());
    let (picture, findings) = pixels("structure", &document, 0, &[]);
    like(at(&picture, 5.0, 40.0), [255, 250, 220]);
    like(at(&picture, 15.0, 15.0), [150; 3]);
    like(at(&picture, 25.0, 25.0), [0, 0, 255]);
    like(at(&picture, 35.0, 35.0), [0; 3]);
    like(at(&picture, 95.0, 25.0), [0, 0, 255]);
    like(at(&picture, 105.0, 15.0), [220, 0, 0]);
    like(at(&picture, 65.0, 45.0), [0, 120, 0]);
    like(at(&picture, 20.0, 71.0), [200, 0, 200]);
    like(at(&picture, 85.0, 65.0), [0, 200, 200]);
    like(at(&picture, 95.0, 65.0), [255, 250, 220]);
    assert!(said(&findings, What::ResourceMissing, "Template 7"));
    assert!(said(&findings, What::ObjectUnknown, "FilmObject"));
    assert!(
        said(&findings, What::TooDeep, ""),
        "the composite that holds itself: {findings:?}"
    );
    assert!(said(document.findings(), What::PartMissing, "Lost.xml"));
    let (_, findings) = pixels("structure-3", &document, 2, &[]);
    assert!(
        said(&findings, What::PartMissing, "Pages/3.xml"),
        "a page that is not there is white"
    );
    // The second document of the file, which says no page size.
    let package = document.package().clone();
    let second = Document::of(package, 1).unwrap();
    let (picture, findings) = pixels("structure-second", &second, 0, &[]);
    assert_eq!(second.page_size(0), Some((210.0, 297.0)));
    like(at(&picture, 30.0, 30.0), [0; 3]);
    assert!(said(&findings, What::PageSize, ""));
}

#[test]
fn what_a_document_says_of_itself() {
    let document = open(&corpus_whole::structure());
    assert_eq!((document.documents(), document.page_count()), (2, 3));
    assert_eq!(document.page_size(0), Some((120.0, 80.0)));
    assert_eq!(document.page_size(1), Some((50.0, 90.0)));
    assert_eq!(document.page_size(3), None);
    assert_eq!(document.page_id(1), Some("12"));
    let said = document.metadata();
    assert_eq!(said.title.as_deref(), Some("多页文件"));
    assert_eq!(said.creator.as_deref(), Some("某某软件"));
    assert_eq!(said.custom, [("类别".to_owned(), "通知".to_owned())]);
    let [data, gone] = document.attachments() else {
        panic!("{:?}", document.attachments())
    };
    assert_eq!(
        (data.path.as_deref(), data.size),
        (Some("Main/Attachs/data.xml"), 4)
    );
    assert_eq!((gone.path.as_deref(), gone.name.as_str()), (None, "gone"));
    assert_eq!(document.text(0).unwrap(), "模板文字\n正文");
}

#[test]
fn embedded_fonts_and_glyphs_by_number() {
    let (picture, findings) = pixels("fonts", &open(&corpus_whole::fonts()), 0, &[]);
    for y in [10.0, 25.0, 40.0, 55.0, 100.0, 115.0, 130.0, 145.0, 160.0] {
        assert!(ink(&picture, 15.0, y, 44.0, 13.0) > 600, "line at {y}");
    }
    // The Song face is not the plain one.
    assert!(said(&findings, What::FontUnreadable, "Broken"));
    assert!(said(&findings, What::PartMissing, "font_35.ttf"));
    assert!(said(&findings, What::GlyphUnusable, "65535"));
    assert!(
        said(&findings, What::FontSubstituted, "黑体"),
        "characters the embedded font lacks"
    );
    assert!(!said(&findings, What::FontSubstituted, "SimSun"));
    assert!(
        !said(&findings, What::FontSubstituted, "Noto Sans CJK SC"),
        "that is the font itself"
    );
    assert!(!said(&findings, What::NoGlyph, ""));
}

fn stamp(page: &str, boundary: [f64; 4], clip: Option<[f64; 4]>, data: Vec<u8>) -> StampPicture {
    StampPicture {
        page_id: page.into(),
        boundary_mm: boundary,
        clip_mm: clip,
        format: "png".into(),
        data: data.into(),
    }
}

#[test]
fn stamps_lie_on_the_page_whole_or_in_slices() {
    let inner = Maker::layers("", "0 0 30 30", "<ofd:Layer><ofd:PathObject ID=\"1\" Boundary=\"0 0 30 30\" Stroke=\"false\" Fill=\"true\"><ofd:FillColor Value=\"200 0 0\"/><ofd:AbbreviatedData>M 15 0 A 15 15 0 1 1 14.9 0 C</ofd:AbbreviatedData></ofd:PathObject></ofd:Layer>", "").file();
    let jpeg = corpus_pictures::picture(image::ImageFormat::Jpeg);
    let document = open(&Maker::layers("", "0 0 100 100", "", ""));
    let stamps = [
        stamp("1", [10.0, 10.0, 40.0, 40.0], None, inner),
        stamp(
            "1",
            [60.0, 10.0, 30.0, 20.0],
            Some([0.0, 0.0, 15.0, 20.0]),
            jpeg.clone(),
        ),
        stamp("2", [0.0, 0.0, 100.0, 100.0], None, jpeg),
        stamp("1", [0.0, 60.0, 10.0, 10.0], None, b"<svg/>".to_vec()),
        stamp("1", [f64::NAN, 60.0, 10.0, 10.0], None, b"PK".to_vec()),
    ];
    let (picture, findings) = pixels("stamps", &document, 0, &stamps);
    like(at(&picture, 30.0, 30.0), [200, 0, 0]);
    like(at(&picture, 11.0, 11.0), [255; 3]);
    like(at(&picture, 62.0, 12.0), [20, 90, 180]);
    like(at(&picture, 80.0, 20.0), [255; 3]);
    like(at(&picture, 50.0, 90.0), [255; 3]);
    assert!(said(&findings, What::PictureFormat, "") && said(&findings, What::StampUnreadable, ""));
}
