//! Random pages: nothing panics, what is read has the field's type, and what is shown and posted
//! back stays the same.

use std::collections::HashMap;

use forms::Rule;
use proptest::prelude::*;

use crate::sheet::form;
use crate::{Sheet, TODAY};

fn config() -> ProptestConfig {
    ProptestConfig {
        cases: 400,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

fn typed() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[0-9０-９,.\\-+ ]{0,12}",
        "[12][0-9]{3}[-/.年][0-9]{1,2}[-/.月][0-9]{1,2}日?",
        "20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]",
        "[0-9]{17}[0-9Xx]",
        "[xyzab]",
        "on|true|false|是|否",
    ]
}

fn page() -> impl Strategy<Value = HashMap<String, Vec<String>>> {
    let names: Vec<_> = form().fields().map(|field| field.name.clone()).collect();
    let name = prop_oneof![9 => prop::sample::select(names), 1 => any::<String>()];
    prop::collection::hash_map(name, prop::collection::vec(typed(), 0..4), 0..16)
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn pages_are_read_into_values_of_the_right_type(page in page(), agent: bool) {
        let form = form();
        let all: Vec<_> = form.fields().map(|field| field.name.clone()).collect();
        let all: Vec<_> = all.iter().map(String::as_str).collect();
        let mut sheet = Sheet::default();
        sheet.answers.set("agent", if agent { "yes" } else { "no" });
        let reading = form.read(sheet.filling(), &page, &all);
        for error in &reading.errors {
            prop_assert!(!reading.values.contains_key(&error.field));
            prop_assert_eq!(&reading.typed[&error.field], &page[&error.field]);
        }
        sheet.values = reading.values;
        prop_assert!(sheet.values.keys().all(|name| form.field(name).is_some()));
        for error in form.check(sheet.filling(), TODAY) {
            prop_assert!(!matches!(error.rule, Rule::Type | Rule::Unknown | Rule::Locked), "{:?}", error);
            prop_assert!(error.rule != Rule::Date && error.rule != Rule::Other, "{:?}", error);
            prop_assert!(!error.words.zh.is_empty() && !error.words.en.is_empty());
        }
        // Once more through the page.
        let shown = form.sections(sheet.filling());
        let again = shown.iter().flat_map(|section| &section.fields);
        let again = again.map(|view| (view.field.name.clone(), view.value.clone())).collect();
        let second = form.read(sheet.filling(), &again, &all);
        prop_assert_eq!(second.errors, []);
        // Seconds are not on the page.
        let mut values = sheet.values.clone();
        if let Some(time) = second.values.get("time") {
            values.insert("time".into(), time.clone());
        }
        prop_assert_eq!(second.values, values);
        form.summary(sheet.filling());
        form.unverified(sheet.filling());
    }

    /// Exactly one check character makes seventeen digits an identity number.
    #[test]
    fn check_digits_are_real(year in 1900i32..2026, rest in "[0-9]{3}") {
        let form = form();
        let accepted = "0123456789X".chars().filter(|last| {
            let mut sheet = Sheet::default();
            let id = format!("990102{year}0312{rest}{last}");
            sheet.values.insert("id".into(), id.into());
            !form.check(sheet.filling(), TODAY).iter().any(|error| error.field == "id")
        });
        prop_assert_eq!(accepted.count(), 1);
    }
}
