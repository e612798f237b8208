//! Pager and filter bar; both live in the address.

use std::borrow::Borrow;

use super::{Choice, Field, component, with_query};
use crate::FormData;

/// 上一页, page numbers, 下一页.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pager {
    /// Counts from 1.
    pub page: u32,
    pub pages: u32,
    /// Entries in the whole list.
    pub total: u64,
    base: String,
    query: Vec<(String, String)>,
}

component!(Pager, PagerHtml, "components/pager.html");

impl Pager {
    /// A pager for the list at `base`; all of `query` but `page` is kept.
    pub fn new(
        page: u32,
        pages: u32,
        total: u64,
        base: impl Into<String>,
        query: &FormData,
    ) -> Self {
        let query = query
            .pairs()
            .iter()
            .filter(|(key, value)| key != "page" && !value.is_empty())
            .cloned()
            .collect();
        Self {
            page,
            pages: pages.max(1),
            total,
            base: base.into(),
            query,
        }
    }

    /// A pager for a page of a list.
    pub fn of<T>(list: &kernel::Page<T>, base: impl Into<String>, query: &FormData) -> Self {
        Self::new(list.page, list.pages(), list.total, base, query)
    }

    /// Whether there are more entries than are counted.
    fn more(&self) -> bool {
        self.total > kernel::COUNTED
    }

    fn counted(&self) -> u64 {
        kernel::COUNTED
    }

    // Templates pass variables by reference and sums by value.
    fn href(&self, page: impl Borrow<u32>) -> String {
        let page = *page.borrow();
        let number = page.to_string();
        let kept = self.query.iter().map(|(k, v)| (k.as_str(), v.as_str()));
        // The first page is the plain address, so that there is one address for it.
        let at = (page > 1).then_some(("page", number.as_str()));
        with_query(&self.base, kept.chain(at))
    }

    /// Numbers to show; 0 is a gap.
    fn numbers(&self) -> Vec<u32> {
        let mut out: Vec<u32> = Vec::new();
        for number in 1..=self.pages {
            let near = number.abs_diff(self.page) <= 1;
            if number == 1 || number == self.pages || near {
                if let Some(last) = out.last().copied()
                    && number - last > 1
                {
                    out.push(if number - last == 2 { number - 1 } else { 0 });
                }
                out.push(number);
            }
        }
        out
    }

    pub fn sample() -> Self {
        Self::new(5, 12, 238, "/approve", &FormData::parse(b"tab=todo&page=5"))
    }
}

/// A filter in force, and the address without it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActiveFilter {
    pub label: String,
    pub without: String,
}

/// Filters of a list: a GET form, the filters in force as chips, and the count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FilterBar {
    /// Address of the list.
    pub action: String,
    pub fields: Vec<Field>,
    /// Kept when filtering: order, tab.
    pub hidden: Vec<(String, String)>,
    pub active: Vec<ActiveFilter>,
    /// Entries found; announced.
    pub found: u64,
}

component!(FilterBar, FilterBarHtml, "components/filter.html");

impl FilterBar {
    /// A bar over `fields`, filled from the query; the filters in force are read off the fields.
    pub fn new(
        action: impl Into<String>,
        mut fields: Vec<Field>,
        query: &FormData,
        found: u64,
    ) -> Self {
        let action = action.into();
        let mut active = Vec::new();
        for field in &mut fields {
            field.unmarked = true;
            field.optional = true;
            field.values = query
                .all(&field.name)
                .filter(|v| !v.is_empty())
                .map(str::to_owned)
                .collect();
            let shown = field.shown();
            if !shown.is_empty() {
                let rest: Vec<(&str, &str)> = query
                    .pairs()
                    .iter()
                    .filter(|(key, value)| *key != field.name && key != "page" && !value.is_empty())
                    .map(|(key, value)| (key.as_str(), value.as_str()))
                    .collect();
                active.push(ActiveFilter {
                    label: format!("{} {shown}", field.label),
                    without: with_query(&action, rest),
                });
            }
        }
        Self {
            action,
            fields,
            hidden: Vec::new(),
            active,
            found,
        }
    }

    /// Keeps a value of the query that is not a filter.
    pub fn keep(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.hidden.push((name.into(), value.into()));
        self
    }

    /// Whether there are more entries than are counted.
    fn more(&self) -> bool {
        self.found > kernel::COUNTED
    }

    fn counted(&self) -> u64 {
        kernel::COUNTED
    }

    fn clear(&self) -> String {
        with_query(
            &self.action,
            self.hidden.iter().map(|(k, v)| (k.as_str(), v.as_str())),
        )
    }

    pub fn sample() -> Self {
        let fields = vec![
            Field::input("q", "编号或申请人", "search"),
            Field::select(
                "lamp",
                "时限",
                vec![Choice::new("red", "超期"), Choice::new("amber", "临期")],
            ),
            Field::date("from", "受理日期起"),
        ];
        Self::new(
            "/approve",
            fields,
            &FormData::parse(b"lamp=red&q=&tab=todo"),
            3,
        )
        .keep("tab", "todo")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_addresses_that_keep_the_filters() {
        let query = FormData::parse("q=饭店&page=2&empty=".as_bytes());
        let pager = Pager::new(2, 9, 180, "/search", &query);
        assert_eq!(pager.href(1), "/search?q=%E9%A5%AD%E5%BA%97");
        assert_eq!(pager.href(3), "/search?q=%E9%A5%AD%E5%BA%97&page=3");
        assert_eq!(pager.numbers(), [1, 2, 3, 0, 9]);
        assert_eq!(Pager::sample().numbers(), [1, 0, 4, 5, 6, 0, 12]);
        assert_eq!(Pager::new(1, 4, 70, "/x", &query).numbers(), [1, 2, 3, 4]);
        assert_eq!(Pager::new(1, 1, 3, "/x", &query).numbers(), [1]);
    }

    #[test]
    fn an_active_filter_is_taken_off_by_its_address() {
        let bar = FilterBar::sample();
        assert_eq!(bar.active.len(), 1);
        assert_eq!(bar.active[0].label, "时限 超期");
        assert_eq!(bar.active[0].without, "/approve?tab=todo");
        assert_eq!(bar.clear(), "/approve?tab=todo");
    }
}
