//! What a definition must keep beyond the form of the standard: what refers to each other agrees,
//! and everything lies on the paper.

use std::collections::HashSet;

use kernel::number;

use crate::definition::{FaceField, LicenceType};
use crate::drawn::Element;
use crate::error::LicenceError;
use crate::schema;

/// Texts, lines and frames of one style.
const ELEMENTS: usize = 400;
/// The smallest code that telephones still read from paper, quiet zone included.
const SMALLEST_QR: f32 = 8.0;
/// Rounding of measures.
const SLACK: f32 = 0.5;

/// Checks a definition; the first thing that is wrong is told.
pub(crate) fn check(kind: &LicenceType) -> Result<(), LicenceError> {
    let code = &kind.type_short_code;
    let wrong = |why: String| Err(LicenceError::TypeFile(format!("{code}：{why}")));
    if let Some(why) = fields(kind)
        .or_else(|| places(kind))
        .or_else(|| drawn(kind))
    {
        return wrong(why);
    }
    // What only the form of the standard says, in its own words.
    if let Err(why) = schema::check_type(&kind.definition()?) {
        return wrong(format!("不符合数据标准 {why}"));
    }
    if number::uscc(&kind.defining_authority_code).is_err() {
        return wrong("定义机构代码的校验位不对".into());
    }
    if kind.type_code.get(..18) != Some(&*kind.defining_authority_code) {
        return wrong("证照类型代码的前18位不是定义机构代码".into());
    }
    let style = &kind.style;
    if style.style_id != LicenceType::style_name(code, style.style_version) {
        return wrong("样式标识与版本不符".into());
    }
    if let Some(why) = fields(kind)
        .or_else(|| places(kind))
        .or_else(|| drawn(kind))
    {
        return wrong(why);
    }
    Ok(())
}

/// What is wrong with the face fields and what refers to them.
fn fields(kind: &LicenceType) -> Option<String> {
    if kind.face_fields.is_empty() {
        return Some("没有照面字段".into());
    }
    if kind.issuing_agencies.is_empty() {
        return Some("没有选颁发机构".into());
    }
    if kind.face_match_fields.is_empty() {
        return Some("没有选比对字段".into());
    }
    if kind.type_name.trim().is_empty() || kind.type_name.chars().count() > 100 {
        return Some("证照类型名称须有1至100个字".into());
    }
    if kind.inspection_missed_suspends && !kind.annual_inspection {
        return Some("不年检的证照不能因未检暂停".into());
    }
    let mut codes = HashSet::new();
    for field in &kind.face_fields {
        if !codes.insert(field.field_code.as_str()) {
            return Some(format!("照面字段代码“{}”重复", field.field_code));
        }
        if let Some(why) = field_alone(field) {
            return Some(format!("照面字段“{}”{why}", field.field_name));
        }
    }
    let known = |code: &str| codes.contains(code);
    let shown = kind.numbering_rule.face_field.as_deref();
    if let Some(missing) = shown.filter(|field| !known(field)) {
        return Some(format!("编号所在照面字段“{missing}”不存在"));
    }
    if let Some(missing) = kind.stock_face.keys().find(|field| !known(field)) {
        return Some(format!("采集来源写到的照面字段“{missing}”不存在"));
    }
    let matched = kind.face_match_fields.iter();
    if let Some(missing) = matched.into_iter().find(|field| !known(field)) {
        return Some(format!("比对字段“{missing}”不存在"));
    }
    let pattern = &kind.numbering_rule.pattern;
    let anchored = pattern.starts_with('^') && pattern.ends_with('$') && pattern.len() > 2;
    if !anchored || regex::Regex::new(pattern).is_err() {
        return Some("编号格式须为以 ^ 开头、以 $ 结尾的正则表达式".into());
    }
    match &kind.numbering {
        Some(scheme) if scheme.parts.is_empty() => Some("没有编号的组成".into()),
        _ => None,
    }
}

