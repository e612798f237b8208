//! Numbers side by side as bars: each with its words and its number, so that nothing is said by
//! length alone.

use super::component;

/// One bar.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bar {
    pub label: String,
    /// What stands behind it.
    pub href: Option<String>,
    pub number: u64,
}

/// Bars to one scale: the largest fills the width.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bars {
    /// What is counted.
    pub caption: String,
    pub bars: Vec<Bar>,
}

component!(Bars, BarsHtml, "components/bars.html");

impl Bars {
    /// Per mille of the largest; whatever is not nothing is seen.
    fn width(&self, bar: &Bar) -> u64 {
        let most = self.bars.iter().map(|bar| bar.number).max().unwrap_or(0);
        match bar.number {
            0 => 0,
            n => (n.saturating_mul(1000) / most.max(1)).max(5),
        }
    }

    pub fn sample() -> Self {
        let bar = |label: &str, number: u64| Bar {
            label: label.into(),
            href: Some("/licences/statistics?of=valid".into()),
            number,
        };
        Self {
            caption: "各机构有效证照".into(),
            bars: vec![
                bar("云州市云东区市场监督管理局", 1280),
                bar("云州市云东区卫生健康局", 312),
                bar("云州市交通运输局", 3),
            ],
        }
    }
}
