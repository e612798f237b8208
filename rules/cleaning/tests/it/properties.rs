//! What holds for any row.

use crate::common::{clean, demo_stock, facts, library};
use cleaning::{Action, Facts, Field, RuleSet, StockRow};
use proptest::prelude::*;
use std::sync::LazyLock;

static FACTS: LazyLock<Facts> = LazyLock::new(facts);
static LIBRARY: LazyLock<cleaning::BaseLibrary> = LazyLock::new(library);
static STOCK: LazyLock<Vec<StockRow>> = LazyLock::new(demo_stock);

/// A text as people and machines spoil it.
fn spoilt() -> impl Strategy<Value = String> {
    prop_oneof![
        "\\PC{0,12}",
        "[ 　\u{200b}'＇\t]{0,3}[0-9０-９XxＸ./年月日-]{0,18}[ 　\n]{0,2}",
        "[一-龥Ａ-Ｚａ-ｚ0-9 　()（）·•]{0,10}",
        Just("二〇二二年九月五日".to_owned()),
        Just("长期有效".to_owned()),
        Just("44809".to_owned()),
        any::<String>(),
    ]
}

/// A row of the city with some cells spoilt or exchanged.
fn row() -> impl Strategy<Value = StockRow> {
    let change = (
        0..Field::ALL.len(),
        prop::option::of(spoilt()),
        0..Field::ALL.len(),
    );
    (0..2000usize, prop::collection::vec(change, 0..6)).prop_map(|(base, changes)| {
        let mut row = STOCK[base].clone();
        for (at, text, other) in changes {
            match text {
                Some(text) => row.set(Field::ALL[at], text),
                None => row.swap(Field::ALL[at], Field::ALL[other]),
            }
        }
        row
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    /// A cleaned row is clean: the second time nothing is put right, and what is wrong stays wrong.
    #[test]
    fn cleaning_a_cleaned_row_changes_nothing(row in row()) {
        let once = clean(&[row], &FACTS, &LIBRARY).remove(0);
        let twice = clean(std::slice::from_ref(&once.row), &FACTS, &LIBRARY).remove(0);
        prop_assert!(twice.findings.iter().all(|f| f.put.is_empty()), "{:?}", twice.findings);
        prop_assert_eq!(&twice.row, &once.row);
        let wrong = |v: &cleaning::Verdict| v.findings.iter()
            .filter(|f| f.put.is_empty()).map(|f| f.code.clone()).collect::<Vec<_>>();
        prop_assert_eq!(wrong(&twice), wrong(&once));
    }

    /// The heaviest finding decides, and a row that is kept as it is has none.
    #[test]
    fn the_action_is_that_of_the_heaviest_finding(row in row()) {
        let verdict = clean(std::slice::from_ref(&row), &FACTS, &LIBRARY).remove(0);
        let heaviest = verdict.findings.iter().map(|f| f.action).max().unwrap_or(Action::Keep);
        prop_assert_eq!(verdict.action, heaviest);
        if verdict.findings.is_empty() {
            prop_assert_eq!(&verdict.row, &row);
        }
    }

    /// Which row is kept does not depend on the order in which rows are observed.
    #[test]
    fn each_licence_is_kept_once(picks in prop::collection::vec(0..20usize, 1..12)) {
        let rows: Vec<StockRow> = picks.iter().enumerate().map(|(at, pick)| {
            let mut row = STOCK[*pick].clone();
            row.number = at as u32 + 1;
            row.set(Field::RowNo, (at + 1).to_string());
            row
        }).collect();
        let rules = RuleSet::standard().unwrap();
        let verdicts = clean(&rows, &FACTS, &LIBRARY);
        for (at, verdict) in verdicts.iter().enumerate() {
            let first = picks.iter().position(|p| *p == picks[at]).unwrap();
            let into = (first < at).then_some(first as u64 + 1);
            prop_assert_eq!(verdict.merge_into(), into);
        }
        let mut backwards = cleaning::Observer::new(&rules, &FACTS, &*LIBRARY, crate::common::today());
        for row in rows.iter().rev() {
            backwards.observe(row).unwrap();
        }
        let judge = backwards.seal();
        for (row, verdict) in rows.iter().zip(&verdicts) {
            prop_assert_eq!(&judge.judge(row.clone()).unwrap(), verdict);
        }
    }
}
