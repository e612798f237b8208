//! The demonstration city, taken in.

use std::collections::BTreeSet;
use std::path::PathBuf;

use items::{CatalogueList, ImportReport, ItemFile};
use serde_json::Value;
use store::testing::TestDb;
use store::{Ctx, Migration};

pub const AT: &str = "2026-11-16T01:00:00Z";

pub fn migrations() -> Vec<Migration> {
    [journal::MIGRATIONS, agencies::MIGRATIONS, items::MIGRATIONS].concat()
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../demo")
}

pub fn demo(name: &str) -> Value {
    let path = folder().join(format!("{name}.json"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// All item files, by name.
pub fn files() -> Vec<ItemFile> {
    let mut names: Vec<String> = std::fs::read_dir(folder().join("items"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
        .iter()
        .map(|name| file(name.trim_end_matches(".json")))
        .collect()
}

pub fn file(code: &str) -> ItemFile {
    ItemFile {
        label: format!("{code}.json"),
        content: demo(&format!("items/{code}")),
    }
}

pub fn licence_types() -> BTreeSet<String> {
    let names = std::fs::read_dir(folder().join("licence_types")).unwrap();
    let names = names.map(|entry| entry.unwrap().path());
    names
        .filter(|path| path.extension().is_some_and(|e| e == "json"))
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect()
}

pub fn catalogue_list() -> CatalogueList {
    serde_json::from_value(demo("catalogue_list")).unwrap()
}

/// Directory and catalogue list, without items.
pub async fn ground(ctx: &Ctx) {
    let mut all = demo("halls");
    all["regions"] = demo("regions")["regions"].take();
    all["agencies"] = demo("agencies")["agencies"].take();
    let import = serde_json::from_value(all).unwrap();
    agencies::import(ctx, import).await.unwrap();
    let report = items::import_catalogue_list(ctx, &catalogue_list())
        .await
        .unwrap();
    assert_eq!(report.rejected().count(), 0, "{}", report.faults_csv());
}

pub async fn import(ctx: &Ctx, files: &[ItemFile]) -> ImportReport {
    items::import_items(ctx, files, Some(&licence_types()))
        .await
        .unwrap()
}

/// A context on which the whole city is taken in.
pub async fn city(test: &TestDb) -> Ctx {
    let ctx = store::testing::ctx(test, AT);
    settle(&ctx).await;
    ctx
}

pub async fn settle(ctx: &Ctx) {
    ground(ctx).await;
    let report = import(ctx, &files()).await;
    assert_eq!(report.rejected().count(), 0, "{}", report.faults_csv());
    assert_eq!(report.changed(), 29);
}

/// Only SQLite: for what does not depend on the engine.
pub async fn small() -> (TestDb, Ctx) {
    let test = TestDb::sqlite(&migrations()).await.unwrap();
    let ctx = city(&test).await;
    (test, ctx)
}
