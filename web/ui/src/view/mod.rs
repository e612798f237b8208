//! View structs of the components. Each has `html(&l)`, which a template prints as it is:
//! `{{ field.html(l) }}`, and `sample()`, by which the gallery and the tests know it.

mod bars;
mod card;
mod clock;
mod confirm;
mod facts;
mod field;
mod form;
mod lamp;
mod material;
mod notice;
mod pager;
mod progress;
mod qr;
mod rating;
mod steps;
mod table;
mod timeline;
mod verdict;

pub use bars::{Bar, Bars};
pub use card::LicenceCard;
pub use clock::Clock;
pub use confirm::ConfirmDialog;
pub use facts::{Fact, KeyFacts, KeyValue, KeyValues};
pub use field::{Choice, Control, Fetched, Field, Photo, Width};
pub use form::{ErrorSummary, Form};
pub use lamp::{Lamp, LampTone};
pub use material::{FileView, Material, MaterialNeed, MaterialState, Upload};
pub use notice::{Empty, Notice, NoticeTone};
pub use pager::{ActiveFilter, FilterBar, Pager};
pub use progress::{Progress, ProgressInner};
pub use qr::{Qr, QrError};
pub use rating::Rating;
pub use steps::{Step, Steps, Task, TaskList, TaskState};
pub use table::{Action, Button, Cell, Column, Row, Sort, Table};
pub use timeline::{DocumentLink, Entry, EntryState, Timeline};
pub use verdict::{Check, CheckOutcome, Verdict};

/// Gives a view struct its `html`: a template with the view as `v` and the texts as `l`.
macro_rules! component {
    ($view:ident, $html:ident, $path:literal) => {
        #[doc = concat!("[`", stringify!($view), "`] as HTML.")]
        #[derive(askama::Template)]
        #[template(path = $path)]
        pub struct $html<'a> {
            v: &'a $view,
            #[allow(dead_code, reason = "a component without words of its own needs none")]
            l: &'a crate::L,
        }

        impl askama::filters::HtmlSafe for $html<'_> {}

        impl $view {
            /// The component in the reader's language, safe to print.
            pub fn html<'a>(&'a self, l: &'a crate::L) -> $html<'a> {
                $html { v: self, l }
            }
        }
    };
}
use component;

use crate::Chip;

component!(Chip, ChipHtml, "components/chip.html");

/// An address with a query, escaped.
fn with_query<'a>(base: &str, pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish();
    if query.is_empty() {
        base.to_owned()
    } else {
        format!("{base}?{query}")
    }
}

#[cfg(test)]
mod tests {
    use kernel::Locale;

    use super::*;
    use crate::L;

    fn all(l: &L) -> Vec<String> {
        macro_rules! each {
            ($list:expr) => {
                $list
                    .iter()
                    .map(|v| v.html(l).to_string())
                    .collect::<Vec<_>>()
            };
        }
        let mut out = each!(Field::sample(l));
        out.extend(each!(Lamp::sample(l)));
        out.extend(each!(Clock::sample(l)));
        out.extend(each!(Notice::sample()));
        out.extend(each!(Material::sample()));
        out.extend(each!(LicenceCard::sample()));
        out.extend(each!([
            ConfirmDialog::sample(),
            ConfirmDialog::sample_typed()
        ]));
        out.extend(each!([Verdict::sample(), Verdict::sample_bad()]));
        out.extend(each!([Table::sample(l), Table::sample_totals()]));
        out.extend([
            Empty::sample().html(l).to_string(),
            KeyFacts::sample().html(l).to_string(),
            KeyValues::sample().html(l).to_string(),
            ErrorSummary::sample().html(l).to_string(),
            Upload::sample().html(l).to_string(),
            Timeline::sample().html(l).to_string(),
            Pager::sample().html(l).to_string(),
            FilterBar::sample().html(l).to_string(),
            Qr::sample().html(l).to_string(),
            Rating::sample().html(l).to_string(),
            TaskList::sample().html(l).to_string(),
            Steps::sample().html(l).to_string(),
        ]);
        out
    }

    /// Missing texts would show their key in brackets; every element opened is closed.
    #[test]
    fn every_component_renders_whole_in_both_languages() {
        const VOID: [&str; 5] = ["input", "img", "br", "hr", "path"];
        for locale in [Locale::Zh, Locale::En] {
            for html in all(&L::sample(locale)) {
                assert!(!html.contains('['), "{html}");
                let mut open = Vec::new();
                for part in html.split('<').skip(1) {
                    let name: String = part
                        .chars()
                        .take_while(|c| c.is_alphanumeric() || *c == '/')
                        .collect();
                    match name.strip_prefix('/') {
                        Some(name) => assert_eq!(open.pop().as_deref(), Some(name), "{html}"),
                        None if VOID.contains(&name.as_str()) => {}
                        None => open.push(name),
                    }
                }
                assert!(open.is_empty(), "{open:?} left open in {html}");
            }
        }
    }
}
