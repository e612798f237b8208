//! Every text in both languages, and every key a page uses.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The folder of the web crates.
pub fn web() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// All files below `dir` whose name ends so.
pub fn files(dir: &Path, ending: &str) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(dir) else {
        return Vec::new();
    };
    let mut out: Vec<PathBuf> = entries
        .map(|entry| entry.unwrap().path())
        .flat_map(|path| {
            if path.is_dir() {
                files(&path, ending)
            } else if path.to_string_lossy().ends_with(ending) {
                vec![path]
            } else {
                Vec::new()
            }
        })
        .collect();
    out.sort();
    out
}

/// The web crates, by folder name.
pub fn crates() -> Vec<PathBuf> {
    let mut out: Vec<PathBuf> = fs::read_dir(web())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("Cargo.toml").exists())
        .collect();
    out.sort();
    out
}

/// Keys of one language of a crate with the names of the values each text takes.
fn keys(krate: &Path, tag: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut out = BTreeMap::new();
    for file in files(&krate.join("locales").join(tag), ".ftl") {
        let text = fs::read_to_string(&file).unwrap();
        let mut current = String::new();
        for line in text.lines() {
            if let Some((key, _)) = line.split_once(" =")
                && line.starts_with(|c: char| c.is_ascii_alphabetic())
            {
                current = key.to_owned();
                let twice = out.insert(current.clone(), BTreeSet::new()).is_some();
                assert!(!twice, "{current} is defined twice in {}", file.display());
            }
            for part in line.split('$').skip(1) {
                let name: String = part
                    .chars()
                    .take_while(|c| c.is_alphanumeric() || *c == '_')
                    .collect();
                // A dollar sign alone is the sign itself: patterns end in it.
                if let Some(names) = out.get_mut(&current)
                    && !name.is_empty()
                {
                    names.insert(name);
                }
            }
        }
    }
    out
}

/// Literal keys in calls of `t`, `t1`, `t2`, `t3`, `ta`, each with what follows in the source.
fn used(text: &str) -> Vec<(String, String)> {
    let mut out = Vec::new();
    for call in [".t(\"", ".t1(\"", ".t2(\"", ".t3(\"", ".ta(\""] {
        for part in text.split(call).skip(1) {
            let Some((key, rest)) = part.split_once('"') else {
                continue;
            };
            if !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || "-_".contains(c)) {
                out.push((key.to_owned(), rest.chars().take(300).collect()));
            }
        }
    }
    out
}

/// Both languages have the same texts with the same values, and every text that a template
/// or a page names exists.
#[test]
fn both_languages_are_complete_and_every_used_text_exists() {
    let shared = keys(&web().join("ui"), "zh-CN");
    assert!(shared.len() > 200, "only {} texts were read", shared.len());
    let mut checked = 0;
    for krate in crates() {
        let (zh, en) = (keys(&krate, "zh-CN"), keys(&krate, "en"));
        let name = krate.file_name().unwrap().to_string_lossy().into_owned();
        let missing: Vec<&String> = zh.keys().filter(|key| !en.contains_key(*key)).collect();
        assert!(missing.is_empty(), "{name}: no English for {missing:?}");
        let missing: Vec<&String> = en.keys().filter(|key| !zh.contains_key(*key)).collect();
        assert!(missing.is_empty(), "{name}: no Chinese for {missing:?}");
        for (key, values) in &zh {
            assert_eq!(values, &en[key], "{name}: values of {key}");
        }
        let mut sources = files(&krate.join("templates"), ".html");
        sources.extend(files(&krate.join("src"), ".rs"));
        for source in sources {
            let text = fs::read_to_string(&source).unwrap();
            let text = text.split("#[cfg(test)]").next().unwrap();
            for (key, rest) in used(text) {
                let Some(values) = zh.get(&key).or_else(|| shared.get(&key)) else {
                    panic!(
                        "{} names the text {key}, which does not exist",
                        source.display()
                    );
                };
                for value in values {
                    let given = rest.contains(&format!("\"{value}\""));
                    assert!(given, "{}: {key} needs the value {value}", source.display());
                }
                checked += 1;
            }
        }
    }
    assert!(checked > 100, "only {checked} uses were found");
}

/// No sentence of the interface stands in a template: Chinese letters belong into the text files.
#[test]
fn templates_hold_no_chinese_text() {
    for krate in crates() {
        for file in files(&krate.join("templates"), ".html") {
            let text = fs::read_to_string(&file).unwrap();
            let bare = strip_comments(&text);
            let found: String = bare
                .chars()
                .filter(|c| ('\u{4e00}'..='\u{9fff}').contains(c))
                .collect();
            assert!(found.is_empty(), "{}: {found}", file.display());
        }
    }
}

fn strip_comments(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(start) = rest.find("{#") {
        out.push_str(&rest[..start]);
        rest = rest[start..]
            .find("#}")
            .map_or("", |end| &rest[start + end + 2..]);
    }
    out.push_str(rest);
    out
}
