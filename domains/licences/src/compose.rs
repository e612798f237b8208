//! Composition (证照自动合成): base picture, face fields, photo and QR at paper proportions. One
//! page model gives OFD, PDF and thumbnail [H-20 source D, H-29, H-30].

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;
use paper::{
    Attachment, Colour, Document, Item, Laid, LaidItem, Meta, Page, Picture, Place, Placed, Qr,
    Text, TextBox,
};

use crate::copy::Mark;
use crate::definition::{FaceField, LicenceType};
use crate::drawn::Element;
use crate::error::LicenceError;
use crate::metadata::{self, Metadata};

/// Everything that is drawn.
pub(crate) struct Composition<'a> {
    pub kind: &'a LicenceType,
    pub metadata: &'a Metadata,
    pub face: &'a BTreeMap<String, String>,
    pub photo: Option<&'a [u8]>,
    /// What the QR code says.
    pub link: &'a str,
    /// Identifier of the document inside the OFD: 32 hexadecimal digits.
    pub doc_id: &'a str,
    pub at: jiff::Timestamp,
    /// Of a copy: its watermark.
    pub mark: Option<&'a Mark>,
}

/// The page with the place of the seal.
pub(crate) fn compose(c: &Composition<'_>) -> Result<(Document, Place), LicenceError> {
    let kind = c.kind;
    let mut page = ground(kind)?;
    if let Some(mark) = c.mark {
        let above = std::mem::take(&mut page.items);
        mark.behind(&mut page);
        page.items.extend(above);
    }
    fill(&mut page, kind, c.face, c.photo, c.link)?;
    let boxes = &kind.style.boxes;
    if let Some(mark) = c.mark {
        mark.foot(&mut page);
    }
    let attachment = Attachment {
        file_name: metadata::FILE.into(),
        media_type: "application/json".into(),
        description: "证照元数据".into(),
        bytes: Arc::from(serde_json::to_vec_pretty(c.metadata)?),
    };
    let meta = Meta {
        title: kind.type_name.clone(),
        author: Some(c.metadata.issuer.clone()),
        subject: Some("电子证照".into()),
        keywords: Vec::new(),
        created: c.at,
    };
    let document = Document {
        meta,
        pages: vec![page],
        attachments: vec![attachment],
    };
    let d = boxes.seal.diameter_mm;
    let place = Place {
        page: 0,
        x: boxes.seal.x_mm,
        y: boxes.seal.y_mm,
        width: d,
        height: d,
    };
    Ok((document, place))
}

/// Values, photo and QR code where the style has them.
pub(crate) fn fill(
    page: &mut Page,
    kind: &LicenceType,
    face: &BTreeMap<String, String>,
    photo: Option<&[u8]>,
    link: &str,
) -> Result<(), LicenceError> {
    for field in &kind.face_fields {
        if let Some(value) = face.get(&field.field_code).filter(|v| !v.is_empty()) {
            page.items.push(value_box(field, value)?);
        }
    }
    let boxes = &kind.style.boxes;
    if let (Some(place), Some(photo)) = (boxes.photo, photo) {
        page.items.push(Item::Picture(Placed {
            picture: paper::photograph(photo, place.width_mm, place.height_mm)?,
            x: place.x_mm,
            y: place.y_mm,
            width: place.width_mm,
            height: place.height_mm,
        }));
    }
    page.items.push(Item::Qr(Qr {
        content: link.to_owned(),
        x: boxes.qr_code.x_mm,
        y: boxes.qr_code.y_mm,
        size: boxes.qr_code.size_mm,
    }));
    Ok(())
}

/// The paper before anything is filled in.
pub(crate) fn ground(kind: &LicenceType) -> Result<Page, LicenceError> {
    let (w, h) = (kind.paper.width_mm, kind.paper.height_mm);
    let mut page = Page::new(w, h);
    page.base = kind.ground.base(w, h)?;
    if let Some(watermark) = &kind.style.watermark {
        watermark.draw(&mut page);
    }
    let drawn = kind.style.elements.iter().map(Element::item);
    page.items.extend(drawn);
    if kind.style.draws_labels {
        page.items.extend(kind.face_fields.iter().map(label));
    }
    Ok(page)
}

/// The name of a field where its label stands.
fn label(field: &FaceField) -> Item {
    let p = field.position;
    let name = field.field_name.clone();
    Item::Text(Text::new(name, p.label_x_mm, p.label_y_mm, p.font_size_mm).coloured(LABEL))
}

