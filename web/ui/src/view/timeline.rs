//! What happened, newest first; planned steps in outline.

use super::component;

/// How far an entry is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EntryState {
    #[default]
    Done,
    /// The step now.
    Now,
    /// Not yet.
    Planned,
    /// Returned, refused, broken off.
    Bad,
}

/// A document to read or download.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DocumentLink {
    pub label: String,
    pub href: String,
    /// 「PDF，120 KB」
    pub detail: String,
}

/// One thing that happened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    pub what: String,
    /// In words: 「11 月 20 日 09:12」.
    pub when: String,
    /// Machine-readable, for `datetime`.
    pub at: String,
    pub who: String,
    pub note: Option<String>,
    pub documents: Vec<DocumentLink>,
    pub state: EntryState,
}

impl Entry {
    fn class(&self) -> &'static str {
        match self.state {
            EntryState::Done => "done",
            EntryState::Now => "now",
            EntryState::Planned => "plan",
            EntryState::Bad => "bad",
        }
    }
}

/// Entries in the order shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Timeline(pub Vec<Entry>);

component!(Timeline, TimelineHtml, "components/timeline.html");

impl Timeline {
    pub fn sample() -> Self {
        let entry = |what: &str, when: &str, at: &str, who: &str, state| Entry {
            what: what.into(),
            when: when.into(),
            at: at.into(),
            who: who.into(),
            state,
            ..Entry::default()
        };
        let mut corrected = entry(
            "要求补正",
            "11 月 19 日 15:40",
            "2026-11-19T15:40+08:00",
            "云州市市场监督管理局",
            EntryState::Bad,
        );
        corrected.note = Some("请补正“经营场所平面图”：缺少操作间尺寸标注。".into());
        corrected.documents = vec![DocumentLink {
            label: "补齐补正通知书".into(),
            href: "/documents/1".into(),
            detail: "PDF，118 KB".into(),
        }];
        Self(vec![
            entry(
                "送达",
                "预计 11 月 27 日",
                "2026-11-27",
                "",
                EntryState::Planned,
            ),
            entry(
                "决定",
                "预计 11 月 26 日",
                "2026-11-26",
                "",
                EntryState::Planned,
            ),
            entry(
                "审查中",
                "11 月 20 日 09:12",
                "2026-11-20T09:12+08:00",
                "云州市市场监督管理局 许可科",
                EntryState::Now,
            ),
            corrected,
            entry(
                "提交申请",
                "11 月 18 日 20:03",
                "2026-11-18T20:03+08:00",
                "林*华",
                EntryState::Done,
            ),
        ])
    }
}
