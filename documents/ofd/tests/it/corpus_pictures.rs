//! A document of pictures, as foreign programs write them.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, Rgba, RgbaImage};

use crate::corpus::{FONTS, Maker, path, shading};

pub fn picture(format: ImageFormat) -> Vec<u8> {
    let mut picture = RgbaImage::from_fn(60, 40, |x, y| {
        let checked = (x / 10 + y / 10) % 2 == 0;
        if checked {
            Rgba([20, 90, 180, 255])
        } else {
            Rgba([255, 210, 60, 255])
        }
    });
    if format == ImageFormat::Png {
        picture
            .enumerate_pixels_mut()
            .filter(|(x, ..)| *x > 40)
            .for_each(|(.., p)| p.0[3] = 80);
    }
    let mut bytes = Vec::new();
    let picture = DynamicImage::from(picture);
    let written = match format {
        ImageFormat::Png => picture.write_to(&mut Cursor::new(&mut bytes), format),
        _ => picture
            .into_rgb8()
            .write_to(&mut Cursor::new(&mut bytes), format),
    };
    written.unwrap();
    bytes
}

/// 16 × 16 pixels with a black bar in the middle, as a JBIG2 file: one generic region in MMR
/// code, written by hand.
pub fn jbig2() -> Vec<u8> {
    let mut bits =
        String::from("001" /* horizontal */) + "1011" /* white 4 */ + "000101" /* black 8 */ + "1";
    bits += &"111".repeat(15);
    bits += "000000000001000000000001";
    while !bits.len().is_multiple_of(8) {
        bits.push('0');
    }
    let data: Vec<u8> = bits
        .as_bytes()
        .chunks(8)
        .map(|b| u8::from_str_radix(std::str::from_utf8(b).unwrap(), 2).unwrap())
        .collect();
    let segment = |number: u32, kind: u8, page: u8, data: &[u8]| {
        let mut out = number.to_be_bytes().to_vec();
        out.extend([kind, 0, page]);
        out.extend((data.len() as u32).to_be_bytes());
        out.extend(data);
        out
    };
    let size = [0u32, 0].map(|_| 16u32.to_be_bytes()).concat();
    let page = [size.clone(), vec![0; 8], vec![0, 0, 0]].concat();
    let region = [size, vec![0; 8], vec![0], vec![1], data].concat();
    let mut file = b"\x97JB2\r\n\x1a\n\x01\x00\x00\x00\x01".to_vec();
    file.extend(segment(0, 48, 1, &page));
    file.extend(segment(1, 38, 1, &region));
    file.extend(segment(2, 49, 1, &[]));
    file.extend(segment(3, 51, 0, &[]));
    file
}

fn image(id: u32, boundary: &str, attributes: &str, inner: &str) -> String {
    format!(
        "<ofd:ImageObject ID=\"{id}\" Boundary=\"{boundary}\" {attributes}>{inner}</ofd:ImageObject>"
    )
}

