//! Which of our fonts stands in for one that the file does not bring.

use ttf_parser::Face;

use crate::read::resources::FontDef;

/// Fonts of ours for a declared one, the best first; all together have every character that any
/// has.
pub(crate) struct StandIns {
    pub faces: Vec<&'static Face<'static>>,
    /// The first is the very font that was asked for.
    pub exact: bool,
    /// The first is as bold as was asked for.
    pub bold: bool,
}

/// A family name as it is compared: no subset mark (`ABCDEF+`), no style after a comma or hyphen,
/// no blanks, lower case.
pub(crate) fn plain(name: &str) -> String {
    let name = match name.split_once('+') {
        Some((mark, rest)) if mark.len() == 6 && mark.chars().all(|c| c.is_ascii_uppercase()) => {
            rest
        }
        _ => name,
    };
    let family = name.split(',').next().unwrap_or(name);
    let kept = family
        .chars()
        .filter(|c| !matches!(c, ' ' | '-' | '_' | '@' | '"' | '\''));
    kept.flat_map(char::to_lowercase).collect()
}

/// Whether a name says that the font is bold.
pub(crate) fn says_bold(name: &str) -> bool {
    let name = name.to_lowercase();
    [
        "bold",
        "black",
        "heavy",
        "粗",
        "大标宋",
        "小标宋",
        "dbs",
        "xbs",
    ]
    .iter()
    .any(|word| name.contains(word))
}

pub(crate) fn says_italic(name: &str) -> bool {
    let name = name.to_lowercase();
    ["italic", "oblique", "斜"]
        .iter()
        .any(|word| name.contains(word))
}

fn says_serif(name: &str) -> bool {
    [
        "宋", "song", "simsun", "serif", "times", "ming", "明", "仿", "fang", "roman", "georgia",
        "garamond", "cambria", "楷", "kai", "stz",
    ]
    .iter()
    .any(|word| name.contains(word))
        && !name.contains("sansserif")
        && !name.contains("黑")
}

pub(crate) fn stand_ins(def: &FontDef, bold: bool) -> StandIns {
    let names = [plain(&def.name), plain(&def.family)];
    let ours = paper::shipped_and_installed();
    let mut faces: Vec<_> = ours.iter().map(|face| face.parsed()).collect();
    let serif = def.serif || names.iter().any(|name| says_serif(name));
    let same = ours
        .iter()
        .position(|face| names.contains(&plain(face.family())));
    if let Some(same) = same {
        let face = faces.remove(same);
        faces.insert(0, face);
    }
    let heavy = same.is_none() && serif && bold;
    // The one Song we ship is bold; plain Song text reads better in the plain face.
    let place = if heavy { 0 } else { faces.len() };
    faces.insert(place, paper::serif_bold());
    StandIns {
        faces,
        exact: same.is_some(),
        bold: heavy,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(name: &str, bold: bool) -> (String, bool) {
        let def = FontDef {
            name: name.into(),
            ..FontDef::default()
        };
        let found = stand_ins(&def, bold);
        let names = found.faces[0].names().into_iter();
        let mut families = names
            .filter(|n| n.name_id == ttf_parser::name_id::FAMILY)
            .filter_map(|n| n.to_string())
            .filter(|n| n.is_ascii());
        (families.next().unwrap(), found.exact)
    }

    #[test]
    fn names_are_compared_without_their_dress() {
        assert_eq!(plain("ABCDEF+Sim Sun,Bold"), "simsun");
        assert_eq!(plain("楷体_GB2312"), "楷体gb2312");
        assert!(says_bold("Arial-BoldMT") && says_bold("方正小标宋简体"));
        assert!(!says_bold("宋体"));
    }

    #[test]
    fn the_nearest_face_stands_in() {
        assert_eq!(first("WenQuanYi Micro Hei", false).0, "WenQuanYi Micro Hei");
        assert!(first("WenQuanYiMicroHei", false).1);
        assert_eq!(
            first("Noto Sans CJK SC", false),
            ("Noto Sans CJK SC".into(), true)
        );
        assert_eq!(first("宋体", false), ("WenQuanYi Micro Hei".into(), false));
        assert!(first("方正小标宋简体", true).0.contains("Serif"));
        assert!(!first("微软雅黑", true).0.contains("Serif"));
    }
}
