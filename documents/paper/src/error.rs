//! How composing a page fails, in words a clerk understands.

/// Why a document could not be laid out or drawn.
#[derive(Debug, thiserror::Error, PartialEq)]
pub enum Error {
    /// No font has this character. The document is not made: a licence must not carry an empty
    /// box where a name has a character.
    #[error("no font has the character “{0}” (U+{code:04X})", code = *.0 as u32)]
    NoGlyph(char),
    /// A text is too long for its box even in the smallest allowed size. The text itself is not
    /// repeated here, because it may be personal data.
    #[error("“{name}” is too long: {characters} characters do not fit its box of {lines} line(s)")]
    DoesNotFit {
        /// The name of the box ([`crate::TextBox::name`]).
        name: String,
        /// How many characters the text has.
        characters: usize,
        /// How many lines the box holds at its normal size.
        lines: usize,
    },
    /// A size or position is not a usable number.
    #[error("impossible measure: {0}")]
    Measure(&'static str),
    /// A picture is not a readable PNG or JPEG.
    #[error("unreadable picture: {0}")]
    Picture(String),
    /// A base picture is not a readable SVG.
    #[error("unreadable base picture: {0}")]
    Svg(String),
    /// The text of a QR code is too long for one.
    #[error("QR code: {0}")]
    Qr(String),
    /// A font file cannot be used.
    #[error("font: {0}")]
    Font(String),
    /// Fonts can only be added before the first document is laid out.
    #[error("fonts must be installed before the first document is laid out")]
    FontsInUse,
    /// The document has no such page.
    #[error("the document has no page {0}")]
    NoPage(usize),
    /// PDF output refused the document.
    #[error("PDF: {0}")]
    Pdf(String),
}

impl Error {
    /// In Chinese, for whoever filled in what cannot be drawn.
    pub fn zh(&self) -> String {
        match self {
            Self::NoGlyph(c) => format!("没有字体能印出“{c}”（U+{:04X}）", u32::from(*c)),
            Self::DoesNotFit {
                name,
                characters,
                lines,
            } => format!("“{name}”太长：{characters}个字，{lines}行的位置放不下"),
            Self::Measure(_) => "尺寸不对".into(),
            Self::Picture(_) => "图片无法读取，须为PNG或JPEG".into(),
            Self::Svg(_) => "底图无法读取，须为SVG".into(),
            Self::Qr(_) => "二维码内容过长".into(),
            Self::Font(_) | Self::FontsInUse => "字体不可用".into(),
            Self::NoPage(page) => format!("没有第{}页", page + 1),
            Self::Pdf(_) => "无法生成PDF".into(),
        }
    }
}
