//! Decoding of cross-reference and object streams: Flate with the predictors of PNG.

use std::io::Read as _;

use flate2::read::ZlibDecoder;

use super::object::{Dict, Obj};
use super::scan::{Bad, Read};

/// Largest decoded stream; a cross-reference stream of a million objects needs 10 MiB.
pub(super) const LIMIT: usize = 32 << 20;

/// Decodes a stream's raw bytes as its dictionary says. `at` is where it stands, for the error.
pub(super) fn decode(dict: &Dict, raw: &[u8], at: usize) -> Read<Vec<u8>> {
    let bad = |what| Err(Bad { at, what });
    let filter = match dict.get("Filter") {
        None => return Ok(raw.to_vec()),
        Some(Obj::Array(items)) if items.is_empty() => return Ok(raw.to_vec()),
        Some(Obj::Array(items)) if items.len() == 1 => &items[0],
        Some(other) => other,
    };
    if filter.as_name() != Some(b"FlateDecode") {
        return bad("a structural stream has an unusual filter");
    }
    let parms = match dict.get("DecodeParms") {
        Some(Obj::Array(items)) if items.len() == 1 => items[0].as_dict(),
        Some(Obj::Dict(parms)) => Some(parms),
        _ => None,
    };
    let mut bytes = Vec::new();
    let limit = LIMIT as u64 + 1;
    if ZlibDecoder::new(raw)
        .take(limit)
        .read_to_end(&mut bytes)
        .is_err()
    {
        return bad("a compressed stream is damaged");
    }
    if bytes.len() > LIMIT {
        return bad("a compressed stream is too large");
    }
    let number = |name: &str, default: i64| {
        parms
            .and_then(|p| p.get(name))
            .map_or(Some(default), Obj::as_int)
    };
    match number("Predictor", 1) {
        Some(1) => Ok(bytes),
        Some(10..=15) => {
            let (colors, bits, columns) = (
                number("Colors", 1),
                number("BitsPerComponent", 8),
                number("Columns", 1),
            );
            let (Some(colors @ 1..=4), Some(8), Some(columns @ 1..=65_536)) =
                (colors, bits, columns)
            else {
                return bad("a structural stream has unusual parameters");
            };
            let Some(rows) = unpredict(&bytes, (columns * colors) as usize, colors as usize) else {
                return bad("a predicted stream is damaged");
            };
            Ok(rows)
        }
        _ => bad("a structural stream has an unusual predictor"),
    }
}

/// Undoes the row filters of PNG. Every row begins with the number of its filter.
fn unpredict(bytes: &[u8], width: usize, step: usize) -> Option<Vec<u8>> {
    let mut out: Vec<u8> = Vec::with_capacity(bytes.len());
    let mut above = vec![0u8; width];
    for row in bytes.chunks(width + 1) {
        let (&kind, row) = row.split_first()?;
        if row.len() != width {
            return None;
        }
        let mut line = row.to_vec();
        for i in 0..width {
            let left = if i >= step { line[i - step] } else { 0 };
            let corner = if i >= step { above[i - step] } else { 0 };
            let guess = match kind {
                0 => 0,
                1 => left,
                2 => above[i],
                3 => ((u16::from(left) + u16::from(above[i])) / 2) as u8,
                4 => paeth(left, above[i], corner),
                _ => return None,
            };
            line[i] = line[i].wrapping_add(guess);
        }
        out.extend(&line);
        above = line;
    }
    Some(out)
}

fn paeth(left: u8, above: u8, corner: u8) -> u8 {
    let (a, b, c) = (i16::from(left), i16::from(above), i16::from(corner));
    let estimate = a + b - c;
    let (da, db, dc) = (
        (estimate - a).abs(),
        (estimate - b).abs(),
        (estimate - c).abs(),
    );
    if da <= db && da <= dc {
        left
    } else if db <= dc {
        above
    } else {
        corner
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn deflate(bytes: &[u8]) -> Vec<u8> {
        let mut encoder =
            flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn dict(parms: Dict) -> Dict {
        Dict::new()
            .with("Filter", Obj::name("FlateDecode"))
            .with("DecodeParms", Obj::Dict(parms))
    }

    #[test]
    fn every_predictor_is_undone() {
        // Two rows of four bytes: 1 2 3 4 and 5 5 5 5, by each filter of PNG in the second row.
        for (kind, second) in [
            (0u8, [5u8, 5, 5, 5]),
            (1, [5, 0, 0, 0]),
            (2, [4, 3, 2, 1]),
            (3, [5, 2, 1, 1]),
            (4, [4, 0, 0, 0]),
        ] {
            let rows = [&[0, 1, 2, 3, 4][..], &[kind], &second].concat();
            let parms = Dict::new()
                .with("Predictor", Obj::Int(12))
                .with("Columns", Obj::Int(4));
            let decoded = decode(&dict(parms), &deflate(&rows), 0);
            assert_eq!(decoded, Ok(vec![1, 2, 3, 4, 5, 5, 5, 5]), "filter {kind}");
        }
    }

    #[test]
    fn damage_and_bombs_are_refused() {
        let plain = dict(Dict::new());
        assert_eq!(decode(&plain, &deflate(b"abc"), 0), Ok(b"abc".to_vec()));
        assert!(decode(&plain, b"abc", 0).is_err());
        assert!(decode(&plain, &deflate(&vec![0; LIMIT + 1]), 0).is_err());
        let filter = |name| Dict::new().with("Filter", Obj::name(name));
        assert!(decode(&filter("LZWDecode"), b"", 0).is_err());
        for (predictor, columns) in [(2, 4), (12, 0), (12, 1 << 40), (12, 7)] {
            let parms = Dict::new()
                .with("Predictor", Obj::Int(predictor))
                .with("Columns", Obj::Int(columns));
            assert!(decode(&dict(parms), &deflate(&[0, 1, 2, 3, 4]), 0).is_err());
        }
    }
}
