//! PDF/A with subset fonts and text that can be selected and searched.

use jiff::tz::{Offset, TimeZone};
use krilla::color::rgb;
use krilla::configure::{Archival, ConfigurationBuilder};
use krilla::embed::{AssociationKind, EmbeddedFile, MimeType};
use krilla::geom::{PathBuilder, Point, Size, Transform};
use krilla::metadata::{DateTime, Metadata};
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::{Fill, FillRule};
use krilla::surface::Surface;
use krilla::text::{GlyphId, KrillaGlyph};
use krilla::{Document, SerializeSettings};

use crate::{Colour, Error, GlyphRun, Laid, LaidItem, Meta, Path, Placed, Segment, fonts};

const POINTS_PER_MM: f32 = 72.0 / 25.4;

/// The document as PDF/A-3u. The same document always gives the same bytes; a signature can be
/// added by an incremental update.
pub fn to_pdf(laid: &Laid) -> Result<Vec<u8>, Error> {
    let configuration = ConfigurationBuilder::new()
        .with_archival_validator(Archival::A3_U)
        .finish()
        .map_err(|error| Error::Pdf(format!("{error:?}")))?;
    let settings = SerializeSettings {
        configuration,
        ..SerializeSettings::default()
    };
    let mut document = Document::new_with(settings);
    for page in &laid.pages {
        let size = PageSettings::from_wh(page.width * POINTS_PER_MM, page.height * POINTS_PER_MM)
            .ok_or(Error::Measure("a page needs a size"))?;
        let mut drawn = document.start_page_with(size);
        let mut surface = drawn.surface();
        // Everything below is in millimetres.
        surface.push_transform(&Transform::from_scale(POINTS_PER_MM, POINTS_PER_MM));
        if let Some(base) = &page.base {
            let (width, height) = (page.width, page.height);
            let base = Placed {
                picture: base.clone(),
                x: 0.0,
                y: 0.0,
                width,
                height,
            };
            picture(&mut surface, &base)?;
        }
        for item in &page.items {
            match item {
                LaidItem::Run(it) => run(&mut surface, it)?,
                LaidItem::Path(it) => path(&mut surface, it),
                LaidItem::Picture(it) => picture(&mut surface, it)?,
            }
        }
        surface.pop();
        surface.finish();
        drawn.finish();
    }
    let date = date(&laid.meta);
    for attachment in &laid.attachments {
        let file = EmbeddedFile {
            path: attachment.file_name.clone(),
            mime_type: MimeType::new(&attachment.media_type),
            description: Some(attachment.description.clone()),
            association_kind: AssociationKind::Data,
            data: attachment.bytes.to_vec().into(),
            modification_date: Some(date),
            compress: Some(true),
            location: None,
        };
        document
            .embed_file(file)
            .ok_or_else(|| Error::Pdf(format!("two attachments named {}", attachment.file_name)))?;
    }
    document.set_metadata(metadata(&laid.meta, date));
    document
        .finish()
        .map_err(|error| Error::Pdf(format!("{error:?}")))
}

fn metadata(meta: &Meta, date: DateTime) -> Metadata {
    let mut metadata = Metadata::new()
        .title(meta.title.clone())
        .language("zh-CN".into())
        .creator("Tongban".into())
        .creation_date(date);
    if let Some(author) = &meta.author {
        metadata = metadata.authors(vec![author.clone()]);
    }
    if let Some(subject) = &meta.subject {
        metadata = metadata.description(subject.clone());
    }
    if !meta.keywords.is_empty() {
        metadata = metadata.keywords(meta.keywords.clone());
    }
    metadata
}

fn date(meta: &Meta) -> DateTime {
    let local = meta.created.to_zoned(TimeZone::fixed(Offset::constant(8)));
    DateTime::new(local.year().try_into().unwrap_or(0))
        .month(local.month() as u8)
        .day(local.day() as u8)
        .hour(local.hour() as u8)
        .minute(local.minute() as u8)
        .second(local.second() as u8)
        .utc_offset_hour(8)
        .utc_offset_minute(0)
}

