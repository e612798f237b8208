//! Pages out of files, straightened and cropped; broken files never do harm.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::io::Cursor;

use image::{DynamicImage, GrayImage, ImageFormat, Luma, RgbImage};
use lopdf::{Dictionary, Document, Object, Stream, dictionary};
use scans::{Crop, Kind, Picture, ScanError, Shape};
use tiff::encoder::{TiffEncoder, colortype};

/// A page of writing: strokes of different widths in lines, some words apart.
fn written(width: u32, height: u32) -> Picture {
    let mut page = GrayImage::from_pixel(width, height, Luma([238]));
    let mut seed = 7_u32;
    let mut next = |below: u32| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 16) % below
    };
    let step = height / 24;
    for line in 3..21 {
        let mut x = width / 10;
        while x < width * 9 / 10 - next(width / 6) {
            let (wide, high) = (3 + next(9), step / 4 + next(step / 4));
            for dy in 0..high {
                for dx in 0..wide {
                    let (x, y) = (x + dx, line * step + dy);
                    if x < width && y < height {
                        page.put_pixel(x, y, Luma([30]));
                    }
                }
            }
            x += wide + 3 + next(12);
        }
    }
    DynamicImage::ImageLuma8(page)
}

fn tilted(page: &Picture, hundredths: i16) -> Picture {
    let shape = Shape {
        tilt: hundredths,
        ..Shape::default()
    };
    scans::shaped(page, &shape)
}

#[test]
fn a_page_askew_by_up_to_three_degrees_is_put_straight() {
    let straight = written(1240, 1754);
    for askew in [-300, -175, -40, 0, 55, 120, 300] {
        let found = scans::tilt(&tilted(&straight, askew)).unwrap();
        let off = (found + askew).abs();
        assert!(off <= 30, "{askew} was found as {found}");
    }
    // Landscape, larger than what is looked at.
    let wide = written(2339, 1654);
    let found = scans::tilt(&tilted(&wide, 200)).unwrap();
    assert!((found + 200).abs() <= 30, "{found}");
    let nothing = DynamicImage::ImageLuma8(GrayImage::from_pixel(800, 1000, Luma([240])));
    assert_eq!(scans::tilt(&nothing), None);
}

#[test]
fn empty_pages_are_known_and_dust_is_no_writing() {
    let mut page = GrayImage::from_pixel(1240, 1754, Luma([235]));
    assert!(scans::is_blank(&DynamicImage::ImageLuma8(page.clone())));
    for n in 0..12 {
        page.put_pixel(100 + n * 80, 200 + n * 90, Luma([0]));
    }
    assert!(scans::is_blank(&DynamicImage::ImageLuma8(page.clone())));
    for y in 0..1754 {
        page.put_pixel(3, y, Luma([0]));
    }
    assert!(scans::is_blank(&DynamicImage::ImageLuma8(page)));
    assert!(!scans::is_blank(&written(1240, 1754)));
}

#[test]
fn a_page_is_turned_and_cropped_by_its_sides() {
    let mut page = RgbImage::from_pixel(200, 100, image::Rgb([255; 3]));
    page.put_pixel(0, 0, image::Rgb([255, 0, 0]));
    let page = DynamicImage::ImageRgb8(page);
    let right = Shape {
        quarters: 1,
        ..Shape::default()
    };
    let turned = scans::shaped(&page, &right);
    assert_eq!((turned.width(), turned.height()), (100, 200));
    assert_eq!(turned.to_rgb8().get_pixel(99, 0).0, [255, 0, 0]);
    let cut = Shape {
        crop: Crop {
            left: 100,
            top: 200,
            right: 300,
            bottom: 0,
        },
        ..Shape::default()
    };
    let cropped = scans::shaped(&page, &cut);
    assert_eq!((cropped.width(), cropped.height()), (120, 80));
    assert!(cut.is_good());
    let nothing_left = Crop {
        left: 500,
        right: 450,
        ..Crop::default()
    };
    let cut = Shape {
        crop: nothing_left,
        ..Shape::default()
    };
    assert!(!cut.is_good());
}

fn coded(page: &Picture, format: ImageFormat) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    page.write_to(&mut out, format).unwrap();
    out.into_inner()
}

fn pages(bytes: &[u8]) -> Result<Vec<Picture>, ScanError> {
    let mut all = Vec::new();
    scans::read(bytes, 10, &mut |page| {
        all.push(page);
        Ok(())
    })?;
    Ok(all)
}