const LABEL: Colour = Colour::rgb(0x33, 0x3a, 0x42);

fn value_box(field: &FaceField, value: &str) -> Result<Item, LicenceError> {
    let p = field.position;
    let text = shown(field, value)?;
    // Room for twice the lines at a smaller size: long scopes of business are usual.
    let text_box = TextBox {
        colour: Colour::rgb(0x11, 0x11, 0x11),
        ..TextBox::new(&field.field_name, text)
            .at(p.value_x_mm, p.value_y_mm, p.value_width_mm)
            .set(p.font_size_mm, p.line_height_mm, p.max_lines.max(1))
    };
    Ok(Item::TextBox(text_box))
}

/// A value as it is printed: dates in Chinese, no validity end as 长期.
pub(crate) fn shown(field: &FaceField, value: &str) -> Result<String, LicenceError> {
    if field.data_type != "date" || value == "长期" {
        return Ok(value.to_owned());
    }
    match value.parse::<Date>() {
        Ok(date) => Ok(kernel::time::chinese_date(date)),
        Err(_) => Err(LicenceError::Field(
            field.field_name.clone(),
            "日期格式不对".into(),
        )),
    }
}

/// Checks the values against the definition: required, length, dates, numbers.
pub(crate) fn check(
    kind: &LicenceType,
    face: &BTreeMap<String, String>,
) -> Result<(), LicenceError> {
    for field in &kind.face_fields {
        let wrong = |why: &str| {
            Err(LicenceError::Field(
                field.field_name.clone(),
                why.to_owned(),
            ))
        };
        match face
            .get(&field.field_code)
            .map(|v| v.trim())
            .filter(|v| !v.is_empty())
        {
            None if field.required => return wrong("未填写"),
            None => {}
            // Lengths count characters; a scope of business may be longer than the field's length
            // in the register, and the drawing tells when it does not fit.
            Some(value) if value.chars().count() > field.length.max(10) * 4 => {
                return wrong("过长");
            }
            Some(value) => {
                shown(field, value)?;
                if field.data_type == "uscc" && kernel::number::uscc(value).is_err() {
                    return wrong("统一社会信用代码校验位不对");
                }
                if field.data_type == "id" && kernel::number::resident_id(value).is_err() {
                    return wrong("身份号码校验位不对");
                }
            }
        }
    }
    if let Some(unknown) = face
        .keys()
        .find(|k| !kind.face_fields.iter().any(|f| f.field_code == **k))
    {
        return Err(LicenceError::Field(
            unknown.clone(),
            "照面没有这一项".into(),
        ));
    }
    Ok(())
}

/// The three outputs of one layout.
pub(crate) struct Drawn {
    pub package: ofd::Package,
    pub pdf: Vec<u8>,
    pub thumbnail: Vec<u8>,
    pub place: Place,
}

/// Width of the thumbnail, pixels: for lists. Who reads the face gets it drawn from the sealed file
/// ([`face_picture`](crate::face_picture)).
const THUMBNAIL: u32 = 360;

/// Draws OFD, PDF and thumbnail; on the thumbnail the seal is painted where the files carry it.
pub(crate) fn draw(c: &Composition<'_>, impression: Vec<u8>) -> Result<Drawn, LicenceError> {
    let (document, place) = compose(c)?;
    let laid: Laid = paper::lay_out(&document)?;
    let package = package(c, &laid)?;
    let pdf = paper::to_pdf(&laid)?;
    let mut pictured = laid;
    if let Some(page) = pictured.pages.first_mut() {
        page.items.push(LaidItem::Picture(Placed {
            picture: Picture::again(impression)?,
            x: place.x,
            y: place.y,
            width: place.width,
            height: place.height,
        }));
    }
    let thumbnail = paper::thumbnail(&pictured, THUMBNAIL)?;
    Ok(Drawn {
        package,
        pdf,
        thumbnail,
        place,
    })
}

/// The OFD of a layout, not yet sealed.
pub(crate) fn package(c: &Composition<'_>, laid: &Laid) -> Result<ofd::Package, LicenceError> {
    let info = ofd::DocInfo {
        id: c.doc_id.to_owned(),
        custom: vec![
            ("证照类型代码".into(), c.metadata.type_code.clone()),
            ("证照版本".into(), c.metadata.version.to_string()),
        ],
    };
    Ok(ofd::compose(laid, &info)?)
}
