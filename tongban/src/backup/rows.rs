//! Rows as bytes. A row is its values in the order of the columns; a value is one byte that says
//! its kind, then: 0 nothing; 1 an integer, eight bytes, big end first; 2 text and 3 bytes, each
//! with its length in four bytes before it.

use std::io::{self, Read};

use store::{ColumnKind, Table, Value};

/// No value of ours is longer; a longer one is a damaged file.
const LONGEST: u32 = 1 << 30;

/// Appends a row.
pub fn write(row: &[Value], out: &mut Vec<u8>) -> io::Result<()> {
    let length = |bytes: &[u8]| {
        u32::try_from(bytes.len())
            .ok()
            .filter(|n| *n <= LONGEST)
            .ok_or_else(|| io::Error::other("a value is too long"))
    };
    for value in row {
        match value {
            Value::Text(None) | Value::Int(None) | Value::Bytes(None) => out.push(0),
            Value::Int(Some(n)) => {
                out.push(1);
                out.extend_from_slice(&n.to_be_bytes());
            }
            Value::Text(Some(text)) => {
                out.push(2);
                out.extend_from_slice(&length(text.as_bytes())?.to_be_bytes());
                out.extend_from_slice(text.as_bytes());
            }
            Value::Bytes(Some(bytes)) => {
                out.push(3);
                out.extend_from_slice(&length(bytes)?.to_be_bytes());
                out.extend_from_slice(bytes);
            }
        }
    }
    Ok(())
}

fn bad(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// Reads the next row, none at the end.
pub fn read(table: &Table, from: &mut impl Read) -> io::Result<Option<Vec<Value>>> {
    let mut row = Vec::with_capacity(table.columns.len());
    for (_, kind) in &table.columns {
        let mut tag = [0u8];
        if row.is_empty() {
            if from.read(&mut tag)? == 0 {
                return Ok(None);
            }
        } else {
            from.read_exact(&mut tag)?;
        }
        row.push(value(*kind, tag[0], from)?);
    }
    Ok((!row.is_empty()).then_some(row))
}

fn value(kind: ColumnKind, tag: u8, from: &mut impl Read) -> io::Result<Value> {
    Ok(match (kind, tag) {
        (ColumnKind::Text, 0) => Value::Text(None),
        (ColumnKind::Int, 0) => Value::Int(None),
        (ColumnKind::Bytes, 0) => Value::Bytes(None),
        (ColumnKind::Int, 1) => {
            let mut bytes = [0; 8];
            from.read_exact(&mut bytes)?;
            Value::Int(Some(i64::from_be_bytes(bytes)))
        }
        (ColumnKind::Text, 2) => {
            let text = String::from_utf8(sized(from)?).map_err(|_| bad("text is not UTF-8"))?;
            Value::Text(Some(text))
        }
        (ColumnKind::Bytes, 3) => Value::Bytes(Some(sized(from)?)),
        _ => return Err(bad("a value is not of its column's kind")),
    })
}

fn sized(from: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut length = [0; 4];
    from.read_exact(&mut length)?;
    let length = u32::from_be_bytes(length);
    if length > LONGEST {
        return Err(bad("a value is too long"));
    }
    // Grows with what is really there: a wrong length must not take the memory it names.
    let mut bytes = Vec::new();
    from.take(u64::from(length)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 != u64::from(length) {
        return Err(bad("a value is cut off"));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        Table {
            name: "t".into(),
            columns: vec![
                ("a".into(), ColumnKind::Text),
                ("b".into(), ColumnKind::Int),
                ("c".into(), ColumnKind::Bytes),
            ],
        }
    }

    #[test]
    fn rows_come_back_as_they_were() {
        let rows = [
            vec![
                Value::from("通办 \u{0}"),
                Value::from(i64::MIN),
                Value::from(vec![0u8, 255]),
            ],
            vec![Value::Text(None), Value::Int(None), Value::Bytes(None)],
            vec![
                Value::from(""),
                Value::from(-1i64),
                Value::from(vec![0u8; 70_000]),
            ],
        ];
        let mut bytes = Vec::new();
        for row in &rows {
            write(row, &mut bytes).unwrap();
        }
        let mut from = bytes.as_slice();
        for row in &rows {
            assert_eq!(read(&table(), &mut from).unwrap().as_ref(), Some(row));
        }
        assert_eq!(read(&table(), &mut from).unwrap(), None);
    }

    #[test]
    fn damaged_rows_are_errors() {
        let mut bytes = Vec::new();
        write(
            &[Value::from("ab"), Value::from(7i64), Value::Bytes(None)],
            &mut bytes,
        )
        .unwrap();
        for end in 1..bytes.len() {
            assert!(read(&table(), &mut &bytes[..end]).is_err(), "cut at {end}");
        }
        let mut wrong = bytes.clone();
        wrong[0] = 1;
        assert!(read(&table(), &mut wrong.as_slice()).is_err());
        let huge = [2u8, 0xff, 0xff, 0xff, 0xff];
        assert!(read(&table(), &mut huge.as_slice()).is_err());
    }
}
