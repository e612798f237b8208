//! The 22 elements of a guide as lines of text [C-36].

use items::{GuideElement, GuideValue, Item};
use ui::L;

/// One element as the guide's table shows it.
pub(super) struct ElementView {
    pub no: u8,
    pub label: String,
    pub lines: Vec<String>,
    /// Address of the block that shows it in full.
    pub more: Option<&'static str>,
}

/// An element in words.
pub(super) fn element(l: &L, item: &Item, of: &GuideElement<'_>) -> ElementView {
    let mut more = None;
    let lines = match &of.value {
        GuideValue::Text(text) => vec![text.clone()],
        GuideValue::Laws(laws) => laws
            .iter()
            .map(|law| format!("《{}》{}{}", law.law, law.document_no, law.clause))
            .collect(),
        GuideValue::Limit { words, note } => [(*words).clone(), (*note).to_owned()]
            .into_iter()
            .filter(|t| !t.is_empty())
            .collect(),
        GuideValue::Sample(sample) => {
            let key = if sample.desensitised {
                "portal-sample-masked"
            } else {
                "portal-sample-plain"
            };
            if item.result_licence_type.is_some() {
                more = Some("#result");
            }
            vec![item.result_name.clone(), l.t(key)]
        }
        GuideValue::Fees(rows) => rows
            .iter()
            .map(|row| {
                let off = row.reduction.clone().unwrap_or_default();
                [row.name.as_str(), &row.standard, row.due, &off]
                    .into_iter()
                    .filter(|t| !t.is_empty())
                    .collect::<Vec<_>>()
                    .join(" · ")
            })
            .collect(),
        GuideValue::Materials(rows) => {
            more = Some("#materials");
            vec![l.t1("portal-material-count", "n", rows.len())]
        }
        GuideValue::Steps(steps) => {
            more = Some("#flow");
            vec![
                steps
                    .iter()
                    .map(|s| s.name.as_str())
                    .collect::<Vec<_>>()
                    .join(" → "),
            ]
        }
        GuideValue::Words(words) => vec![words.join("、")],
        GuideValue::YesNo(yes) => vec![l.t(if *yes { "yes" } else { "no" })],
        GuideValue::Places(places) => places
            .iter()
            .map(|p| format!("{} {} {}", p.hall_name, p.address, p.window))
            .collect(),
        GuideValue::Phones(phones) => vec![phones.join("、")],
        GuideValue::None(words) => vec![(*words).to_owned()],
    };
    let label = l.pick(of.element.zh, of.element.en).to_owned();
    ElementView {
        no: of.no,
        label,
        lines,
        more,
    }
}
