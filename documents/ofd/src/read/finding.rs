//! What a drawing could not show as its maker meant it, in words for the reader of the page.

use std::collections::HashSet;

/// How much of the page a finding costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Weight {
    /// Drawn, but perhaps not exactly as it was meant.
    Approximate,
    /// Not drawn.
    Missing,
}

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum What {
    /// A font that is not in the file: a font of ours stands in.
    FontSubstituted,
    /// A font in the file that cannot be read: a font of ours stands in.
    FontUnreadable,
    /// Characters no font has: a box stands in their place.
    NoGlyph,
    /// A glyph the embedded font does not have or that is too complicated.
    GlyphUnusable,
    /// Text without positions: set by the widths of the font.
    TextUnpositioned,
    /// An object refers to a resource that is not there.
    ResourceMissing,
    /// A part is named that is not in the package.
    PartMissing,
    /// A part is not readable XML, or too deep.
    PartUnreadable,
    /// A picture in a format that is not drawn.
    PictureFormat,
    /// A damaged or too large picture.
    PictureUnreadable,
    /// A colour of another colour space, shown without its profile.
    ColourApproximate,
    /// A colour that cannot be understood.
    ColourUnreadable,
    /// A shading by mesh: its mean colour is shown.
    MeshShading,
    /// A pattern that could not be repeated.
    Pattern,
    /// Path data that cannot be understood from some point on.
    PathUnreadable,
    /// Sound, film, or something of a later version of the standard.
    ObjectUnknown,
    /// Nested deeper than is drawn.
    TooDeep,
    /// More than is drawn of one page; the rest is left out.
    TooMuch,
    /// The page's size is missing or senseless: A4 stands in.
    PageSize,
    /// A page image finer than allowed was asked for: it is coarser.
    Resolution,
    /// The document has versions; the one its root names is shown.
    Versions,
    /// A stamp's picture cannot be drawn.
    StampUnreadable,
}

impl What {
    /// How much it costs.
    pub fn weight(self) -> Weight {
        use What::*;
        match self {
            FontSubstituted | FontUnreadable | TextUnpositioned | ColourApproximate
            | MeshShading | PageSize | Resolution | Versions => Weight::Approximate,
            NoGlyph | GlyphUnusable | ResourceMissing | PartMissing | PartUnreadable
            | PictureFormat | PictureUnreadable | ColourUnreadable | Pattern | PathUnreadable
            | ObjectUnknown | TooDeep | TooMuch | StampUnreadable => Weight::Missing,
        }
    }