fn fill(colour: Colour) -> Fill {
    Fill {
        paint: rgb::Color::new(colour.r, colour.g, colour.b).into(),
        opacity: NormalizedF32::ONE,
        rule: FillRule::NonZero,
    }
}

fn run(surface: &mut Surface, run: &GlyphRun) -> Result<(), Error> {
    let font = fonts::face(run.font).pdf()?;
    let text = run.text();
    let mut begin = 0;
    let glyphs: Vec<KrillaGlyph> = run
        .glyphs
        .iter()
        .map(|glyph| {
            let range = begin..begin + glyph.character.len_utf8();
            begin = range.end;
            let advance = glyph.advance / run.size;
            KrillaGlyph::new(
                GlyphId::new(glyph.id.into()),
                advance,
                0.0,
                0.0,
                0.0,
                range,
                None,
            )
        })
        .collect();
    surface.set_fill(Some(fill(run.colour)));
    surface.set_stroke(None);
    surface.draw_glyphs(
        Point::from_xy(run.x, run.y),
        &glyphs,
        font,
        &text,
        run.size,
        false,
    );
    Ok(())
}

fn path(surface: &mut Surface, path: &Path) {
    let mut builder = PathBuilder::new();
    for segment in &path.segments {
        match *segment {
            Segment::Move(x, y) => builder.move_to(x, y),
            Segment::Line(x, y) => builder.line_to(x, y),
            Segment::Curve(a, b, c, d, x, y) => builder.cubic_to(a, b, c, d, x, y),
            Segment::Close => builder.close(),
        }
    }
    let Some(outline) = builder.finish() else {
        return;
    };
    surface.set_fill(path.fill.map(fill));
    surface.set_stroke(path.stroke.map(|stroke| krilla::paint::Stroke {
        paint: rgb::Color::new(stroke.colour.r, stroke.colour.g, stroke.colour.b).into(),
        width: stroke.width,
        ..Default::default()
    }));
    if path.fill.is_some() || path.stroke.is_some() {
        surface.draw_path(&outline);
    }
}

fn picture(surface: &mut Surface, placed: &Placed) -> Result<(), Error> {
    let image = placed.picture.pdf()?;
    let size = Size::from_wh(placed.width, placed.height)
        .ok_or(Error::Measure("a picture needs a size"))?;
    surface.push_transform(&Transform::from_translate(placed.x, placed.y));
    surface.draw_image(image, size);
    surface.pop();
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Attachment, Item, Page, Qr, Text, lay_out};

    fn sample() -> Laid {
        let mut page = Page::a4();
        page.items = vec![
            Item::Text(Text::new("准予行政许可决定书 韩𬭎", 20.0, 40.0, 7.0)),
            Item::Path(Path::line((20.0, 45.0), (190.0, 45.0), Colour::RED, 0.5)),
            Item::Qr(Qr {
                content: "https://zwfw.example/".into(),
                x: 20.0,
                y: 60.0,
                size: 25.0,
            }),
        ];
        let attachment = Attachment {
            file_name: "metadata.json".into(),
            media_type: "application/json".into(),
            description: "元数据".into(),
            bytes: Arc::from(*b"{}"),
        };
        let document = crate::Document {
            meta: Meta {
                title: "准予行政许可决定书".into(),
                created: "2026-11-16T09:30:00+08:00".parse().unwrap(),
                ..Meta::default()
            },
            pages: vec![page],
            attachments: vec![attachment],
        };
        lay_out(&document).unwrap()
    }

    use std::sync::Arc;

    #[test]
    fn the_file_is_a_dated_pdf_with_fonts_and_attachment() {
        let pdf = to_pdf(&sample()).unwrap();
        assert!(pdf.starts_with(b"%PDF-1.7"));
        let text = String::from_utf8_lossy(&pdf);
        assert!(
            text.contains("D:20261116093000+08'00"),
            "the date in China's time"
        );
        assert!(text.contains("/FontFile2") || text.contains("/FontFile3"));
        assert!(text.contains("metadata.json"));
        assert!(text.contains("pdfaid:part"));
    }

    #[test]
    fn the_same_document_gives_the_same_bytes() {
        assert_eq!(to_pdf(&sample()).unwrap(), to_pdf(&sample()).unwrap());
    }
}
