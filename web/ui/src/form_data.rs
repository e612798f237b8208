//! A posted form as it came: names and values in order, names may repeat.

/// Fields of a posted form or a query string.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FormData {
    pairs: Vec<(String, String)>,
}

impl FormData {
    /// Reads `a=1&b=2`.
    pub fn parse(body: &[u8]) -> Self {
        Self {
            pairs: form_urlencoded::parse(body).into_owned().collect(),
        }
    }

    /// The first value of a name, without surrounding white space; empty if missing.
    pub fn get(&self, name: &str) -> &str {
        self.pairs
            .iter()
            .find(|(key, _)| key == name)
            .map_or("", |(_, value)| value.trim())
    }

    /// All values of a name, as check boxes send them.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.pairs
            .iter()
            .filter(move |(key, _)| key == name)
            .map(|(_, value)| value.trim())
    }

    /// Whether the name was sent at all.
    pub fn has(&self, name: &str) -> bool {
        self.pairs.iter().any(|(key, _)| key == name)
    }

    /// All pairs in order.
    pub fn pairs(&self) -> &[(String, String)] {
        &self.pairs
    }

    /// Adds a pair.
    pub fn push(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.pairs.push((name.into(), value.into()));
    }

    /// As a query string, without the token and without empty values.
    pub fn to_query(&self) -> String {
        let kept = self
            .pairs
            .iter()
            .filter(|(key, value)| key != crate::csrf::FIELD && !value.is_empty());
        form_urlencoded::Serializer::new(String::new())
            .extend_pairs(kept)
            .finish()
    }
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for FormData {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        Self {
            pairs: pairs
                .into_iter()
                .map(|(k, v)| (k.into(), v.into()))
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_repeat_and_values_are_trimmed() {
        let data = FormData::parse("a=+1+&b=2&a=3&csrf=x&c=".as_bytes());
        assert_eq!(data.get("a"), "1");
        assert_eq!(data.all("a").collect::<Vec<_>>(), ["1", "3"]);
        assert_eq!(data.get("missing"), "");
        assert!(data.has("c") && !data.has("d"));
        assert_eq!(data.to_query(), "a=+1+&b=2&a=3");
    }
}
