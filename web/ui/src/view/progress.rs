//! How far something long is: a bar with its words, exchanged while the page is looked at.

use super::component;

/// Work on its way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// What is done: 「入库」.
    pub label: String,
    pub done: u64,
    pub total: u64,
    /// How far it is, in words: 「已处理 1200 行，共 2000 行」.
    pub words: String,
    /// Address that gives this part anew while it runs; empty when it stands still.
    pub exchange: String,
}

component!(Progress, ProgressHtml, "components/progress.html");

/// What is exchanged: the bar with its words.
#[derive(askama::Template)]
#[template(path = "components/progress_inner.html")]
pub struct ProgressInner<'a> {
    v: &'a Progress,
}

impl Progress {
    pub fn inner(&self) -> ProgressInner<'_> {
        ProgressInner { v: self }
    }

    pub fn sample() -> Self {
        Self {
            label: "入库".into(),
            done: 1200,
            total: 2000,
            words: "已处理 1200 行，共 2000 行".into(),
            exchange: String::new(),
        }
    }
}