/// Pictures, their masks, borders and clips.
pub fn pictures() -> Maker {
    let mut page = path(
        80,
        "10 10 190 45",
        "Stroke=\"false\" Fill=\"true\"",
        "<ofd:FillColor Value=\"230 240 230\"/>",
        "M 0 0 L 190 0 L 190 45 L 0 45 C",
    );
    page += &image(
        81,
        "15 12 60 40",
        "CTM=\"60 0 0 40 0 0\" ResourceID=\"101\"",
        "",
    );
    page += &image(82, "80 12 60 40", "ResourceID=\"102\" Alpha=\"128\"", "");
    page += &image(
        83,
        "145 12 45 40",
        "CTM=\"45 0 0 40 0 0\" ResourceID=\"103\"",
        "<ofd:Border LineWidth=\"1.5\" HorizonalCornerRadius=\"6\" VerticalCornerRadius=\"6\"><ofd:BorderColor Value=\"180 0 0\"/></ofd:Border>",
    );
    page += &image(
        84,
        "15 65 60 60",
        "CTM=\"40 20 -20 40 20 0\" ResourceID=\"102\"",
        "",
    );
    page += &image(
        85,
        "80 65 40 40",
        "CTM=\"40 0 0 40 0 0\" ResourceID=\"104\"",
        "",
    );
    page += &image(
        86,
        "130 65 60 40",
        "CTM=\"60 0 0 40 0 0\" ResourceID=\"102\" ImageMask=\"105\"",
        "",
    );
    let circle = "M 20 0 A 20 20 0 1 1 19.9 0 C";
    let clip = |areas: &str| format!("<ofd:Clip>{areas}</ofd:Clip>");
    let area = |x: u32, data: &str| {
        format!(
            "<ofd:Area><ofd:Path ID=\"1\" Boundary=\"{x} 0 60 40\"><ofd:AbbreviatedData>{data}</ofd:AbbreviatedData></ofd:Path></ofd:Area>"
        )
    };
    // The clip stands in the object's own coordinates, in which the picture is one unit large.
    let small = "<ofd:Area CTM=\"0.016667 0 0 0.025 0 0\"><ofd:Path ID=\"1\" Boundary=\"0 0 60 40\"><ofd:AbbreviatedData>M 20 0 A 20 20 0 1 1 19.9 0 C</ofd:AbbreviatedData></ofd:Path></ofd:Area>";
    page += &image(
        87,
        "15 130 60 40",
        "CTM=\"60 0 0 40 0 0\" ResourceID=\"102\"",
        &format!("<ofd:Clips>{}</ofd:Clips>", clip(small)),
    );
    let blue = "<ofd:FillColor Value=\"0 60 200\"/>";
    let whole = "M 0 0 L 60 0 L 60 40 L 0 40 C";
    let filled = "Stroke=\"false\" Fill=\"true\"";
    let both = clip(&(area(0, circle) + &area(20, circle)));
    page += &path(
        88,
        "80 130 60 40",
        filled,
        &format!("<ofd:Clips>{both}</ofd:Clips>{blue}"),
        whole,
    );
    let crossed = clip(&area(0, circle)) + &clip(&area(20, circle));
    page += &path(
        89,
        "140 130 60 40",
        filled,
        &format!("<ofd:Clips>{crossed}</ofd:Clips>{blue}"),
        whole,
    );
    let letters = "<ofd:Clips><ofd:Clip><ofd:Area><ofd:Text ID=\"2\" Boundary=\"0 0 90 30\" Font=\"6\" Size=\"25\"><ofd:TextCode X=\"2\" Y=\"24\" DeltaX=\"28 28\">字中图</ofd:TextCode></ofd:Text></ofd:Area></ofd:Clip></ofd:Clips>";
    page += &path(
        90,
        "15 180 90 30",
        filled,
        &format!(
            "{letters}{}",
            shading("AxialShd", "StartPoint=\"0 0\" EndPoint=\"90 0\"")
        ),
        "M 0 0 L 90 0 L 90 30 L 0 30 C",
    );
    for (n, id) in ["106", "107", "108", "999"].iter().enumerate() {
        page += &image(
            91,
            &format!("{} 220 20 20", 15 + n * 30),
            &format!("ResourceID=\"{id}\""),
            "",
        );
    }
    let media = |id: u32, file: &str| {
        format!(
            "<ofd:MultiMedia ID=\"{id}\" Type=\"Image\"><ofd:MediaFile>{file}</ofd:MediaFile></ofd:MultiMedia>"
        )
    };
    let names = [
        "a.png",
        "b.jpg",
        "c.bmp",
        "d.jb2",
        "mask.png",
        "broken.png",
        "e.tif",
        "missing.png",
    ];
    let media: String = (101..)
        .zip(names)
        .map(|(id, name)| media(id, name))
        .collect();
    let mut made = Maker::page(
        &page,
        &format!("<ofd:MultiMedias>{media}</ofd:MultiMedias>{FONTS}"),
    );
    made.bytes("Doc_0/Res/a.png", picture(ImageFormat::Png));
    made.bytes("Doc_0/Res/b.jpg", picture(ImageFormat::Jpeg));
    made.bytes("Doc_0/Res/c.bmp", picture(ImageFormat::Bmp));
    made.bytes("Doc_0/Res/d.jb2", jbig2());
    made.bytes(
        "Doc_0/Res/broken.png",
        picture(ImageFormat::Png)[..60].to_vec(),
    );
    made.bytes("Doc_0/Res/e.tif", b"II*\0\x08\0\0\0\0\0\0\0".to_vec());
    let mask = RgbaImage::from_fn(60, 40, |x, y| {
        let inside = (x as i32 - 30).pow(2) + (y as i32 - 20).pow(2) < 300;
        Rgba(if inside { [255; 4] } else { [0, 0, 0, 255] })
    });
    let mut bytes = Vec::new();
    DynamicImage::from(mask)
        .write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png)
        .unwrap();
    made.bytes("Doc_0/Res/mask.png", bytes);
    made
}
