//! Documents that exist already: sealed once more, and drawn. On one core.

use std::hint::black_box;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use ofd::read::Document;
use ofd::{DocInfo, Limits, StampPicture, compose};
use paper::{Colour, Item, Page, Path, Picture, Placed, Qr, Text, TextBox, lay_out, to_pdf};
use sealing::pdf::sign_pdf;
use sealing::seal_ofd_file;

use crate::people::{self, People};
use crate::raw;
use crate::table::{Figure, percentile};

/// `signs` is what the core makes of raw SM2 signatures a second.
pub fn measure(signs: f64) -> Result<Vec<Figure>> {
    let people = People::new()?;
    let laid = lay_out(&page(&people)?)?;
    let info = DocInfo {
        id: "0123456789abcdef0123456789abcdef".into(),
        custom: Vec::new(),
    };
    let (ofd, pdf) = (compose(&laid, &info)?.to_bytes()?, to_pdf(&laid)?);
    let trust = people::trust(people.authority()?)?;
    let job = people.ofd()?;
    let valid = sealing::verify(&seal_ofd_file(&ofd, &job)?, &trust)?.is_valid();
    ensure!(valid, "the sealed OFD is not valid");
    let sealed_ofds = raw::rate(|| {
        black_box(seal_ofd_file(black_box(&ofd), &job)?);
        Ok(())
    })?;
    let job = people.pdf()?;
    let valid = sealing::verify(&sign_pdf(&pdf, &job)?, &trust)?.is_valid();
    ensure!(valid, "the sealed PDF is not valid");
    let sealed_pdfs = raw::rate(|| {
        black_box(sign_pdf(black_box(&pdf), &job)?);
        Ok(())
    })?;
    Ok(vec![
        Figure::rate(
            "existing OFD sealed, one core",
            sealed_ofds,
            signs,
            "raw SM2 signatures",
            0.15,
        ),
        Figure::rate(
            "existing PDF sealed with SM2, one core",
            sealed_pdfs,
            signs,
            "raw SM2 signatures",
            0.1,
        ),
        Figure::below(
            "OFD page opened and drawn, 150 dpi",
            drawn(&ofd, &people)?,
            "ms",
            30.0,
        ),
    ])
}

/// A coloured A4 page with frames, fifty lines of text, pictures and a code.
fn page(people: &People) -> Result<paper::Document> {
    let mut page = Page::a4();
    let blue = Colour::rgb(0x1f, 0x5a, 0x8c);
    let ground = Path::rectangle(8.0, 8.0, 194.0, 281.0).filled(Colour::rgb(0xff, 0xfd, 0xf4));
    page.items.push(Item::Path(ground.stroked(blue, 0.6)));
    let title = Text::new("云州市行政审批服务局准予许可决定书", 30.0, 28.0, 8.0);
    page.items.push(Item::Text(title.coloured(Colour::RED)));
    let line = "云州云味轩餐饮管理有限公司申请的食品经营许可事项，经审查符合法定条件，准予许可。";
    for number in 0..25 {
        let y = 40.0 + number as f32 * 7.5;
        let (left, right) = (20.0, 190.0);
        let rule = Path::line((left, y + 2.0), (right, y + 2.0), blue, 0.1);
        page.items.push(Item::Path(rule));
        let text = TextBox::new("正文", line).at(left, y, right - left);
        page.items.push(Item::TextBox(text.set(4.0, 5.0, 1)));
    }
    let seal = Picture::new(people.png.clone())?;
    for x in [25.0, 150.0] {
        page.items.push(Item::Picture(Placed {
            picture: seal.clone(),
            x,
            y: 240.0,
            width: 35.0,
            height: 35.0,
        }));
    }
    page.items.push(Item::Qr(Qr {
        content: "https://zwfw.example/v/Kq7Yb2mXW0".into(),
        x: 90.0,
        y: 245.0,
        size: 30.0,
    }));
    Ok(paper::Document {
        pages: vec![page],
        ..paper::Document::default()
    })
}

/// The median time from the bytes of the file to those of the picture, in milliseconds.
fn drawn(ofd: &[u8], people: &People) -> Result<f64> {
    let open = || Document::open(black_box(ofd), &Limits::default());
    let page_id = open()?.page_id(0).context("a page without ID")?.to_owned();
    let stamp = StampPicture {
        page_id,
        boundary_mm: [120.0, 200.0, 42.0, 42.0],
        clip_mm: None,
        format: "png".into(),
        data: people.png.clone().into(),
    };
    let draw = || -> Result<f64> {
        let begun = Instant::now();
        let picture = open()?.draw_png(0, 150.0, std::slice::from_ref(&stamp))?;
        let took = begun.elapsed().as_secs_f64() * 1e3;
        ensure!(picture.findings.is_empty(), "{:?}", picture.findings);
        black_box(picture);
        Ok(took)
    };
    draw()?;
    let mut times = (0..60).map(|_| draw()).collect::<Result<Vec<f64>>>()?;
    times.sort_by(f64::total_cmp);
    Ok(percentile(&times, 0.5))
}
