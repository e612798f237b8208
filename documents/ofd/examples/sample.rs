//! Composes three licences and a letter from the demonstration data into a folder, each as OFD, PDF
//! and PNG, to be looked at in other readers. Usage: `sample DEMO_FOLDER OUTPUT_FOLDER`.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use paper::{
    Align, Attachment, Block, Column, Document, Item, Letter, Meta, Page, Placed, Qr, Scale,
    TextBox, base_dpi, base_picture, lay_out, letter, photograph, to_pdf, to_png,
};
use serde_json::Value;

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let mut arguments = std::env::args().skip(1).map(PathBuf::from);
    let demo = arguments
        .next()
        .ok_or("usage: sample DEMO_FOLDER OUTPUT_FOLDER")?;
    let folder = arguments
        .next()
        .ok_or("usage: sample DEMO_FOLDER OUTPUT_FOLDER")?;
    fs::create_dir_all(&folder)?;
    // A licence on A3, one with a photograph, a card.
    for (kind, number) in [("SPJYXKZ", 1), ("YSZYZS", 0), ("JZZ", 0)] {
        let document = licence(&demo, kind, number)?;
        write(&folder, kind, &document)?;
        measure(&demo, kind, number)?;
    }
    write(&folder, "letter", &notice()?)
}

fn write(folder: &Path, name: &str, document: &Document) -> Outcome<()> {
    let laid = lay_out(document)?;
    let info = ofd::DocInfo {
        id: "0123456789abcdef0123456789abcdef".into(),
        custom: vec![("sample".into(), name.into())],
    };
    fs::write(
        folder.join(format!("{name}.ofd")),
        ofd::compose(&laid, &info)?.to_bytes()?,
    )?;
    fs::write(folder.join(format!("{name}.pdf")), to_pdf(&laid)?)?;
    for page in 0..laid.pages.len() {
        let png = to_png(&laid, page, Scale::Width(1600))?;
        fs::write(folder.join(format!("{name}_{page}.png")), png)?;
    }
    Ok(())
}

fn json(path: PathBuf) -> Outcome<Value> {
    Ok(serde_json::from_slice(&fs::read(path)?)?)
}

/// The licence of that kind that stands at `number` among those of its kind.
fn licence(demo: &Path, kind: &str, number: usize) -> Outcome<Document> {
    let style = json(demo.join(format!("licence_types/{kind}.json")))?;
    let licences = json(demo.join("licences.json"))?;
    let licence = licences["licences"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|licence| licence["type_short_code"] == kind)
        .nth(number)
        .ok_or("no licence of that kind")?;
    let number = |value: &Value| value.as_f64().unwrap_or_default() as f32;
    let (width, height) = (
        number(&style["paper"]["width_mm"]),
        number(&style["paper"]["height_mm"]),
    );
    let svg = fs::read_to_string(demo.join(format!("licence_types/{kind}.svg")))?;
    let mut page = Page::new(width, height);
    page.base = Some(base_picture(&svg, width, height, base_dpi(width, height))?);
    for field in style["face_fields"].as_array().into_iter().flatten() {
        let code = field["field_code"].as_str().unwrap_or_default();
        let Some(value) = licence["face_data"][code].as_str() else {
            continue;
        };
        let at = &field["position"];
        let name = field["field_name"].as_str().unwrap_or_default();
        page.items.push(Item::TextBox(
            TextBox::new(name, shown(value, field))
                .at(
                    number(&at["value_x_mm"]),
                    number(&at["value_y_mm"]),
                    number(&at["value_width_mm"]),
                )
                .set(
                    number(&at["font_size_mm"]),
                    number(&at["line_height_mm"]),
                    at["max_lines"].as_u64().unwrap_or(1) as usize,
                ),
        ));
    }
    let boxes = &style["style"]["boxes"];
    let qr = &boxes["qr_code"];
    page.items.push(Item::Qr(Qr {
        content: "https://zwfw.yunzhou.example/v/Kq7Yb2mXW0".into(),
        x: number(&qr["x_mm"]),
        y: number(&qr["y_mm"]),
        size: number(&qr["size_mm"]),
    }));
    if let Some(photo) = licence["photo"].as_str() {
        let at = &boxes["photo"];
        let (width, height) = (number(&at["width_mm"]), number(&at["height_mm"]));
        page.items.push(Item::Picture(Placed {
            picture: photograph(&fs::read(demo.join(photo))?, width, height)?,
            x: number(&at["x_mm"]),
            y: number(&at["y_mm"]),
            width,
            height,
        }));
    }
    let metadata = serde_json::to_vec_pretty(licence)?;
    Ok(Document {
        meta: Meta {
            title: licence["licence_name"].as_str().unwrap_or_default().into(),
            author: licence["issuer"].as_str().map(Into::into),
            created: "2026-11-16T01:30:00Z".parse()?,
            ..Meta::default()
        },
        pages: vec![page],
        attachments: vec![Attachment {
            file_name: "licence_metadata.json".into(),
            media_type: "application/json".into(),
            description: "证照元数据".into(),
            bytes: Arc::from(metadata),
        }],
    })
}

fn shown(value: &str, field: &Value) -> String {
    let date: Vec<&str> = value.split('-').collect();
    match (field["data_type"].as_str(), &date[..]) {
        (Some("date"), [year, month, day]) => format!("{year}年{month}月{day}日"),
        _ => value.to_owned(),
    }
}

