//! All answers that can make a difference to a set of conditions.

use std::collections::{BTreeMap, BTreeSet};

use crate::{Answer, Answers, Bound, Condition, Question, Questions, Test};

impl Questions {
    /// For every combination of what these conditions can tell apart, one set of answers; an
    /// unanswered question is among them. Questions no condition asks about stay unanswered.
    ///
    /// `None` when there are more than `most` combinations: what cannot be looked through cannot
    /// be proved.
    pub fn cases(&self, conditions: &[&Condition], most: usize) -> Option<Vec<Answers>> {
        let mut tests = BTreeMap::<&str, Vec<&Test>>::new();
        for condition in conditions {
            condition.each_test(&mut |question, test| {
                tests.entry(question).or_default().push(test);
            });
        }
        let mut cases = vec![Answers::new()];
        for (code, tests) in tests {
            let values = self
                .get(code)
                .map_or_else(|| free(&tests), |q| q.answers(&tests));
            if cases.len().checked_mul(values.len() + 1)? > most {
                return None;
            }
            let with = |case: &Answers, value: &Answer| {
                let mut case = case.clone();
                case.set(code, value.clone());
                case
            };
            let more: Vec<_> = cases
                .iter()
                .flat_map(|case| values.iter().map(move |value| with(case, value)))
                .collect();
            cases.extend(more);
        }
        Some(cases)
    }
}

impl Question {
    fn answers(&self, tests: &[&Test]) -> Vec<Answer> {
        let all = self.options.iter().map(|option| option.value.clone());
        match (self.options.is_empty(), self.multiple) {
            (true, _) => free(tests),
            (false, false) => all.map(Answer::One).collect(),
            // Options no test names are alike: one of them stands for all.
            (false, true) => {
                let named = named(tests);
                let (mut kinds, rest): (Vec<_>, Vec<_>) = all.partition(|v| named.contains(v));
                kinds.extend(rest.into_iter().next());
                subsets(&kinds)
            }
        }
    }
}

fn named(tests: &[&Test]) -> BTreeSet<String> {
    let values = |test: &&Test| match test {
        Test::Eq(value) | Test::Ne(value) => vec![value.clone()],
        Test::In(values) => values.clone(),
        Test::Gt(_) | Test::Lt(_) | Test::Exists(_) => Vec::new(),
    };
    tests.iter().flat_map(values).collect()
}

/// Every choice of at least one; more than sixteen options are cut to their first sixteen, which
/// the limit of the caller refuses anyway.
fn subsets(values: &[String]) -> Vec<Answer> {
    let values = &values[..values.len().min(16)];
    let subset = |mask: u32| {
        let chosen = values
            .iter()
            .enumerate()
            .filter(|(i, _)| mask & (1 << i) != 0);
        Answer::Many(chosen.map(|(_, value)| value.clone()).collect())
    };
    (1..1u32 << values.len()).map(subset).collect()
}

/// The values named, something else, and values at, between and around the bounds. A number is
/// given in a second spelling too, so that equal numbers that are unequal texts are covered.
fn free(tests: &[&Test]) -> Vec<Answer> {
    let mut values = named(tests);
    values.insert("\u{2026}".to_owned());
    let (mut numbers, mut dates) = (Vec::new(), Vec::new());
    for test in tests {
        match test {
            Test::Gt(Bound::Number(n, _)) | Test::Lt(Bound::Number(n, _)) => numbers.push(*n),
            Test::Gt(Bound::Date(date)) | Test::Lt(Bound::Date(date)) => {
                // Dates by shape only: the day after the 31st orders rightly.
                dates.push(date.replace('-', "").parse::<u32>().unwrap_or(0));
            }
            _ => {}
        }
    }
    numbers.sort_by(f64::total_cmp);
    let between = numbers.windows(2).map(|pair| (pair[0] + pair[1]) / 2.0);
    let around = numbers.iter().flat_map(|n| [n - 1.0, *n, n + 1.0]);
    for number in between.chain(around) {
        values.extend([number.to_string(), format!("{number:.9}")]);
    }
    for date in dates {
        let near = [date.saturating_sub(1), date, (date + 1).min(99_999_999)];
        let date = |n: u32| format!("{:04}-{:02}-{:02}", n / 10000, n / 100 % 100, n % 100);
        values.extend(near.map(date));
    }
    values.into_iter().map(Answer::One).collect()
}
