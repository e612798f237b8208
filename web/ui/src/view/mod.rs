//! View structs of the components. Each has `html(&l)`, which a template prints as it is:
//! `{{ field.html(l) }}`, and `sample()`, by which the gallery and the tests know it.

mod card;
mod confirm;
mod facts;
mod field;
mod form;
mod lamp;
mod material;
mod notice;
mod pager;
mod qr;
mod rating;
mod steps;
mod table;
mod timeline;
mod verdict;

pub use card::LicenceCard;
pub use confirm::ConfirmDialog;
pub use facts::{Fact, KeyFacts, KeyValue, KeyValues};
pub use field::{Choice, Control, Fetched, Field, Photo, Width};
pub use form::{ErrorSummary, Form};
pub use lamp::{Lamp, LampTone};
pub use material::{FileView, Material, MaterialNeed, MaterialState, Upload};
pub use notice::{Empty, Notice, NoticeTone};
pub use pager::{ActiveFilter, FilterBar, Pager};
pub use qr::{Qr, QrError};
pub use rating::Rating;
pub use steps::{Step, Steps, Task, TaskList, TaskState};
pub use table::{Action, Cell, Column, Row, Sort, Table};
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
