//! Long lists in an order that an index keeps for each pair of values, such as the cases of an
//! agency in a state by their due dates. The head of each pair's own order is read from the index,
//! and the page is chosen among the heads: how long the list is does not matter.

use kernel::PageRequest;

use crate::{Row, Run, StoreError, Value};

/// Parts that a compound statement may have on SQLite.
const PARTS: usize = 480;

/// A table and the index under its list: `(group, state, order…)`, and `(state, order…)` for lists
/// of every group.
pub struct Ordered<'a> {
    pub table: &'a str,
    pub key: &'a str,
    /// What is wanted of the rows, each with `r.` before it.
    pub columns: &'a str,
    pub group: &'a str,
    pub state: &'a str,
    /// Columns of the order, each with how it runs: `("due_at", "NULLS LAST")`.
    pub order: &'a [(&'a str, &'a str)],
    /// What else holds of the rows; the index has these columns too.
    pub also: &'a [Also<'a>],
}

/// A further condition: column, comparison, value.
#[derive(Clone, Debug)]
pub struct Also<'a> {
    column: &'a str,
    compares: &'static str,
    value: Value,
}

impl<'a> Also<'a> {
    pub fn new(column: &'a str, compares: &'static str, value: Value) -> Self {
        Self {
            column,
            compares,
            value,
        }
    }
}

/// Rows are counted up to here: who wants to know whether there are more than so many narrows the
/// list, and nobody waits for millions to be counted.
pub const COUNTED: u64 = kernel::COUNTED;

impl Ordered<'_> {
    /// A page of the rows in these states, of every group or of those named, and how many there
    /// are: one more than [`COUNTED`] stands for "more".
    pub async fn page(
        &self,
        run: &mut impl Run,
        groups: Option<&[String]>,
        states: &[&str],
        page: PageRequest,
    ) -> Result<(Vec<Row>, u64), StoreError> {
        if states.is_empty() || groups.is_some_and(<[String]>::is_empty) {
            return Ok((Vec::new(), 0));
        }
        let (condition, values) = self.condition(groups, states);
        let sql = format!(
            "SELECT count(*) FROM (SELECT 1 FROM {} r WHERE {condition} LIMIT {}) AS counted",
            self.table,
            COUNTED + 1
        );
        let total = run.count(&sql, values.clone()).await?;
        let (sql, values) = self.statement(groups, states, page);
        Ok((run.rows(&sql, values).await?, total))
    }

    fn statement(
        &self,
        groups: Option<&[String]>,
        states: &[&str],
        page: PageRequest,
    ) -> (String, Vec<Value>) {
        let mut heads = self.pairs(groups, states);
        if heads.len() > PARTS {
            heads = vec![self.condition(groups, states)];
        }
        let Self {
            table,
            key,
            columns,
            ..
        } = self;
        let named = self.order.iter().map(|(column, _)| format!(", r.{column}"));
        let named = named.collect::<String>();
        let deep = page.offset() + i64::from(page.size);
        let (mut parts, mut values) = (Vec::new(), Vec::new());
        for (at, (condition, of)) in heads.into_iter().enumerate() {
            parts.push(format!(
                "SELECT * FROM (SELECT r.{key}{named} FROM {table} r \
                 WHERE {condition} ORDER BY {} LIMIT ?) AS h{at}",
                self.order_of("r.")
            ));
            values.extend(of);
            values.push(deep.into());
        }
        values.extend([page.size.into(), page.offset().into()]);
        let sql = format!(
            "SELECT {columns} FROM (SELECT * FROM ({}) AS heads ORDER BY {} LIMIT ? OFFSET ?) p \
             JOIN {table} r ON r.{key} = p.{key} ORDER BY {}",
            parts.join(" UNION ALL "),
            self.order_of(""),
            self.order_of("p.")
        );
        (sql, values)
    }

    fn order_of(&self, of: &str) -> String {
        let terms = self.order.iter();
        let terms = terms.map(|(column, way)| format!("{of}{column} {way}"));
        terms.collect::<Vec<_>>().join(", ")
    }

    /// All the rows at once, as a condition and its values.
    fn condition(&self, groups: Option<&[String]>, states: &[&str]) -> (String, Vec<Value>) {
        let among =
            |column: &str, n: usize| format!("r.{column} IN ({})", ["?"].repeat(n).join(", "));
        let mut sql = among(self.state, states.len());
        let mut values: Vec<Value> = states.iter().map(|s| Value::from(*s)).collect();
        if let Some(groups) = groups {
            sql = format!("{sql} AND {}", among(self.group, groups.len()));
            values.extend(groups.iter().map(Value::from));
        }
        self.narrowed((sql, values))
    }

    /// The same rows in parts, each of which an index holds in order.
    fn pairs(&self, groups: Option<&[String]>, states: &[&str]) -> Vec<(String, Vec<Value>)> {
        let Some(groups) = groups else {
            let of = |state: &&str| {
                self.narrowed((format!("r.{} = ?", self.state), vec![Value::from(*state)]))
            };
            return states.iter().map(of).collect();
        };
        let condition = format!("r.{} = ? AND r.{} = ?", self.group, self.state);
        let mut all = Vec::new();
        for state in states {
            for group in groups {
                let pair = (condition.clone(), vec![group.into(), (*state).into()]);
                all.push(self.narrowed(pair));
            }
        }
        all
    }

    fn narrowed(&self, (mut sql, mut values): (String, Vec<Value>)) -> (String, Vec<Value>) {
        for also in self.also {
            sql.push_str(&format!(" AND r.{} {} ?", also.column, also.compares));
            values.push(also.value.clone());
        }
        (sql, values)
    }
}