#[test]
fn pictures_are_pages() {
    let page = written(620, 877);
    for format in [ImageFormat::Jpeg, ImageFormat::Png] {
        let found = pages(&coded(&page, format)).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].width(), found[0].height()), (620, 877));
        assert!(!scans::is_blank(&found[0]));
    }
    assert_eq!(scans::kind(b"GIF89a"), None);
    assert_eq!(pages(b"GIF89a").unwrap_err(), ScanError::Format);
}

/// A TIFF file with these grey pages.
fn tiff(of: &[&Picture]) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    let mut encoder = TiffEncoder::new(&mut out).unwrap();
    for page in of {
        let grey = page.to_luma8();
        let (width, height) = grey.dimensions();
        encoder
            .write_image::<colortype::Gray8>(width, height, grey.as_raw())
            .unwrap();
    }
    out.into_inner()
}

#[test]
fn every_page_of_a_tiff_is_a_page() {
    let (one, other) = (written(600, 800), written(800, 600));
    let bytes = tiff(&[&one, &other, &one]);
    assert_eq!(scans::kind(&bytes), Some(Kind::Tiff));
    let found = pages(&bytes).unwrap();
    assert_eq!(found.len(), 3);
    assert_eq!((found[1].width(), found[1].height()), (800, 600));
    assert_eq!(found[0].to_luma8(), one.to_luma8());
    let few = scans::read(&bytes, 2, &mut |_| Ok(()));
    assert_eq!(few, Err(ScanError::Pages { most: 2 }));
}

/// A picture of a PDF: what is said of it, and its coded content.
fn pdf(pictures: Vec<(Dictionary, Vec<u8>)>, rotate: i64) -> Vec<u8> {
    let mut document = Document::with_version("1.5");
    let tree = document.new_object_id();
    let mut kids: Vec<Object> = Vec::new();
    for (mut dict, content) in pictures {
        dict.set("Type", "XObject");
        dict.set("Subtype", "Image");
        let picture = document.add_object(Stream::new(dict, content));
        let page = document.add_object(dictionary! {
            "Type" => "Page",
            "Parent" => tree,
            "Rotate" => rotate,
            "Resources" => dictionary! { "XObject" => dictionary! { "Im0" => picture } },
        });
        kids.push(page.into());
    }
    let count = i64::try_from(kids.len()).unwrap();
    document.objects.insert(
        tree,
        dictionary! {
            "Type" => "Pages",
            "Kids" => kids,
            "Count" => count,
            "MediaBox" => vec![0.into(), 0.into(), 595.into(), 842.into()],
        }
        .into(),
    );
    let root = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => tree });
    document.trailer.set("Root", root);
    let mut out = Vec::new();
    document.save_to(&mut out).unwrap();
    out
}

fn said(width: u32, height: u32, filter: &str, space: &str, bits: i64) -> Dictionary {
    dictionary! {
        "Width" => i64::from(width),
        "Height" => i64::from(height),
        "ColorSpace" => space,
        "BitsPerComponent" => bits,
        "Filter" => filter,
    }
}

