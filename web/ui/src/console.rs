//! What staff pages carry besides [`crate::Page`]: identity, window, clock and side menu.

use crate::L;

/// The staff member's desk. Templates that extend `base_console.html` have it as field `desk`.
#[derive(Clone, Debug)]
pub struct Desk {
    /// Name of the staff member, in full: colleagues know each other.
    pub name: String,
    /// Staff number.
    pub number: String,
    /// Agency.
    pub agency: String,
    /// Post or roles in words.
    pub post: String,
    /// Window, if signed in at one: `综合窗口 B03`.
    pub window: Option<String>,
    /// Beijing time when the page was made, `2026-11-20 09:05`.
    pub now: String,
    /// Where the header's search goes.
    pub search: String,
    /// What was searched.
    pub query: String,
    pub menu: Vec<MenuGroup>,
}

/// Menu entries under one heading.
#[derive(Clone, Debug)]
pub struct MenuGroup {
    pub label: String,
    pub entries: Vec<Menu>,
}

/// One entry of the side menu.
#[derive(Clone, Debug)]
pub struct Menu {
    pub label: String,
    pub href: String,
    /// Name of an icon.
    pub icon: &'static str,
    /// Things waiting; 0 shows nothing.
    pub count: u32,
    pub current: bool,
}

impl Desk {
    /// Marks the entry whose address is the longest start of `path`.
    pub fn at(mut self, path: &str) -> Self {
        let fits = |href: &str| {
            path == href || (path.starts_with(href) && path[href.len()..].starts_with('/'))
        };
        let best = self
            .menu
            .iter()
            .flat_map(|group| &group.entries)
            .filter(|entry| fits(&entry.href))
            .map(|entry| entry.href.len())
            .max();
        for entry in self.menu.iter_mut().flat_map(|group| &mut group.entries) {
            entry.current = Some(entry.href.len()) == best && fits(&entry.href);
        }
        self
    }

    /// A clerk at an integrated window.
    pub fn sample(l: &L) -> Self {
        let entry = |label: &str, href: &str, icon, count| Menu {
            label: label.into(),
            href: href.into(),
            icon,
            count,
            current: false,
        };
        Self {
            name: l.pick("周敏", "Zhou Min").into(),
            number: "Z0103".into(),
            agency: "云州市政务服务中心".into(),
            post: "窗口受理".into(),
            window: Some("综合窗口 B03".into()),
            now: "2026-11-20 09:05".into(),
            search: "/desk/search".into(),
            query: String::new(),
            menu: vec![
                MenuGroup {
                    label: "窗口".into(),
                    entries: vec![
                        entry("窗口工作台", "/desk", "desk", 0),
                        entry("一窗受理", "/desk/intake", "inbox", 0),
                        entry("综合出件", "/desk/handout", "outbox", 4),
                        entry("预约与帮办", "/desk/appoint", "calendar", 2),
                    ],
                },
                MenuGroup {
                    label: "审批".into(),
                    entries: vec![
                        entry("审批待办", "/approve", "check", 12),
                        entry("证照库", "/licences", "card", 0),
                    ],
                },
                MenuGroup {
                    label: "监督".into(),
                    entries: vec![entry("效能监督", "/watch", "eye", 1)],
                },
            ],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_menu_entry_with_the_longest_address_is_current() {
        let current = |path: &str| {
            Desk::sample(&L::sample(kernel::Locale::Zh))
                .at(path)
                .menu
                .into_iter()
                .flat_map(|group| group.entries)
                .filter(|entry| entry.current)
                .map(|entry| entry.href)
                .collect::<Vec<_>>()
        };
        assert_eq!(current("/desk/intake/person"), ["/desk/intake"]);
        assert_eq!(current("/desk"), ["/desk"]);
        assert_eq!(current("/desk/cases/1"), ["/desk"]);
        assert!(current("/deskless").is_empty());
    }
}
