//! Which delimiter a CSV file uses, judged by its first rows.

use crate::csv::CsvReader;

const CANDIDATES: [u8; 3] = [b',', b';', b'\t'];

/// The delimiter under which the first rows of the file fall into the most columns of equal number;
/// a comma when nothing speaks for another. `cut` says that the file goes on behind `head`.
pub(crate) fn delimiter(head: &[u8], cut: bool) -> u8 {
    let mut best = (0usize, 0usize, b',');
    for candidate in CANDIDATES {
        let mut reader = CsvReader::new(head, candidate, head.len().max(1));
        let mut widths = Vec::new();
        while widths.len() < 20 {
            match reader.next_record() {
                Ok(Some(_)) => widths.push(reader.width()),
                Ok(None) | Err(_) => break,
            }
        }
        let Some(&first) = widths.first() else {
            continue;
        };
        if first < 2 {
            continue;
        }
        let whole = widths.len().saturating_sub(usize::from(cut)).max(1);
        let alike = widths.iter().take(whole).filter(|w| **w == first).count();
        // Rows alike in hundredths, then columns: a comma within addresses gives uneven rows.
        let score = (alike * 100 / whole, first, candidate);
        if (score.0, score.1) > (best.0, best.1) {
            best = score;
        }
    }
    best.2
}

#[cfg(test)]
mod tests {
    use super::delimiter;

    #[test]
    fn the_delimiter_is_that_of_even_rows() {
        assert_eq!(delimiter(b"a,b,c\n1,2,3\n4,5,6\n", false), b',');
        assert_eq!(delimiter(b"a;b;c\n1;2,5;3\n4;5;6,1,1\n", false), b';');
        assert_eq!(delimiter(b"a\tb\n1\t2,3\n", false), b'\t');
        assert_eq!(delimiter("名称;\"甲,乙\"\n丙;丁\n".as_bytes(), false), b';');
        assert_eq!(delimiter(b"one column\nonly\n", false), b',');
        assert_eq!(delimiter(b"", false), b',');
        assert_eq!(delimiter(b"a,b\n1,2\n3", true), b',');
    }
}