fn deflated(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut out = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

/// 48 dots: a white, a black, a white third, on so many lines in the fax coding of group 4.
fn fax(lines: usize) -> Vec<u8> {
    // Horizontal, white 16, black 16, then as the line above ends.
    let mut bits = String::from("001101010") + "0000010111" + "1";
    for _ in 1..lines {
        bits.push_str("111");
    }
    bits.push_str("000000000001000000000001");
    let byte = |bits: &[u8]| {
        let bit = |(at, bit): (usize, &u8)| u8::from(*bit == b'1') << (7 - at);
        bits.iter().enumerate().map(bit).sum::<u8>()
    };
    bits.as_bytes().chunks(8).map(byte).collect()
}

#[test]
fn every_page_of_a_scanned_pdf_is_a_page() {
    let page = written(600, 800);
    let jpeg = coded(&page, ImageFormat::Jpeg);
    let grey = deflated(page.to_luma8().as_raw());
    let colour = deflated(page.to_rgb8().as_raw());
    let mut drawn = said(48, 20, "CCITTFaxDecode", "DeviceGray", 1);
    drawn.set(
        "DecodeParms",
        dictionary! { "K" => -1, "Columns" => 48, "Rows" => 20 },
    );
    let bytes = pdf(
        vec![
            (said(600, 800, "DCTDecode", "DeviceGray", 8), jpeg),
            (said(600, 800, "FlateDecode", "DeviceGray", 8), grey),
            (said(600, 800, "FlateDecode", "DeviceRGB", 8), colour),
            (drawn, fax(20)),
        ],
        0,
    );
    assert_eq!(scans::kind(&bytes), Some(Kind::Pdf));
    let found = pages(&bytes).unwrap();
    assert_eq!(found.len(), 4);
    assert_eq!(found[1].to_luma8(), page.to_luma8());
    assert_eq!(found[2].to_rgb8(), page.to_rgb8());
    let line: Vec<u8> = found[3]
        .to_luma8()
        .rows()
        .nth(19)
        .unwrap()
        .map(|p| p.0[0])
        .collect();
    assert_eq!(line, [[255; 16], [0; 16], [255; 16]].concat());
}

#[test]
fn a_pdf_page_stands_as_it_says() {
    let page = written(600, 800);
    let jpeg = coded(&page, ImageFormat::Jpeg);
    let bytes = pdf(
        vec![(said(600, 800, "DCTDecode", "DeviceGray", 8), jpeg)],
        90,
    );
    let found = pages(&bytes).unwrap();
    assert_eq!((found[0].width(), found[0].height()), (800, 600));
}

#[test]
fn a_pdf_without_scans_is_none() {
    let bytes = pdf(Vec::new(), 0);
    assert!(matches!(
        pages(&bytes),
        Err(ScanError::Broken { page: 1, .. })
    ));
    let mut document = Document::load_mem(&pdf(
        vec![(said(10, 10, "DCTDecode", "DeviceGray", 8), Vec::new())],
        0,
    ))
    .unwrap();
    let page = document.page_iter().next().unwrap();
    let page = document
        .get_object_mut(page)
        .unwrap()
        .as_dict_mut()
        .unwrap();
    page.remove(b"Resources");
    let mut out = Vec::new();
    document.save_to(&mut out).unwrap();
    assert_eq!(pages(&out).unwrap_err(), ScanError::NoPicture { page: 1 });
}

#[test]
fn a_page_with_too_many_pixels_is_not_decoded() {
    let huge = said(60_000, 60_000, "FlateDecode", "DeviceGray", 8);
    let bytes = pdf(vec![(huge, deflated(&[0; 1_000]))], 0);
    assert!(matches!(
        pages(&bytes),
        Err(ScanError::Large { page: 1, .. })
    ));
    // A PNG that says so in its head.
    let mut png = coded(&written(100, 100), ImageFormat::Png);
    png[16..20].copy_from_slice(&50_000_u32.to_be_bytes());
    png[20..24].copy_from_slice(&50_000_u32.to_be_bytes());
    assert!(pages(&png).is_err());
}

#[test]
fn broken_files_are_refused_and_nothing_panics() {
    let page = written(300, 400);
    let files = [
        coded(&page, ImageFormat::Jpeg),
        coded(&page, ImageFormat::Png),
        tiff(&[&page, &page]),
        pdf(
            vec![(
                said(300, 400, "DCTDecode", "DeviceGray", 8),
                coded(&page, ImageFormat::Jpeg),
            )],
            0,
        ),
        pdf(
            vec![(
                said(300, 400, "FlateDecode", "DeviceGray", 8),
                deflated(page.to_luma8().as_raw()),
            )],
            0,
        ),
        {
            let mut drawn = said(48, 20, "CCITTFaxDecode", "DeviceGray", 1);
            drawn.set("DecodeParms", dictionary! { "K" => -1, "Columns" => 48 });
            pdf(vec![(drawn, fax(20))], 0)
        },
    ];
    let mut seed = 99_u32;
    let mut next = |below: usize| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        usize::try_from(seed >> 8).unwrap() % below
    };
    for whole in files {
        assert!(pages(&whole).is_ok());
        for part in [10, 3, 2] {
            let _ = pages(&whole[..whole.len() / part]);
        }
        for _ in 0..60 {
            let mut broken = whole.clone();
            for _ in 0..4 {
                let at = next(broken.len());
                broken[at] = u8::try_from(next(256)).unwrap();
            }
            let _ = pages(&broken);
        }
    }
}
