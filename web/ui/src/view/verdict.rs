//! The large verdict of a licence check: ✔ 真实有效, ! 已过期, ✖ 无法核实.

use super::{KeyValue, KeyValues, NoticeTone, component};

/// How one check ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CheckOutcome {
    #[default]
    Passed,
    Failed,
    /// Not reached: verification stops at the first failure [H-54].
    Skipped,
}

/// One check with its reason.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Check {
    pub label: String,
    pub outcome: CheckOutcome,
    pub reason: String,
    /// 「09:12:33」; empty where the checks have no times of their own.
    pub at: String,
}

impl Check {
    fn class(&self) -> &'static str {
        match self.outcome {
            CheckOutcome::Passed => "yes",
            CheckOutcome::Failed => "no",
            CheckOutcome::Skipped => "skip-c",
        }
    }

    fn icon(&self) -> &'static str {
        match self.outcome {
            CheckOutcome::Passed => "ok",
            CheckOutcome::Failed => "bad",
            CheckOutcome::Skipped => "minus",
        }
    }

    fn key(&self) -> &'static str {
        match self.outcome {
            CheckOutcome::Passed => "check-passed",
            CheckOutcome::Failed => "check-failed",
            CheckOutcome::Skipped => "check-skipped",
        }
    }
}

/// The result of a verification.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// `Ok` is genuine and valid, `Warn` genuine but not valid now, `Bad` not verified.
    pub tone: NoticeTone,
    pub headline: String,
    pub explanation: String,
    pub facts: KeyValues,
    pub checks: Vec<Check>,
    /// 「2026 年 11 月 20 日 09:12:33」
    pub checked_at: String,
    /// 核验编号, under which the log holds it; empty when it was not logged.
    pub number: String,
    /// What was kept back, for the holder's sake.
    pub not_shown: Vec<String>,
}

component!(Verdict, VerdictHtml, "components/verdict.html");

impl Verdict {
    fn icon(&self) -> &'static str {
        match self.tone {
            NoticeTone::Ok | NoticeTone::Info => "ok",
            NoticeTone::Warn => "warn",
            NoticeTone::Bad => "bad",
        }
    }

    pub fn sample() -> Self {
        let check = |label: &str, reason: &str| Check {
            label: label.into(),
            outcome: CheckOutcome::Passed,
            reason: reason.into(),
            at: "09:12:33".into(),
        };
        Self {
            tone: NoticeTone::Ok,
            headline: "真实有效".into(),
            explanation: "这份电子证照由发证机关签发，内容没有被改动，现在有效。".into(),
            facts: KeyValues::new(vec![
                KeyValue::new("证照名称", "食品经营许可证"),
                KeyValue::new("持证人", "云州味道***公司"),
                KeyValue::new("发证机关", "云州市市场监督管理局"),
                KeyValue::new("有效期", "2026 年 11 月 26 日至 2031 年 11 月 25 日"),
            ]),
            checks: vec![
                check("安全验证", "签名完整，印章来自云州市市场监督管理局"),
                check("吊销核查", "证照与证书均未吊销"),
                check("数据核验", "照面内容与证照库一致"),
            ],
            checked_at: "2026 年 11 月 20 日 09:12:33".into(),
            number: "7K2M9PQ4R1XW5TBC".into(),
            not_shown: vec!["证照编号全文".into(), "法定代表人姓名".into()],
        }
    }

    /// A changed file.
    pub fn sample_bad() -> Self {
        Self {
            tone: NoticeTone::Bad,
            headline: "无法核实".into(),
            explanation: "文件内容与签名不符，可能被改动。请不要采信，可以向 12345 举报。".into(),
            facts: KeyValues::default(),
            checks: vec![
                Check {
                    label: "安全验证".into(),
                    outcome: CheckOutcome::Failed,
                    reason: "照面文件的摘要与签名不符".into(),
                    at: "09:12:33".into(),
                },
                Check {
                    label: "吊销核查".into(),
                    outcome: CheckOutcome::Skipped,
                    reason: "前一项未通过，未继续核查".into(),
                    at: "09:12:33".into(),
                },
            ],
            checked_at: "2026 年 11 月 20 日 09:12:33".into(),
            number: "7K2M9PQ4R1XW5TBC".into(),
            not_shown: Vec::new(),
        }
    }
}