/// What is wrong with a field by itself.
fn field_alone(field: &FaceField) -> Option<&'static str> {
    let code = &field.field_code;
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let begins = code.starts_with(|c: char| c.is_ascii_lowercase());
    let p = field.position;
    if !begins || code.len() > 40 || !code.chars().all(plain) {
        return Some("的代码须为小写字母开头的小写字母、数字和下划线，不超过40位");
    }
    if field.field_name.trim().is_empty() || field.field_name.chars().count() > 40 {
        return Some("的名称须有1至40个字");
    }
    if !(1..=4_000).contains(&field.length) {
        return Some("的长度须为1至4000");
    }
    if field.data_type == "code" && field.code_list.is_none() {
        return Some("是代码，须注明代码集");
    }
    if !(1.2..=100.0).contains(&p.font_size_mm) {
        return Some("的字号须为1.2至100毫米");
    }
    if !(1..=100).contains(&p.max_lines) {
        return Some("的行数须为1至100");
    }
    (p.value_width_mm <= 0.0 || p.line_height_mm <= 0.0).then_some("的宽和行距须大于0")
}

/// What does not lie on the paper.
fn places(kind: &LicenceType) -> Option<String> {
    let (w, h) = (kind.paper.width_mm, kind.paper.height_mm);
    let outside = |[left, top, right, bottom]: [f32; 4]| {
        let numbers = [left, top, right, bottom].iter().all(|n| n.is_finite());
        !numbers || left < -SLACK || top < -SLACK || right > w + SLACK || bottom > h + SLACK
    };
    for field in &kind.face_fields {
        let p = field.position;
        let value = [
            p.value_x_mm,
            p.value_y_mm - p.font_size_mm,
            p.value_x_mm + p.value_width_mm,
            p.value_y_mm,
        ];
        if outside(value) || outside([p.label_x_mm, 0.0, p.label_x_mm, p.label_y_mm]) {
            return Some(format!("“{}”不在纸面之内", field.field_name));
        }
    }
    let boxes = &kind.style.boxes;
    let (qr, seal) = (boxes.qr_code, boxes.seal);
    let square = |x: f32, y: f32, edge: f32| [x, y, x + edge, y + edge];
    if outside(square(qr.x_mm, qr.y_mm, qr.size_mm)) {
        return Some("二维码不在纸面之内".into());
    }
    if qr.size_mm < SMALLEST_QR {
        return Some(format!("二维码小于{SMALLEST_QR}毫米，无法扫读"));
    }
    if outside(square(seal.x_mm, seal.y_mm, seal.diameter_mm)) {
        return Some("印章不在纸面之内".into());
    }
    if let Some(photo) = boxes.photo {
        let (right, bottom) = (photo.x_mm + photo.width_mm, photo.y_mm + photo.height_mm);
        if outside([photo.x_mm, photo.y_mm, right, bottom]) {
            return Some("照片不在纸面之内".into());
        }
    }
    let elements = kind.style.elements.iter();
    let mut named = elements.enumerate().map(|(at, one)| (at + 1, one.bounds()));
    named
        .find(|(_, bounds)| outside(*bounds))
        .map(|(at, _)| format!("第{at}个图文要素不在纸面之内"))
}

/// What cannot be drawn.
fn drawn(kind: &LicenceType) -> Option<String> {
    let style = &kind.style;
    if style.elements.len() > ELEMENTS {
        return Some(format!("图文要素超过{ELEMENTS}个"));
    }
    for (at, element) in style.elements.iter().enumerate() {
        let at = at + 1;
        if element.tint().colour().is_none() {
            return Some(format!("第{at}个图文要素的颜色不对"));
        }
        if let Element::Text { text, size_mm, .. } = element {
            if text.trim().is_empty() || text.chars().count() > 100 {
                return Some(format!("第{at}个图文要素须有1至100个字"));
            }
            if !(1.2..=100.0).contains(size_mm) {
                return Some(format!("第{at}个图文要素的字号须为1.2至100毫米"));
            }
            if let Err(error) = paper::drawable(text) {
                return Some(format!("第{at}个图文要素：{}", error.zh()));
            }
        }
        if let Element::Line { width_mm: line, .. } | Element::Frame { line_mm: line, .. } = element
            && !(0.05..=20.0).contains(line)
        {
            return Some(format!("第{at}个图文要素的线宽须为0.05至20毫米"));
        }
    }
    let mark = style.watermark.as_ref()?;
    if mark.colour.colour().is_none() {
        return Some("底纹的颜色不对".into());
    }
    if mark.text.trim().is_empty() || mark.text.chars().count() > 60 {
        return Some("底纹须有1至60个字".into());
    }
    paper::drawable(&mark.text)
        .err()
        .map(|error| format!("底纹：{}", error.zh()))
}
