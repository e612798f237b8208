//! The stock of the demonstration city against what is expected of it.

use std::collections::HashMap;
use std::io::Cursor;

use crate::common::{bytes, clean, demo_stock, facts, library, stock};
use cleaning::{Action, Facts, Line, RuleSet, Summary};
use tables::{CsvWriter, Options, Row, Table, XlsxWriter};

fn table(name: &str) -> (Vec<String>, Vec<Vec<String>>) {
    let mut table = Table::open(Cursor::new(bytes(name)), &Options::default()).unwrap();
    let mut rows = Vec::new();
    let mut row = Row::default();
    while table.next_row(&mut row).unwrap() {
        rows.push(row.cells.clone());
    }
    (table.headings().to_vec(), rows)
}

/// [H-26] Each row of the city's stock gets exactly the defects, the action, the corrected values,
/// the row it is merged into and the note that are written down for it.
#[test]
fn every_row_is_treated_as_expected() {
    let verdicts = clean(&demo_stock(), &facts(), &library());
    let lines: Vec<Vec<String>> = verdicts
        .iter()
        .flat_map(Line::of)
        .map(|line| line.cells().to_vec())
        .collect();
    let (headings, expected) = table("stock_expected.csv");
    assert_eq!(headings, Line::HEADINGS);
    for (line, expected) in lines.iter().zip(&expected) {
        assert_eq!(line, expected);
    }
    assert_eq!(lines.len(), expected.len());
}

/// [H-25] The report's sums are those of the expectation: so many rows of each kind.
#[test]
fn the_sums_are_right() {
    let verdicts = clean(&demo_stock(), &facts(), &library());
    let mut summary = Summary::default();
    verdicts.iter().for_each(|verdict| summary.add(verdict));
    assert_eq!(summary.rows, 2000);
    let (_, expected) = table("stock_expected.csv");
    let mut actions: HashMap<String, HashMap<String, ()>> = HashMap::new();
    for row in &expected {
        actions
            .entry(row[2].clone())
            .or_default()
            .insert(row[0].clone(), ());
    }
    for (action, count) in &summary.by_action {
        assert_eq!(
            *count,
            actions[action.code()].len() as u64,
            "{}",
            action.code()
        );
    }
    assert_eq!(summary.by_rule["D07"], 26);
    assert_eq!(summary.by_rule["D01B"], 12);
}

/// Every decision says what it saw and every correction what it put.
#[test]
fn decisions_name_the_values_they_saw() {
    let rows = demo_stock();
    for (row, verdict) in rows.iter().zip(clean(&rows, &facts(), &library())) {
        for finding in &verdict.findings {
            assert!(
                !finding.seen.is_empty(),
                "row {} {}",
                verdict.label,
                finding.code
            );
            assert_eq!(finding.put.is_empty(), finding.action != Action::Correct);
            if verdict.findings.len() == 1 {
                let first = &finding.seen[0];
                assert!(
                    row.get(first.0) == first.1 || finding.action != Action::Correct,
                    "row {}",
                    verdict.label
                );
            }
        }
        if verdict.findings.is_empty() {
            assert_eq!(&verdict.row, row);
        }
    }
}

/// The same rows in another encoding, another kind of file and under Chinese headings are treated
/// the same.
#[test]
fn the_kind_of_file_makes_no_difference() {
    let expected = clean(&demo_stock(), &facts(), &library());
    let (_, rows) = table("stock_licences.csv");
    let headings: Vec<&str> = cleaning::FIELD_NAMES.iter().map(|f| f.names[0]).collect();

    let text = String::from_utf8(bytes("stock_licences.csv")).unwrap();
    let (gb, _, unmappable) = encoding_rs::GB18030.encode(&text);
    assert!(!unmappable);
    assert_eq!(
        clean(&stock(Cursor::new(gb.into_owned())), &facts(), &library()),
        expected
    );

    let mut csv = CsvWriter::new(Vec::new(), &headings).unwrap();
    let mut xlsx = XlsxWriter::new(&headings, None).unwrap();
    for row in &rows {
        csv.row(row).unwrap();
        xlsx.row(row).unwrap();
    }
    let csv = csv.finish().unwrap();
    assert_eq!(
        clean(&stock(Cursor::new(csv)), &facts(), &library()),
        expected
    );
    let mut packed = Cursor::new(Vec::new());
    xlsx.finish(&mut packed).unwrap();
    assert_eq!(clean(&stock(packed), &facts(), &library()), expected);
}

/// The rules of the program carry the names and actions that the city writes down.
#[test]
fn rules_are_those_of_the_city() {
    let rules = RuleSet::standard().unwrap();
    let (_, written) = table("stock_rules.csv");
    for row in written.iter().filter(|row| row[0] != "NONE") {
        let rule = rules.rule(&row[0]).unwrap();
        assert_eq!(rule.action.code(), row[2], "{}", row[0]);
        assert!(row[1].starts_with(&rule.name.zh), "{}", row[0]);
    }
}

/// What is known of types and agencies is what the city's catalogue and directory say.
#[test]
fn facts_are_those_of_the_city() {
    let facts: Facts = facts();
    let json = |name: &str| -> serde_json::Value { serde_json::from_slice(&bytes(name)).unwrap() };
    for agency in json("agencies.json")["agencies"].as_array().unwrap() {
        let known = facts.agency(agency["name"].as_str().unwrap()).unwrap();
        assert_eq!(known.uscc, agency["uscc"].as_str().unwrap());
        assert_eq!(known.code, agency["agency_code"].as_str().unwrap());
    }
    for entry in std::fs::read_dir(crate::common::demo("licence_types")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|e| e != "json") {
            continue;
        }
        let kind: serde_json::Value =
            serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        let known = facts
            .licence_type(kind["type_short_code"].as_str().unwrap())
            .unwrap();
        assert_eq!(known.name, kind["type_name"].as_str().unwrap());
        assert_eq!(
            known.holder_id_types,
            [kind["holder_id_type"].as_str().unwrap()]
        );
        assert_eq!(serde_json::json!(known.issuers), kind["issuing_agencies"]);
    }
}
