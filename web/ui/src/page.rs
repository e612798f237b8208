//! What every page carries besides its own content.

use std::sync::Arc;

use kernel::{Locale, TraceId};

use crate::site::Site;
use crate::view::Notice;
use crate::{L, assets};

/// How large and how plain the page is: 标准模式 or 长者模式.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    #[default]
    Standard,
    Elder,
}

impl Mode {
    /// Value of the cookie `ui_mode` and of `?mode=`.
    pub fn as_str(self) -> &'static str {
        match self {
            Mode::Standard => "standard",
            Mode::Elder => "elder",
        }
    }

    /// Reads a cookie or query value.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "elder" => Some(Mode::Elder),
            "standard" => Some(Mode::Standard),
            _ => None,
        }
    }
}

/// The entry of the main navigation a page belongs to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Nav {
    #[default]
    None,
    Home,
    /// 个人办事
    Person,
    /// 法人办事
    Org,
    /// 事项清单 without a side: the bottom tab 办事 only.
    Services,
    /// 高效办成一件事
    Together,
    /// 部门窗口
    Depts,
    /// 电子证照
    Wallet,
    /// 好差评
    Ratings,
    /// 消息
    Messages,
    /// 我的
    My,
}

/// A step of the breadcrumb; the last has no address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crumb {
    pub label: String,
    pub href: Option<String>,
}

/// A role the signed-in person can act in: 个人 or one of the enterprises.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Posted as `to` to `/identity`.
    pub id: String,
    /// `个人 林*华`, `企业 云州味道餐饮有限公司`.
    pub label: String,
    pub current: bool,
}

/// The signed-in person as the top bar shows them. Insert it into the request's extensions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserView {
    /// Masked name, `林*华`, or the enterprise acted for.
    pub name: String,
    /// All roles, the current one marked; one entry hides the switch.
    pub identities: Vec<Identity>,
    /// Unread messages.
    pub unread: u32,
    /// Whether the space is that of an enterprise.
    pub is_org: bool,
}

impl UserView {
    /// A citizen who also acts for a company.
    pub fn sample() -> Self {
        Self {
            name: "林*华".into(),
            identities: vec![
                Identity {
                    id: "person".into(),
                    label: "个人 林*华".into(),
                    current: true,
                },
                Identity {
                    id: "org-1".into(),
                    label: "企业 云州味道餐饮有限公司".into(),
                    current: false,
                },
            ],
            unread: 2,
            is_org: false,
        }
    }
}

/// Meta tags of lists and articles.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Meta {
    #[default]
    Plain,
    /// A list: `ColumnName`, `ColumnType`.
    Column { name: String, kind: String },
    /// An article: `ArticleTitle`, `PubDate` (`2026-11-16 09:05`), `ContentSource`.
    Article {
        title: String,
        published: String,
        source: String,
    },
}

/// The context of a page. Templates that extend a base have it as field `page`.
#[derive(Clone, Debug)]
pub struct Page {
    /// 页名; empty on the home page, whose title is the site's name.
    pub title: String,
    pub description: Option<String>,
    pub site: Arc<Site>,
    pub l: L,
    pub mode: Mode,
    pub user: Option<UserView>,
    pub nav: Nav,
    /// Steps after 首页.
    pub crumbs: Vec<Crumb>,
    pub csrf: String,
    pub trace: TraceId,
    /// Path and query of this page, where mode and language switch come back to.
    pub here: String,
    pub notices: Vec<Notice>,
    pub meta: Meta,
    /// The template lays out the full width itself.
    pub wide: bool,
    /// Problems of the form on this page; named in the title for those who listen.
    pub errors: usize,
    /// Unlisted pages: search engines stay away.
    pub private: bool,
}

impl Page {
    /// Marks the entry of the main navigation.
    pub fn nav(mut self, nav: Nav) -> Self {
        self.nav = nav;
        self
    }

    /// Adds a breadcrumb step with an address.
    pub fn crumb(mut self, label: impl Into<String>, href: impl Into<String>) -> Self {
        self.crumbs.push(Crumb {
            label: label.into(),
            href: Some(href.into()),
        });
        self
    }

    /// Adds the last breadcrumb step: this page.
    pub fn crumb_here(mut self, label: impl Into<String>) -> Self {
        self.crumbs.push(Crumb {
            label: label.into(),
            href: None,
        });
        self
    }

    /// Lets the template fill the whole width.
    pub fn wide(mut self) -> Self {
        self.wide = true;
        self
    }

