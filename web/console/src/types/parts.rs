//! The parts of a licence number in lines that people write: `文字 JY`, `区划 6`, `顺序号 6`.

use licences::{Scheme, Segment};

/// Chinese and English words of the parts; what they take stands behind a blank.
const WORDS: [(&str, &str); 7] = [
    ("文字", "text"),
    ("字段", "field"),
    ("区划", "region"),
    ("日期", "date"),
    ("顺序号", "serial"),
    ("校验位", "check_mod1110"),
    ("统一代码", "uscc"),
];

/// The lines of a scheme.
pub(super) fn lines(scheme: &Scheme) -> String {
    let all = scheme.parts.iter().map(|part| match part {
        Segment::Text(text) => format!("文字 {text}"),
        Segment::Field(field) => format!("字段 {field}"),
        Segment::Region(digits) => format!("区划 {digits}"),
        Segment::Date(format) => format!("日期 {format}"),
        Segment::Serial(digits) => format!("顺序号 {digits}"),
        Segment::CheckMod1110 => "校验位".into(),
        Segment::Uscc(prefix) => format!("统一代码 {prefix}"),
        // Tables of values stay in the form of the standard.
        other => serde_json::to_string(other).unwrap_or_default(),
    });
    all.collect::<Vec<_>>().join("\n")
}

/// The scheme of such lines; the first line that is none is told.
pub(super) fn scheme(text: &str) -> Result<Scheme, String> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let parts = lines.map(|line| part(line).ok_or_else(|| line.to_owned()));
    Ok(Scheme {
        parts: parts.collect::<Result<_, _>>()?,
    })
}

fn part(line: &str) -> Option<Segment> {
    if line.starts_with('{') {
        return serde_json::from_str(line).ok();
    }
    let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let rest = rest.trim();
    let (_, code) = WORDS.iter().find(|(zh, en)| *zh == word || *en == word)?;
    let given = || (!rest.is_empty()).then(|| rest.to_owned());
    let digits = || rest.parse::<usize>().ok().filter(|n| (1..=12).contains(n));
    Some(match *code {
        "text" => Segment::Text(given()?),
        "field" => Segment::Field(given()?),
        "region" => Segment::Region(digits()?),
        "date" => Segment::Date(given().filter(|format| format.contains('%'))?),
        "serial" => Segment::Serial(digits()?),
        "uscc" => Segment::Uscc(given()?),
        _ => Segment::CheckMod1110,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The schemes of the city come back from their lines.
    #[test]
    fn schemes_come_back_from_their_lines() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../demo/numbering.json");
        let text = std::fs::read_to_string(path).unwrap();
        let all: std::collections::BTreeMap<String, Scheme> = serde_json::from_str(&text).unwrap();
        assert_eq!(all.len(), 12);
        for (code, wanted) in all {
            let lines = lines(&wanted);
            assert_eq!(scheme(&lines), Ok(wanted), "{code}: {lines}");
        }
    }

    #[test]
    fn what_is_no_part_is_told() {
        for wrong in [
            "顺序号",
            "顺序号 x",
            "日期 2026",
            "序号 6",
            "{\"map\":1}",
            "文字",
        ] {
            assert_eq!(scheme(&format!("文字 JY\n{wrong}")), Err(wrong.into()));
        }
    }
}
