//! Notices and empty states.

use super::component;

/// Colour and icon of a notice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NoticeTone {
    #[default]
    Info,
    Ok,
    Warn,
    Bad,
}

impl NoticeTone {
    /// The class in the style sheet.
    pub fn class(self) -> &'static str {
        match self {
            NoticeTone::Info => "info",
            NoticeTone::Ok => "ok",
            NoticeTone::Warn => "warn",
            NoticeTone::Bad => "bad",
        }
    }

    /// Reads what [`NoticeTone::class`] wrote; anything else is info.
    pub fn parse(text: &str) -> Self {
        match text {
            "ok" => NoticeTone::Ok,
            "warn" => NoticeTone::Warn,
            "bad" => NoticeTone::Bad,
            _ => NoticeTone::Info,
        }
    }

    fn icon(self) -> &'static str {
        match self {
            NoticeTone::Info => "info",
            NoticeTone::Ok => "ok",
            NoticeTone::Warn => "warn",
            NoticeTone::Bad => "bad",
        }
    }
}

/// A message in the flow of the page; it stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notice {
    pub tone: NoticeTone,
    /// In bold above the text.
    pub title: Option<String>,
    pub text: String,
    /// Label and address of the one thing to do.
    pub link: Option<(String, String)>,
}

component!(Notice, NoticeHtml, "components/notice.html");

impl Notice {
    pub fn new(tone: NoticeTone, text: impl Into<String>) -> Self {
        Self {
            tone,
            text: text.into(),
            ..Self::default()
        }
    }

    pub fn info(text: impl Into<String>) -> Self {
        Self::new(NoticeTone::Info, text)
    }

    pub fn ok(text: impl Into<String>) -> Self {
        Self::new(NoticeTone::Ok, text)
    }

    pub fn warn(text: impl Into<String>) -> Self {
        Self::new(NoticeTone::Warn, text)
    }

    pub fn bad(text: impl Into<String>) -> Self {
        Self::new(NoticeTone::Bad, text)
    }

    /// Adds a heading.
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = Some(title.into());
        self
    }

    /// Adds a link.
    pub fn link(mut self, label: impl Into<String>, href: impl Into<String>) -> Self {
        self.link = Some((label.into(), href.into()));
        self
    }

    /// One of each tone.
    pub fn sample() -> Vec<Self> {
        vec![
            Self::info("11 月 24 日 22:00 至 24:00 系统维护，期间不能在线缴费。"),
            Self::ok("已保存 14:03"),
            Self::warn("请补正“经营场所平面图”，11 月 26 日 17:00 前提交。")
                .title("有 1 件事待处理")
                .link("去补正", "/my"),
            Self::bad("内容还在，尚未保存。请检查网络后重试。").title("保存没有成功"),
        ]
    }
}

/// Nothing there: one sentence why and one action.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Empty {
    /// Name of an icon.
    pub icon: &'static str,
    pub why: String,
    /// Label and address.
    pub action: Option<(String, String)>,
}

component!(Empty, EmptyHtml, "components/empty.html");

impl Empty {
    pub fn new(icon: &'static str, why: impl Into<String>) -> Self {
        Self {
            icon,
            why: why.into(),
            action: None,
        }
    }

    /// Adds the one action.
    pub fn action(mut self, label: impl Into<String>, href: impl Into<String>) -> Self {
        self.action = Some((label.into(), href.into()));
        self
    }

    pub fn sample() -> Self {
        Self::new("card", "还没有证照。办成事项后，电子证照会自动放到这里。")
            .action("看看怎样取得", "/help")
    }
}