    /// Sets the description for search engines.
    pub fn describe(mut self, text: impl Into<String>) -> Self {
        self.description = Some(text.into());
        self
    }

    /// Sets the meta tags of a list or an article.
    pub fn meta(mut self, meta: Meta) -> Self {
        self.meta = meta;
        self
    }

    /// Adds a notice above the content.
    pub fn notice(mut self, notice: Notice) -> Self {
        self.notices.push(notice);
        self
    }

    /// Says how many places of the form need a change.
    pub fn errors(mut self, count: usize) -> Self {
        self.errors = count;
        self
    }

    /// Keeps search engines away.
    pub fn private(mut self) -> Self {
        self.private = true;
        self
    }

    /// 「页名 - 站名」
    pub fn full_title(&self) -> String {
        let site = self.site_name();
        let name = match (self.title.is_empty(), self.errors) {
            (true, _) => return site.to_owned(),
            (false, 0) => self.title.clone(),
            (false, n) => self.l.t2("title-errors", "n", n, "title", &self.title),
        };
        format!("{name} - {site}")
    }

    /// The site's name in the reader's language.
    pub fn site_name(&self) -> &str {
        self.site.title(self.l.locale())
    }

    /// The line under the name.
    pub fn slogan(&self) -> &str {
        self.site.line(self.l.locale())
    }

    pub fn is_elder(&self) -> bool {
        self.mode == Mode::Elder
    }

    /// The mode the switch leads to.
    pub fn other_mode(&self) -> &'static str {
        match self.mode {
            Mode::Standard => Mode::Elder.as_str(),
            Mode::Elder => Mode::Standard.as_str(),
        }
    }

    /// The language the switch leads to.
    pub fn other_lang(&self) -> &'static str {
        match self.l.locale() {
            Locale::Zh => Locale::En.tag(),
            Locale::En => Locale::Zh.tag(),
        }
    }

    /// Main navigation: text key, address, whether current.
    pub fn main_nav(&self) -> [(&'static str, &'static str, bool); 6] {
        [
            ("nav-home", "/", self.nav == Nav::Home),
            (
                "nav-person",
                "/services?for=person",
                self.nav == Nav::Person,
            ),
            ("nav-org", "/services?for=org", self.nav == Nav::Org),
            ("nav-together", "/together", self.nav == Nav::Together),
            ("nav-depts", "/depts", self.nav == Nav::Depts),
            ("nav-wallet", "/wallet", self.nav == Nav::Wallet),
        ]
    }

    /// Bottom tabs: icon, text key, address, whether current.
    pub fn tabs(&self) -> [(&'static str, &'static str, &'static str, bool); 5] {
        let services = matches!(
            self.nav,
            Nav::Services | Nav::Person | Nav::Org | Nav::Together | Nav::Depts
        );
        [
            ("home", "nav-home", "/", self.nav == Nav::Home),
            ("list", "tab-services", "/services", services),
            ("card", "tab-wallet", "/wallet", self.nav == Nav::Wallet),
            (
                "chat",
                "tab-messages",
                "/messages",
                self.nav == Nav::Messages,
            ),
            ("person", "tab-my", "/my", self.nav == Nav::My),
        ]
    }

    /// Unread messages for the bottom tab.
    pub fn unread(&self) -> u32 {
        self.user.as_ref().map_or(0, |user| user.unread)
    }

    /// Index of the breadcrumb step phones show as the way back.
    pub fn crumb_up(&self) -> usize {
        self.crumbs
            .iter()
            .rposition(|crumb| crumb.href.is_some())
            .map_or(0, |at| at + 1)
    }

    /// Address of the style sheet.
    pub fn css(&self) -> &'static str {
        assets::css_href()
    }

    /// Address of the script.
    pub fn js(&self) -> &'static str {
        assets::js_href()
    }

    /// A page for tests and the gallery.
    pub fn sample(title: &str, locale: Locale, mode: Mode) -> Self {
        Self {
            title: title.to_owned(),
            description: None,
            site: Arc::new(Site::sample()),
            l: L::sample(locale),
            mode,
            user: Some(UserView::sample()),
            nav: Nav::None,
            crumbs: Vec::new(),
            csrf: "sample".into(),
            trace: TraceId::new(&kernel::SeededRandom::new(1)),
            here: "/".into(),
            notices: Vec::new(),
            meta: Meta::Plain,
            wide: false,
            errors: 0,
            private: false,
        }
    }
}
