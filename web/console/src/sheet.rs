//! A page of the console as data: a heading over blocks of parts, in one column or two.

use askama::Template;
use axum::http::StatusCode;
use ui::view::{
    Bars, Clock, ConfirmDialog, Empty, FilterBar, Form, KeyValues, Material, Notice, Pager,
    Progress, Table, Timeline, Verdict,
};
use ui::{Chip, Shell};

use crate::frame;
use crate::reply::Answer;
use crate::session::Acting;

/// One thing in a block.
pub(crate) enum Part {
    Text(String),
    Heading(String),
    Note(Notice),
    Table(Table),
    Pager(Pager),
    Filter(FilterBar),
    Facts(KeyValues),
    Timeline(Timeline),
    Verdict(Verdict),
    Empty(Empty),
    /// Where a case stands: clock and state.
    Standing(Clock, Chip),
    Counts(Vec<Count>),
    Bars(Bars),
    Progress(Progress),
    /// Address and label.
    Links(Vec<(String, String)>),
    Confirm(ConfirmDialog),
    Material(Box<Material>),
    Form(Act),
    /// A form with a file.
    Files(Act),
    Pictures(Vec<Picture>),
    /// A file that browsers show themselves, with its title.
    Viewer(String, String),
    /// Pages at the size they were drawn, or as wide as there is room.
    Pages(Vec<Picture>, bool),
}

/// A picture with what it shows, for those who do not see it, and the words below it.
pub(crate) struct Picture {
    pub src: String,
    pub alt: String,
    pub caption: String,
}

/// A figure that leads to its list.
pub(crate) struct Count {
    pub href: String,
    pub label: String,
    pub number: u64,
    pub current: bool,
}

/// A form with its button.
pub(crate) struct Act {
    pub action: String,
    pub form: Form,
    pub hidden: Vec<(String, String)>,
    pub button: String,
    pub kind: &'static str,
}

/// A titled part of a page. The id is unique on its page.
pub(crate) struct Block {
    pub id: String,
    pub title: String,
    pub parts: Vec<Part>,
}

/// A page on its way.
pub(crate) struct Sheet {
    title: String,
    sub: String,
    notices: Vec<Notice>,
    /// Where the page lies: label and address.
    crumbs: Vec<(String, String)>,
    blocks: Vec<Block>,
    side: Vec<Block>,
}

#[derive(Template)]
#[template(path = "console/sheet.html")]
struct SheetPage {
    page: ui::Page,
    desk: ui::Desk,
    title: String,
    sub: String,
    blocks: Vec<Block>,
    side: Vec<Block>,
}

impl Sheet {
    pub fn new(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            sub: String::new(),
            notices: Vec::new(),
            crumbs: Vec::new(),
            blocks: Vec::new(),
            side: Vec::new(),
        }
    }

    /// The line under the heading.
    pub fn sub(mut self, words: impl Into<String>) -> Self {
        self.sub = words.into();
        self
    }

    /// A page above this one.
    pub fn crumb(mut self, label: impl Into<String>, href: impl Into<String>) -> Self {
        self.crumbs.push((label.into(), href.into()));
        self
    }

    pub fn notice(mut self, notice: Notice) -> Self {
        self.notices.push(notice);
        self
    }

    /// A block of the main column; one without parts is left out.
    pub fn block(mut self, id: &str, title: impl Into<String>, parts: Vec<Part>) -> Self {
        if !parts.is_empty() {
            self.blocks.push(Block {
                id: id.into(),
                title: title.into(),
                parts,
            });
        }
        self
    }

    /// A block of the second column, which is there when it has any.
    pub fn side(mut self, id: &str, title: impl Into<String>, parts: Vec<Part>) -> Self {
        if !parts.is_empty() {
            self.side.push(Block {
                id: id.into(),
                title: title.into(),
                parts,
            });
        }
        self
    }

    pub async fn show(self, acting: &Acting, shell: &Shell) -> Answer {
        self.show_as(StatusCode::OK, acting, shell).await
    }

    pub async fn show_as(self, status: StatusCode, acting: &Acting, shell: &Shell) -> Answer {
        let parts = self
            .blocks
            .iter()
            .chain(&self.side)
            .flat_map(|block| &block.parts);
        let errors = parts
            .map(|part| {
                if let Part::Form(act) | Part::Files(act) = part {
                    act.form.errors()
                } else {
                    0
                }
            })
            .sum();
        let mut page = shell.page(self.title.clone()).private().errors(errors);
        page.notices.extend(self.notices);
        if !self.crumbs.is_empty() {
            for (label, href) in self.crumbs {
                page = page.crumb(label, href);
            }
            page = page.crumb_here(self.title.clone());
        }
        let desk = frame::desk(acting, shell).await;
        let sheet = SheetPage {
            page,
            desk,
            title: self.title,
            sub: self.sub,
            blocks: self.blocks,
            side: self.side,
        };
        Ok(ui::html_status(status, &sheet))
    }
}