/// Times composing again, with base picture and photograph ready, as issuing does it.
fn measure(demo: &Path, kind: &str, number: usize) -> Outcome<()> {
    let document = licence(demo, kind, number)?;
    let info = ofd::DocInfo {
        id: "0".repeat(32),
        custom: Vec::new(),
    };
    let rounds = 200;
    let timed = |name: &str, run: &dyn Fn() -> Outcome<usize>| -> Outcome<()> {
        run()?;
        let begun = Instant::now();
        let mut bytes = 0;
        for _ in 0..rounds {
            bytes = run()?;
        }
        let each = begun.elapsed().as_secs_f64() * 1e3 / f64::from(rounds);
        println!("{kind:8} {name:24} {each:8.3} ms {bytes:8} bytes");
        Ok(())
    };
    let laid = lay_out(&document)?;
    let package = ofd::compose(&laid, &info)?;
    timed("lay out", &|| Ok(lay_out(&document)?.pages[0].items.len()))?;
    timed("lay out + OFD parts", &|| {
        let package = ofd::compose(&lay_out(&document)?, &info)?;
        Ok(package.parts().iter().map(|part| part.bytes.len()).sum())
    })?;
    timed("zip", &|| Ok(package.to_bytes()?.len()))?;
    timed("PDF", &|| Ok(to_pdf(&laid)?.len()))?;
    timed("thumbnail", &|| Ok(paper::thumbnail(&laid, 320)?.len()))
}

fn notice() -> Outcome<Document> {
    let column = |title: &str, share, align| Column {
        title: title.into(),
        share,
        align,
    };
    let row = |cells: [&str; 4]| cells.map(Into::into).to_vec();
    let composed = letter(&Letter {
        meta: Meta {
            title: "行政许可申请材料补正告知书".into(),
            author: Some("云州市云东区市场监督管理局".into()),
            created: "2026-11-16T01:30:00Z".parse()?,
            ..Meta::default()
        },
        agency: "云州市云东区市场监督管理局".into(),
        co_signers: Vec::new(),
        person: None,
        title: "行政许可申请材料补正告知书".into(),
        number: Some("云东市监补〔2026〕第00017号".into()),
        addressee: Some("云州市清泉酒店有限公司（统一社会信用代码91990102MA2024336R）：".into()),
        blocks: vec![
            Block::Paragraph(
                "你单位于2026年11月16日提出的“食品经营许可（新办）”申请收悉。经审查，申请材料不齐全。\
                 根据《中华人民共和国行政许可法》第三十二条第一款第（四）项的规定，现一次性告知你单位需要补正的全部内容如下。"
                    .into(),
            ),
            Block::Heading("一、申请事项".into()),
            Block::KeyValues(vec![
                ("事项名称".into(), "食品经营许可（新办）".into()),
                ("实施编码".into(), "11990102MB9134259F4000131014001".into()),
                ("申请人".into(), "云州市清泉酒店有限公司".into()),
                ("法定代表人".into(), "韩𬭎".into()),
                ("经营场所".into(), "云岭省云州市云东区东湖路19号一层至三层，含地下一层冷库及东侧附属用房".into()),
            ]),
            Block::Heading("二、需要补正的材料".into()),
            Block::Table {
                columns: vec![
                    column("序号", 1.0, Align::Centre),
                    column("材料名称", 4.0, Align::Left),
                    column("补正要求", 6.0, Align::Left),
                    column("份数", 1.0, Align::Centre),
                ],
                rows: vec![
                    row(["1", "食品经营场所布局和操作流程图", "图上缺少原料通道与成品通道的标注，请重新绘制并加盖公章", "1"]),
                    row(["2", "从业人员健康证明", "缺少厨师陈䶮、服务员㐱㛃的健康证明", "2"]),
                    row(["3", "经营场所合法使用证明", "租赁合同已于2026年10月31日到期，请提交续租合同", "1"]),
                ],
            },
            Block::Heading("三、补正期限与方式".into()),
            Block::List(vec![
                "请于2026年11月30日前通过云州市政务服务平台（https://zwfw.yunzhou.example）提交，或到云东区政务服务中心3号窗口提交。".into(),
                "逾期未补正且未说明理由的，视为放弃申请。".into(),
                "补正期间不计入办理时限。".into(),
            ]),
            Block::Paragraph("特此告知。".into()),
        ],
        date_text: "2026年11月16日".into(),
        seal_mm: Some(42.0),
        qr: Some("https://zwfw.yunzhou.example/v/Zt3Lw81Qpa".into()),
        qr_caption: "扫码核验本文书".into(),
        footer: vec![
            "核验地址：https://zwfw.yunzhou.example/verify　　核验码：ZT3L-W81Q".into(),
            "咨询电话：0990-12340102".into(),
        ],
    })?;
    let mut document = composed.document;
    // A picture of the seal where the signature will put it, to see that it falls well.
    if let Some(place) = composed.seal {
        let picture = paper::official(&paper::Official {
            organisation: "云州市云东区市场监督管理局".into(),
            purpose: Some("行政审批专用章".into()),
            digits: String::new(),
            diameter_mm: place.width,
            dpi: 300.0,
        })?;
        document.pages[place.page].items.push(Item::Picture(Placed {
            picture,
            x: place.x,
            y: place.y,
            width: place.width,
            height: place.height,
        }));
    }
    Ok(document)
}
