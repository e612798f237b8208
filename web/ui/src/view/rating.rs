//! 好差评: five worded choices, reasons by the choice, free text, anonymity.

use super::{Choice, component};

/// The rating form's fields; the page puts form and button around them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rating {
    /// Level 5 (非常满意) to 1 (非常不满意) already chosen; sent as `level`.
    pub level: Option<u8>,
    /// Reasons offered for 5 to 3, sent as `reason`.
    pub good: Vec<Choice>,
    /// Reasons offered for 2 and 1.
    pub bad: Vec<Choice>,
    /// Reasons already chosen.
    pub reasons: Vec<String>,
    /// Sent as `text`.
    pub text: String,
    /// Sent as `anonymous`.
    pub anonymous: bool,
    pub error: Option<String>,
}

component!(Rating, RatingHtml, "components/rating.html");

impl Rating {
    /// Levels with their text keys, best first.
    fn levels(&self) -> [(u8, &'static str, bool); 5] {
        let chosen = |level| self.level == Some(level);
        [
            (5, "rating-5", chosen(5)),
            (4, "rating-4", chosen(4)),
            (3, "rating-3", chosen(3)),
            (2, "rating-2", chosen(2)),
            (1, "rating-1", chosen(1)),
        ]
    }

    fn holds(&self, choice: &Choice) -> bool {
        self.reasons.contains(&choice.value)
    }

    pub fn sample() -> Self {
        Self {
            level: Some(2),
            good: vec![
                Choice::new("fast", "办得快"),
                Choice::new("clear", "说得清楚"),
                Choice::new("kind", "态度好"),
            ],
            bad: vec![
                Choice::new("again", "让我多次跑"),
                Choice::new("slow", "超过承诺时间"),
                Choice::new("extra", "要求清单外的材料"),
                Choice::new("rude", "态度不好"),
            ],
            reasons: vec!["again".into()],
            ..Self::default()
        }
    }
}
