//! The form: what is sealed, with which seals, where. And the order that it makes.

use std::sync::Arc;

use kernel::Problem;
use seals::{Placing, SealDocument, Straddle, Usable, Where};
use ui::view::{Choice, Field, Form};
use ui::{FormData, L};

use super::SEALS;
use crate::words;

/// Name of a field of one seal.
pub(super) fn at(name: &str, number: usize) -> String {
    format!("{name}_{number}")
}

/// How many seals the form has fields for.
pub(super) fn count(data: &FormData) -> usize {
    data.get("seals").parse().unwrap_or(1).clamp(1, SEALS)
}

pub(super) fn fields(l: &L, held: &[Usable], count: usize) -> Form {
    let mut kinds: Vec<&str> = Vec::new();
    for kind in held.iter().flat_map(|one| &one.document_kinds) {
        if !kinds.contains(&kind.as_str()) {
            kinds.push(kind);
        }
    }
    let kinds = kinds
        .into_iter()
        .map(|kind| Choice::new(kind, words::document_kind(l, kind)))
        .collect();
    let mut fields = vec![
        Field::file("file", l.t("console-stamp-file"), ".ofd,.pdf")
            .hint(l.t("console-stamp-file-hint")),
        Field::select("document_kind", l.t("console-stamp-kind"), kinds)
            .hint(l.t("console-stamp-kind-hint")),
        Field::text("purpose", l.t("console-stamp-purpose"))
            .hint(l.t("console-stamp-purpose-hint"))
            .max_length(200),
        Field::text("case_no", l.t("console-stamp-case"))
            .max_length(40)
            .optional(),
    ];
    for number in 1..=count {
        fields.extend(of_seal(l, held, number));
    }
    fields.push(
        Field::switch("closing", l.t("console-stamp-closing"))
            .hint(l.t("console-stamp-closing-hint"))
            .value("on"),
    );
    Form::new(fields)
}

fn of_seal(l: &L, held: &[Usable], number: usize) -> Vec<Field> {
    let seals = held
        .iter()
        .map(|one| Choice::new(one.seal.key.clone(), seal_words(l, one)))
        .collect();
    let label = |key: &str| l.t1(&format!("console-stamp-{key}"), "n", number.to_string());
    let mm = |name: &str, value: i32| {
        Field::number(at(name, number), label(name))
            .unit(l.t("console-seal-mm"))
            .value(value.to_string())
            .optional()
    };
    // Where a second and third seal do not cover the first.
    let left = 130 - 45 * (i32::try_from(number).unwrap_or(1) - 1).min(2);
    let ways = [
        ("place", "place"),
        ("straddle", "straddle"),
        ("both", "both"),
    ];
    let ways = ways
        .map(|(code, key)| Choice::new(code, l.t(&format!("console-stamp-way-{key}"))))
        .to_vec();
    vec![
        Field::select(at("seal", number), label("seal"), seals),
        Field::radio(at("way", number), label("way"), ways).value("place"),
        Field::number(at("page", number), label("page"))
            .value("1")
            .optional(),
        mm("x", left),
        mm("y", 220),
    ]
}

fn seal_words(l: &L, one: &Usable) -> String {
    let kind = one.seal.seal_type;
    let (width, height) = one.size_mm;
    let size = l.t2("console-seal-size", "w", width, "h", height);
    format!(
        "{}（{}，{size}）",
        one.seal.name,
        l.pick(kind.zh(), kind.en())
    )
}

/// Every field but the file, as the next page carries it.
pub(super) fn carried(data: &FormData) -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> = ["document_kind", "purpose", "case_no"]
        .map(|name| (name.to_owned(), data.get(name).to_owned()))
        .to_vec();
    all.push(("seals".into(), count(data).to_string()));
    for number in 1..=count(data) {
        for name in ["seal", "way", "page", "x", "y"] {
            let name = at(name, number);
            let value = data.get(&name).to_owned();
            all.push((name, value));
        }
    }
    if data.has("closing") {
        all.push(("closing".into(), "on".into()));
    }
    all
}

fn number(data: &FormData, name: String) -> Result<f32, Problem> {
    let typed = data.get(&name).trim();
    typed
        .parse()
        .ok()
        .filter(|mm: &f32| mm.is_finite())
        .ok_or_else(|| {
            Problem::invalid("number", "请填写数字，如130", "Give a number, such as 130").at(name)
        })
}

fn placing(data: &FormData, n: usize) -> Result<Placing, Problem> {
    let way = data.get(&at("way", n));
    let place = match way {
        "straddle" => None,
        _ => Some(Where {
            page: number(data, at("page", n))? as usize,
            x: number(data, at("x", n))?,
            y: number(data, at("y", n))?,
        }),
    };
    let straddle = matches!(way, "straddle" | "both").then(Straddle::default);
    Ok(Placing {
        seal: data.get(&at("seal", n)).to_owned(),
        place,
        straddle,
    })
}

/// The order that the form makes.
pub(super) fn read(data: &FormData, bytes: Vec<u8>) -> Result<SealDocument, Problem> {
    let seals = (1..=count(data)).map(|n| placing(data, n));
    Ok(SealDocument {
        bytes: Arc::new(bytes),
        document_kind: data.get("document_kind").to_owned(),
        purpose: data.get("purpose").to_owned(),
        case_no: data.get("case_no").to_owned(),
        item_code: String::new(),
        person: String::new(),
        closing: data.has("closing"),
        seals: seals.collect::<Result<_, _>>()?,
    })
}

/// Which field of the form a problem is told at: the first seal's where the problem is of a place.
pub(super) fn field_of(problem: Problem) -> Problem {
    match problem.field.as_deref() {
        Some("page") => problem.at("page_1"),
        Some("place") => problem.at("x_1"),
        Some("straddle") => problem.at("way_1"),
        Some("seals") => problem.at("seal_1"),
        _ => problem,
    }
}
