//! Path data as it is written in OFD (AbbreviatedData): S M L Q B A C.

use super::geometry::{Segment, arc};
use crate::read::value;

/// Reads path data. What cannot be understood ends it; the flag says whether all was understood.
pub(crate) fn parse(data: &str, most: usize) -> (Vec<Segment>, bool) {
    let mut words = value::words(data).peekable();
    let mut segments = Vec::new();
    let mut at = (0.0, 0.0);
    let mut start = at;
    // A line before any start begins where the pen stands.
    let mut begun = false;
    let mut whole = true;
    'commands: while let Some(word) = words.next() {
        let (command, count) = match word {
            "S" | "M" | "s" | "m" => ('M', 2),
            "L" | "l" => ('L', 2),
            "Q" | "q" => ('Q', 4),
            "B" | "b" => ('B', 6),
            "A" | "a" => ('A', 7),
            "C" | "c" | "Z" | "z" => ('C', 0),
            _ => {
                whole = false;
                break;
            }
        };
        if command == 'C' {
            if begun {
                segments.push(Segment::Close);
                at = start;
                begun = false;
            }
            continue;
        }
        // More numbers than the command takes repeat it.
        loop {
            let mut n = [0.0; 7];
            for slot in &mut n[..count] {
                match words.next().and_then(value::number) {
                    Some(number) => *slot = number,
                    None => {
                        whole = false;
                        break 'commands;
                    }
                }
            }
            if segments.len() >= most {
                whole = false;
                break 'commands;
            }
            let end = (n[count - 2], n[count - 1]);
            if command == 'M' {
                segments.push(Segment::Move(end.0 as f32, end.1 as f32));
                start = end;
                begun = true;
            } else {
                if !begun {
                    segments.push(Segment::Move(at.0 as f32, at.1 as f32));
                    start = at;
                    begun = true;
                }
                let f = n.map(|number| number as f32);
                match command {
                    'L' => segments.push(Segment::Line(f[0], f[1])),
                    'Q' => segments.push(Segment::Quad(f[0], f[1], f[2], f[3])),
                    'B' => segments.push(Segment::Cubic(f[0], f[1], f[2], f[3], f[4], f[5])),
                    _ => {
                        let (large, sweep) = (n[3] != 0.0, n[4] != 0.0);
                        arc(at, (n[0], n[1]), n[2], large, sweep, end, &mut segments);
                    }
                }
            }
            at = end;
            let more = words
                .peek()
                .is_some_and(|next| value::number(next).is_some());
            if !more {
                break;
            }
        }
    }
    (segments, whole)
}

#[cfg(test)]
mod tests {
    use super::*;
    use Segment::*;

    #[test]
    fn every_command_is_read() {
        let (segments, whole) = parse("S 0 0 M 1 2 L 3 4 Q 5 6 7 8 B 1 1 2 2 3 3 C", 100);
        assert!(whole);
        assert_eq!(
            segments,
            [
                Move(0.0, 0.0),
                Move(1.0, 2.0),
                Line(3.0, 4.0),
                Quad(5.0, 6.0, 7.0, 8.0),
                Cubic(1.0, 1.0, 2.0, 2.0, 3.0, 3.0),
                Close
            ]
        );
        let (segments, whole) = parse("M 0 0 A 5 5 0 0 1 10 0", 100);
        assert!(whole && segments.len() == 3);
    }

    #[test]
    fn habits_of_producers_are_understood() {
        assert_eq!(parse("M 0,0 L 1,1 2,2", 100).0.len(), 3);
        // After closing, a line goes on from the start of what was closed.
        let (segments, _) = parse("M 1 1 L 2 2 C L 3 3", 100);
        assert_eq!(segments[3..], [Move(1.0, 1.0), Line(3.0, 3.0)]);
        assert_eq!(parse("L 3 3", 100).0, [Move(0.0, 0.0), Line(3.0, 3.0)]);
    }

    #[test]
    fn what_is_wrong_ends_the_path_and_is_told() {
        assert_eq!(
            parse("M 1 1 X 2 2 L 3 3", 100),
            (vec![Move(1.0, 1.0)], false)
        );
        assert_eq!(parse("M 1 1 L 2", 100), (vec![Move(1.0, 1.0)], false));
        assert_eq!(parse("M 1 1 L NaN 2", 100).0.len(), 1);
        let (segments, whole) = parse(&"L 1 1 ".repeat(50), 10);
        assert!(!whole && segments.len() <= 11);
    }
}
