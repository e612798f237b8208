//! Which requirements are proved: a test carries the id in its doc comment, `/// [D-37] …`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use regex::Regex;

const CATALOGUE: &str = "docs/requirements.md";

/// Fails on a cited id that the catalogue does not have.
pub fn check() -> Result<()> {
    let known = catalogue()?;
    let unknown: Vec<String> = cited()?
        .into_iter()
        .filter(|(id, _)| !known.contains_key(id))
        .flat_map(|(id, places)| places.into_iter().map(move |p| format!("{id} in {p}")))
        .collect();
    if !unknown.is_empty() {
        bail!(
            "{CATALOGUE} does not have these ids:\n  {}",
            unknown.join("\n  ")
        );
    }
    Ok(())
}

/// Prints by chapter what is proved and what is not.
pub fn print() -> Result<()> {
    let (known, cited) = (catalogue()?, cited()?);
    let mut chapters: BTreeMap<&str, (Vec<&str>, Vec<&str>)> = BTreeMap::new();
    for (id, chapter) in &known {
        let entry = chapters.entry(chapter).or_default();
        if cited.contains_key(id) {
            entry.0.push(id)
        } else {
            entry.1.push(id)
        }
    }
    let mut chapters: Vec<_> = chapters.into_iter().collect();
    chapters.sort_by_key(|(heading, _)| number(heading));
    for (chapter, (proved, open)) in &chapters {
        println!(
            "{chapter}: {} of {} proved",
            proved.len(),
            proved.len() + open.len()
        );
        println!("  proved: {}", proved.join(" "));
        println!("  open:   {}", open.join(" "));
    }
    Ok(())
}

/// The number before a chapter's name.
fn number(heading: &str) -> u32 {
    let digits = heading.split('.').next().unwrap_or_default();
    digits.parse().unwrap_or(u32::MAX)
}

/// Id → chapter heading.
fn catalogue() -> Result<BTreeMap<String, String>> {
    let text = std::fs::read_to_string(CATALOGUE).with_context(|| CATALOGUE.to_owned())?;
    let id = Regex::new(r"^- \*\*([A-Z]-\d+)\*\*")?;
    let mut chapter = String::new();
    let mut all = BTreeMap::new();
    for line in text.lines() {
        if let Some(heading) = line.strip_prefix("## ") {
            chapter = heading.to_owned();
        }
        if let Some(found) = id.captures(line) {
            all.insert(found[1].to_owned(), chapter.clone());
        }
    }
    Ok(all)
}

/// Id → places of the tests that cite it. A citation counts where the doc comment stands over a
/// `#[test]` or `#[tokio::test]`.
fn cited() -> Result<BTreeMap<String, BTreeSet<String>>> {
    let id = Regex::new(r"\[([A-Z]-\d+)")?;
    let more = Regex::new(r"[A-Z]-\d+")?;
    let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for path in rust_files(Path::new("."))? {
        let text = std::fs::read_to_string(&path)?;
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        for (at, line) in lines.iter().enumerate() {
            if !line.starts_with("///") || !id.is_match(line) || !is_over_test(&lines, at) {
                continue;
            }
            let inside = line.split('[').nth(1).and_then(|r| r.split(']').next());
            for found in more.find_iter(inside.unwrap_or_default()) {
                let place = format!("{}:{}", path.display(), at + 1);
                all.entry(found.as_str().to_owned())
                    .or_default()
                    .insert(place);
            }
        }
    }
    Ok(all)
}

fn is_over_test(lines: &[&str], at: usize) -> bool {
    lines[at..]
        .iter()
        .find(|l| !l.starts_with("///"))
        .is_some_and(|l| l.starts_with("#[test]") || l.starts_with("#[tokio::test"))
}

fn rust_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path
            .file_name()
            .map(|n| n.to_string_lossy().into_owned())
            .unwrap_or_default();
        if path.is_dir() && !name.starts_with('.') && name != "target" && name != "node_modules" {
            all.extend(rust_files(&path)?);
        } else if path.extension().is_some_and(|e| e == "rs") {
            all.push(path);
        }
    }
    Ok(all)
}