    /// A stable word for machines.
    pub fn code(self) -> &'static str {
        self.words().0
    }

    /// What it means, in Chinese.
    pub fn zh(self) -> &'static str {
        self.words().1
    }

    /// What it means, in English.
    pub fn en(self) -> &'static str {
        self.words().2
    }

    fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            What::FontSubstituted => (
                "font_substituted",
                "文件未嵌入字体，以本系统字体代替，字形可能不同",
                "the font is not in the file; ours stands in, shapes may differ",
            ),
            What::FontUnreadable => (
                "font_unreadable",
                "嵌入的字体无法读取，以本系统字体代替",
                "the embedded font cannot be read; ours stands in",
            ),
            What::NoGlyph => (
                "no_glyph",
                "没有字体包含该字符，以方框代替",
                "no font has the character; a box stands in",
            ),
            What::GlyphUnusable => (
                "glyph_unusable",
                "嵌入字体中没有该字形，或字形过于复杂，未绘制",
                "the embedded font lacks the glyph, or it is too complicated; not drawn",
            ),
            What::TextUnpositioned => (
                "text_unpositioned",
                "文字没有给出全部位置，按字体宽度排列",
                "the text does not say all its positions; set by the font's widths",
            ),
            What::ResourceMissing => (
                "resource_missing",
                "引用的资源不存在，未绘制",
                "a resource that is referred to is not there; not drawn",
            ),
            What::PartMissing => (
                "part_missing",
                "文件包中缺少所引用的部分",
                "the package lacks a part it names",
            ),
            What::PartUnreadable => (
                "part_unreadable",
                "文件包中有部分内容无法读取",
                "a part of the package cannot be read",
            ),
            What::PictureFormat => (
                "picture_format",
                "图片格式不受支持，未绘制",
                "a picture's format is not supported; not drawn",
            ),
            What::PictureUnreadable => (
                "picture_unreadable",
                "图片损坏或过大，未绘制",
                "a picture is damaged or too large; not drawn",
            ),
            What::ColourApproximate => (
                "colour_approximate",
                "颜色未按其特性文件换算，显示为近似色",
                "a colour is shown without its profile, approximately",
            ),
            What::ColourUnreadable => (
                "colour_unreadable",
                "颜色无法解读，以黑色代替",
                "a colour cannot be understood; black stands in",
            ),
            What::MeshShading => (
                "mesh_shading",
                "网格渐变以平均颜色代替",
                "a mesh shading is shown in its mean colour",
            ),
            What::Pattern => ("pattern", "底纹无法绘制", "a pattern is not drawn"),
            What::PathUnreadable => (
                "path_unreadable",
                "图形数据有误，其余部分未绘制",
                "path data is wrong; the rest of the path is not drawn",
            ),
            What::ObjectUnknown => (
                "object_unknown",
                "未知类型的对象，未绘制",
                "an object of an unknown kind; not drawn",
            ),
            What::TooDeep => (
                "too_deep",
                "嵌套过深，内层未绘制",
                "nested too deep; the inner part is not drawn",
            ),
            What::TooMuch => (
                "too_much",
                "页面内容超过绘制上限，其余未绘制",
                "the page holds more than is drawn; the rest is left out",
            ),
            What::PageSize => (
                "page_size",
                "页面尺寸缺失或不合理，按 A4 显示",
                "the page's size is missing or senseless; shown as A4",
            ),
            What::Resolution => (
                "resolution",
                "要求的分辨率过高，已降低",
                "the resolution asked for is too fine; it was lowered",
            ),
            What::Versions => (
                "versions",
                "文件含多个版本，显示其主版本",
                "the file has several versions; the one its root names is shown",
            ),
            What::StampUnreadable => (
                "stamp_unreadable",
                "印章图像无法绘制",
                "a stamp's picture cannot be drawn",
            ),
        }
    }
}

/// One thing a drawing could not show as it was meant.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Finding {
    /// What it is.
    pub what: What,
    /// The page it is on, counted from 0; none where it is about the whole document.
    pub page: Option<usize>,
    /// The ID of the object, as written.
    pub object: Option<String>,
    /// The name, path or character it is about. Never a text of the page.
    pub detail: String,
}

/// Findings of one page, each told once a thing and so many at most.
#[derive(Default)]
pub(crate) struct Findings {
    told: HashSet<(What, String)>,
    pub list: Vec<Finding>,
}

impl Findings {
    /// One foreign file must not fill a page with complaints.
    const MOST: usize = 200;

    pub fn tell(&mut self, what: What, page: Option<usize>, object: Option<&str>, detail: &str) {
        let short = |text: &str| text.chars().take(120).collect::<String>();
        let detail = short(detail);
        if self.list.len() < Self::MOST && self.told.insert((what, detail.clone())) {
            self.list.push(Finding {
                what,
                page,
                object: object.map(short),
                detail,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thing_is_told_once_and_the_list_is_bounded() {
        let mut findings = Findings::default();
        for _ in 0..3 {
            findings.tell(What::FontSubstituted, Some(0), Some("7"), "宋体");
        }
        assert_eq!(findings.list.len(), 1);
        for n in 0..500 {
            findings.tell(What::NoGlyph, Some(0), None, &n.to_string());
        }
        assert_eq!(findings.list.len(), Findings::MOST);
        assert_eq!(What::NoGlyph.weight(), Weight::Missing);
        assert_eq!(What::FontSubstituted.code(), "font_substituted");
    }
}
