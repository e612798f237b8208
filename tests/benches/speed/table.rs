//! The table, for people and for machines.

use anyhow::Result;
use serde::{Deserialize, Serialize};

/// One line of the table.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Figure {
    pub name: String,
    pub value: f64,
    pub unit: String,
    /// The limit measured beside it, or the bound that is wanted; none where neither is named.
    pub limit: Option<f64>,
    /// What the limit is.
    pub of: String,
    /// Value over limit.
    pub ratio: Option<f64>,
    /// Whether what is wanted is met; none where nothing is wanted.
    pub met: Option<bool>,
}

impl Figure {
    /// A rate that should reach a share of a measured limit.
    pub fn rate(name: &str, value: f64, limit: f64, of: &str, at_least: f64) -> Self {
        let ratio = value / limit;
        Self {
            name: name.into(),
            value,
            unit: "1/s".into(),
            limit: Some(limit),
            of: format!("{of}; wanted {at_least}"),
            ratio: Some(ratio),
            met: Some(ratio >= at_least),
        }
    }

    /// Something that should stay below a bound.
    pub fn below(name: &str, value: f64, unit: &str, bound: f64) -> Self {
        Self {
            name: name.into(),
            value,
            unit: unit.into(),
            limit: Some(bound),
            of: "bound".into(),
            ratio: Some(value / bound),
            met: Some(value < bound),
        }
    }

    /// Something that is only told.
    pub fn told(name: &str, value: f64, unit: &str) -> Self {
        Self {
            name: name.into(),
            value,
            unit: unit.into(),
            limit: None,
            of: String::new(),
            ratio: None,
            met: None,
        }
    }
}

/// Prints the table on standard output.
pub fn print(figures: &[Figure], json: bool) -> Result<()> {
    if json {
        println!("{}", serde_json::to_string_pretty(figures)?);
        return Ok(());
    }
    let width = figures.iter().map(|f| f.name.len()).max().unwrap_or(0);
    println!(
        "{:width$}  {:>10} {:4} {:>10} {:>7}  ",
        "figure", "value", "unit", "limit", "ratio"
    );
    for f in figures {
        let limit = f.limit.map(number).unwrap_or_default();
        let ratio = f.ratio.map(|r| format!("{r:.4}")).unwrap_or_default();
        let met = match f.met {
            Some(true) => "met  ",
            Some(false) => "SHORT",
            None => "",
        };
        println!(
            "{:width$}  {:>10} {:4} {limit:>10} {ratio:>7}  {met} {}",
            f.name,
            number(f.value),
            f.unit,
            f.of
        );
    }
    println!("Client and server share the machine. Figures of one core are pinned to one.");
    Ok(())
}

fn number(value: f64) -> String {
    if value >= 100.0 {
        format!("{value:.0}")
    } else {
        format!("{value:.2}")
    }
}

/// The value below which this share of the sorted values lies.
pub fn percentile(sorted: &[f64], share: f64) -> f64 {
    let last = sorted.len().saturating_sub(1);
    let at = (last as f64 * share).round() as usize;
    sorted.get(at).copied().unwrap_or(f64::NAN)
}

/// Sorts and takes the 99th percentile.
pub fn p99(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    percentile(&values, 0.99)
}
