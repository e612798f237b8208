//! Edit distance: one wrong, missing, doubled or swapped character.

/// Optimal string alignment distance, or none when it is more than `most`.
pub(crate) fn distance(a: &[char], b: &[char], most: usize) -> Option<usize> {
    if a.len().abs_diff(b.len()) > most {
        return None;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let cost = usize::from(a[i - 1] != b[j - 1]);
            row[j] = (last[j] + 1).min(row[j - 1] + 1).min(last[j - 1] + cost);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        if row.iter().min().is_some_and(|&m| m > most) {
            return None;
        }
        before = last;
        last = row;
    }
    last.last().copied().filter(|&d| d <= most)
}

/// The least distance between `needle` and any part of `hay`, or none when it is more than `most`.
pub(crate) fn distance_within(needle: &[char], hay: &[char], most: usize) -> Option<usize> {
    let mut last: Vec<usize> = vec![0; hay.len() + 1];
    let mut before: Vec<usize> = Vec::new();
    for i in 1..=needle.len() {
        let mut row = vec![i; hay.len() + 1];
        for j in 1..=hay.len() {
            let cost = usize::from(needle[i - 1] != hay[j - 1]);
            row[j] = (last[j] + 1).min(row[j - 1] + 1).min(last[j - 1] + cost);
            if i > 1 && j > 1 && needle[i - 1] == hay[j - 2] && needle[i - 2] == hay[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        before = last;
        last = row;
    }
    last.iter().min().copied().filter(|&d| d <= most)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn chars(text: &str) -> Vec<char> {
        text.chars().collect()
    }

    #[test]
    fn every_kind_of_slip_counts_one() {
        let right = chars("食品经营许可");
        for wrong in [
            "食品经迎许可",
            "食品经许可",
            "食品经营营许可",
            "食品营经许可",
        ] {
            assert_eq!(distance(&right, &chars(wrong), 1), Some(1), "{wrong}");
        }
        assert_eq!(distance(&right, &chars("食堂经费许可"), 1), None);
        assert_eq!(distance_within(&chars("经迎许"), &right, 1), Some(1));
        assert_eq!(distance_within(&chars("消防安全"), &right, 1), None);
    }

    proptest! {
        #[test]
        fn distance_is_symmetric_and_zero_only_for_equals(a in "[a-d]{0,8}", b in "[a-d]{0,8}") {
            let (a, b) = (chars(&a), chars(&b));
            prop_assert_eq!(distance(&a, &b, 9), distance(&b, &a, 9));
            prop_assert_eq!(distance(&a, &b, 9) == Some(0), a == b);
            prop_assert!(distance_within(&a, &b, 9).unwrap() <= distance(&a, &b, 9).unwrap());
        }
    }
}
