//! The demonstration items' forms, a form with every kind of field, and random input.

#![allow(clippy::unwrap_used)]

mod check;
mod demo;
mod prefill;
mod random;
mod read;
mod sections;
mod sheet;

use std::collections::HashMap;

use conditions::{Answers, Questions};
use forms::{Filling, Form, Prefilled, Values};
use jiff::civil::{Date, date};
use serde_json::Value;

/// The demonstration data's base date.
pub const TODAY: Date = date(2026, 11, 16);

pub fn load(path: &str) -> Value {
    let path = format!("{}/../../demo/{path}", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(&path).expect(&path)).expect(&path)
}

pub fn item_ids() -> Vec<String> {
    let folder = format!("{}/../../demo/items", env!("CARGO_MANIFEST_DIR"));
    let files = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path());
    let mut ids: Vec<_> = files
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    ids.sort();
    ids
}

pub fn form(id: &str) -> Form {
    let item = load(&format!("items/{id}.json"));
    let questions: Questions = serde_json::from_value(item["questions"].clone()).unwrap();
    Form::parse(&item["form"], &questions).unwrap_or_else(|error| panic!("{id}: {error}"))
}

/// A form that is being filled in, with what it borrows.
#[derive(Clone, Default)]
pub struct Sheet {
    pub answers: Answers,
    pub values: Values,
    pub prefilled: Prefilled,
}

impl Sheet {
    pub fn filling(&self) -> Filling<'_> {
        Filling {
            answers: &self.answers,
            values: &self.values,
            prefilled: &self.prefilled,
        }
    }

    /// What `form` says against it: field and Chinese words.
    pub fn errors(&self, form: &Form) -> Vec<(String, String)> {
        let errors = form.check(self.filling(), TODAY).into_iter();
        errors.map(|error| (error.field, error.words.zh)).collect()
    }
}

/// A scenario's answers and data.
pub fn scenario(id: &str) -> Sheet {
    let all = load("scenario_forms.json");
    let all = all["forms"].as_array().unwrap().iter();
    let one = all.clone().find(|form| form["item_id"] == id).unwrap();
    Sheet {
        answers: serde_json::from_value(one["answers"].clone()).unwrap(),
        values: serde_json::from_value(one["form_data"].clone()).unwrap(),
        prefilled: Prefilled::default(),
    }
}

pub fn posted(fields: &[(&str, &[&str])]) -> HashMap<String, Vec<String>> {
    let texts = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect();
    fields
        .iter()
        .map(|(name, values)| ((*name).to_owned(), texts(values)))
        .collect()
}
