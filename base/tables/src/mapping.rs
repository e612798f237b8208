//! Which column of a foreign table is which field of ours.

/// A field of ours and the headings under which it is sent.
#[derive(Clone, Copy, Debug)]
pub struct FieldNames {
    /// Code, itself accepted as a heading.
    pub code: &'static str,
    /// Headings, the proper one first.
    pub names: &'static [&'static str],
}

/// The columns of one table and the fields they hold. Columns without a field are left out when
/// rows are read and stay in the original.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping {
    /// For each column of the table the field, as an index into the list of fields.
    fields: Vec<Option<usize>>,
    width: usize,
}

impl Mapping {
    /// Proposes a mapping by name. `explicit` pairs headings with codes and wins over names; a
    /// heading with an empty code is left out. Of two columns for one field the first is taken.
    pub fn propose(
        headings: &[String],
        fields: &[FieldNames],
        explicit: &[(String, String)],
    ) -> Self {
        let mut taken = vec![false; fields.len()];
        let mut mapped = vec![None; headings.len()];
        let mut settled = vec![false; headings.len()];
        let mut put = |column: usize, field: Option<usize>, mapped: &mut Vec<Option<usize>>| {
            if let Some(free) = field
                .and_then(|field| taken.get_mut(field))
                .filter(|t| !**t)
            {
                *free = true;
                if let Some(cell) = mapped.get_mut(column) {
                    *cell = field;
                }
            }
        };
        for (column, heading) in headings.iter().enumerate() {
            let folded = fold_heading(heading);
            let chosen = explicit.iter().find(|(h, _)| fold_heading(h) == folded);
            if let Some((_, code)) = chosen {
                if let Some(mark) = settled.get_mut(column) {
                    *mark = true;
                }
                let field = fields.iter().position(|field| field.code == code);
                put(column, field, &mut mapped);
            }
        }
        for (column, heading) in headings.iter().enumerate() {
            if settled.get(column).copied().unwrap_or_default() {
                continue;
            }
            let folded = fold_heading(heading);
            let field = fields.iter().position(|field| {
                fold_heading(field.code) == folded
                    || field.names.iter().any(|name| fold_heading(name) == folded)
            });
            put(column, field, &mut mapped);
        }
        Self {
            fields: mapped,
            width: fields.len(),
        }
    }

    /// The field of a column, as an index into the list of fields.
    pub fn field(&self, column: usize) -> Option<usize> {
        self.fields.get(column).copied().flatten()
    }

    /// The column of a field.
    pub fn column(&self, field: usize) -> Option<usize> {
        self.fields.iter().position(|f| *f == Some(field))
    }

    /// Columns that hold none of our fields.
    pub fn left_out(&self) -> impl Iterator<Item = usize> {
        let columns = self.fields.iter().enumerate();
        columns.filter(|(_, f)| f.is_none()).map(|(at, _)| at)
    }

    /// The cells of a row in the order of the fields; a field without a column is empty.
    pub fn apply(&self, cells: &[String], out: &mut Vec<String>) {
        out.resize_with(self.width, String::new);
        out.iter_mut().for_each(String::clear);
        for (cell, field) in cells.iter().zip(&self.fields) {
            if let Some(text) = field.and_then(|field| out.get_mut(field)) {
                text.push_str(cell);
            }
        }
    }
}

/// A heading as it is compared: without blanks, stars, colons and what stands in brackets, full
/// width made plain, in lower case.
pub fn fold_heading(heading: &str) -> String {
    let mut out = String::new();
    let mut depth = 0usize;
    for c in heading.chars() {
        let c = match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
            c => c,
        };
        match c {
            '(' | '[' | '【' | '〔' => depth += 1,
            ')' | ']' | '】' | '〕' => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            '*' | ':' | '_' | '-' | '\u{feff}' | '\u{200b}' => {}
            c if c.is_whitespace() => {}
            c => out.extend(c.to_lowercase()),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIELDS: &[FieldNames] = &[
        FieldNames {
            code: "licence_no",
            names: &["证照编号", "许可证编号"],
        },
        FieldNames {
            code: "valid_to",
            names: &["有效期止", "有效期至"],
        },
        FieldNames {
            code: "holder",
            names: &["持证主体"],
        },
    ];

    fn strings(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|t| (*t).to_owned()).collect()
    }

    #[test]
    fn headings_are_found_by_code_name_and_choice() {
        let headings = strings(&[
            "序号",
            " 许可证 编号*",
            "VALID_TO（必填）",
            "单位",
            "有效期至",
        ]);
        let chosen = [("单位".to_owned(), "holder".to_owned())];
        let mapping = Mapping::propose(&headings, FIELDS, &chosen);
        assert_eq!(mapping.column(0), Some(1));
        assert_eq!(mapping.column(1), Some(2));
        assert_eq!(mapping.column(2), Some(3));
        // The second column of one field is left out, not silently written over the first.
        assert_eq!(mapping.left_out().collect::<Vec<_>>(), [0, 4]);
        let mut out = Vec::new();
        mapping.apply(&strings(&["1", "甲", "2027", "某店", "x"]), &mut out);
        assert_eq!(out, strings(&["甲", "2027", "某店"]));
    }

    #[test]
    fn a_choice_can_leave_a_column_out() {
        let headings = strings(&["证照编号", "许可证编号"]);
        let chosen = [("证照编号".to_owned(), String::new())];
        let mapping = Mapping::propose(&headings, FIELDS, &chosen);
        assert_eq!(mapping.column(0), Some(1));
    }
}
