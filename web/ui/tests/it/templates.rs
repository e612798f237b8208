//! What no template may hold, because the content security policy forbids it.

use std::fs;

use crate::texts::{crates, files};

/// No inline script, style or event handler, no address outside the site.
#[test]
fn templates_keep_to_the_security_policy() {
    let mut seen = 0;
    for krate in crates() {
        let mut all = files(&krate.join("templates"), ".html");
        all.extend(files(&krate.join("examples"), ".html"));
        for file in all {
            seen += 1;
            let text = fs::read_to_string(&file).unwrap();
            for forbidden in [
                " style=",
                "<style",
                " onclick=",
                " onchange=",
                " onsubmit=",
                " onload=",
                "javascript:",
            ] {
                assert!(
                    !text.contains(forbidden),
                    "{} has {forbidden}",
                    file.display()
                );
            }
            for part in text.split("<script").skip(1) {
                let tag = part.split('>').next().unwrap();
                assert!(
                    tag.contains(" src="),
                    "{} has an inline script",
                    file.display()
                );
            }
            for outside in ["src=\"http", "src=\"//", "url(http"] {
                assert!(
                    !text.contains(outside),
                    "{} fetches {outside}",
                    file.display()
                );
            }
        }
    }
    assert!(seen > 20, "only {seen} templates were read");
}

/// Every form that changes something carries the token.
#[test]
fn every_post_form_carries_the_token() {
    for krate in crates() {
        for file in files(&krate.join("templates"), ".html") {
            let text = fs::read_to_string(&file).unwrap();
            for part in text.split("<form").skip(1) {
                let Some((tag, rest)) = part.split_once('>') else {
                    continue;
                };
                if !tag.contains("method=\"post\"") {
                    continue;
                }
                let form = rest.split("</form>").next().unwrap();
                assert!(
                    form.contains("name=\"csrf\"") || form.contains("c::csrf()"),
                    "{}: <form{tag}>",
                    file.display()
                );
            }
        }
    }
}
