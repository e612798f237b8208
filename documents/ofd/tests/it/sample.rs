//! A document with everything a page can carry.

use std::sync::Arc;

use ofd::DocInfo;
use paper::{
    Attachment, Colour, Document, Item, Meta, Page, Path, Placed, Qr, Segment, Text, TextBox,
    base_picture, qr_picture,
};

const STYLE: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 420 297"><rect width="420" height="297" fill="#fffdf8"/><rect x="10" y="10" width="400" height="277" fill="none" stroke="#1f5a8c"/><text x="210" y="71" font-size="14.5" letter-spacing="3.6" text-anchor="middle" fill="#1f5a8c">食品经营许可证</text><text x="31.5" y="120.7" font-size="6.6" fill="#333">经营者名称：</text></svg>"##;

pub fn info() -> DocInfo {
    DocInfo {
        id: "0123456789ABCDEF0123456789abcdef".into(),
        custom: vec![("licence_id".into(), "1.2.156.3005.2.x".into())],
    }
}

pub fn sample() -> Document {
    let mut first = Page::new(420.0, 297.0);
    first.base = Some(base_picture(STYLE, 420.0, 297.0, 100.0).unwrap());
    let again = qr_picture("the same picture twice").unwrap();
    let placed = |x| {
        let picture = again.clone();
        Item::Picture(Placed {
            picture,
            x,
            y: 200.0,
            width: 20.0,
            height: 20.0,
        })
    };
    first.items = vec![
        Item::TextBox(
            TextBox::new("经营者名称", "云州云味轩餐饮管理有限公司")
                .at(72.4, 120.7, 129.2)
                .set(6.6, 8.9, 2),
        ),
        Item::Text(Text::new("91990102MA2016221A", 92.2, 143.6, 6.6)),
        Item::Text(Text::new("　韩𬭎 陈䶮 ", 105.4, 166.5, 6.6)),
        Item::Text(Text::new("A & B <C>", 105.4, 180.0, 6.6).coloured(Colour::RED)),
        Item::Text(Text::new("章", 105.4, 190.0, 6.6)),
        Item::Path(Path::line((20.0, 200.0), (60.0, 200.0), Colour::RED, 0.5)),
        Item::Path(Path {
            segments: vec![
                Segment::Move(30.0, 210.0),
                Segment::Curve(30.0, 205.0, 40.0, 205.0, 40.0, 210.0),
                Segment::Close,
            ],
            stroke: None,
            fill: Some(Colour::rgb(0xee, 0xee, 0xee)),
        }),
        Item::Qr(Qr {
            content: "https://zwfw.example/v/Kq7Yb2mXW0".into(),
            x: 352.8,
            y: 29.7,
            size: 35.7,
        }),
        placed(300.0),
        placed(330.0),
    ];
    let mut second = Page::a4();
    second
        .items
        .push(Item::Text(Text::new("第二页", 20.0, 30.0, 5.0)));
    Document {
        meta: Meta {
            title: "食品经营许可证 <副本> & \"附页\"".into(),
            author: Some("云州市云东区市场监督管理局".into()),
            created: "2026-11-16T20:30:00Z".parse().unwrap(),
            ..Meta::default()
        },
        pages: vec![first, second],
        attachments: vec![Attachment {
            file_name: "metadata.json".into(),
            media_type: "application/json".into(),
            description: "元数据".into(),
            bytes: Arc::from(*br#"{"licence_no":"JY29901020010130"}"#),
        }],
    }
}
