//! Interface texts in Chinese and English.
//!
//! Texts live in Fluent files; each web crate embeds its own and hands them to one [`Catalog`].
//! Chinese is the default and the fallback; official documents never pass through here.

use std::borrow::Cow;
use std::sync::Arc;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use kernel::Locale;
use unic_langid::LanguageIdentifier;

/// One embedded Fluent file.
#[derive(Clone, Copy, Debug)]
pub struct Resource {
    pub locale: Locale,
    /// File name without ending, for error messages.
    pub name: &'static str,
    pub text: &'static str,
}

impl Resource {
    /// A Chinese file.
    pub const fn zh(name: &'static str, text: &'static str) -> Self {
        Self {
            locale: Locale::Zh,
            name,
            text,
        }
    }

    /// An English file.
    pub const fn en(name: &'static str, text: &'static str) -> Self {
        Self {
            locale: Locale::En,
            name,
            text,
        }
    }
}

/// Why a catalog could not be built.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum CatalogError {
    /// A file is not valid Fluent.
    #[error("{file}: {reason}")]
    Syntax { file: String, reason: String },
    /// Two files define one key.
    #[error("{file}: {reason}")]
    Duplicate { file: String, reason: String },
}

/// All texts of the program in both languages. Built once at start.
pub struct Catalog {
    zh: FluentBundle<FluentResource>,
    en: FluentBundle<FluentResource>,
}

impl std::fmt::Debug for Catalog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Catalog")
    }
}

impl Catalog {
    /// Reads the texts of several crates, for example `&[ui::TEXTS, portal::TEXTS]`.
    ///
    /// Keys share one name space; a key defined twice in one language is an error.
    pub fn build(sets: &[&[Resource]]) -> Result<Arc<Self>, CatalogError> {
        let mut catalog = Self {
            zh: FluentBundle::new_concurrent(vec![language(Locale::Zh)]),
            en: FluentBundle::new_concurrent(vec![language(Locale::En)]),
        };
        // Isolation marks are for mixed writing directions; here they would only end up in
        // attributes and search boxes.
        catalog.zh.set_use_isolating(false);
        catalog.en.set_use_isolating(false);
        for resource in sets.iter().copied().flatten() {
            let file = format!("{}/{}.ftl", resource.locale.tag(), resource.name);
            let parsed =
                FluentResource::try_new(resource.text.to_owned()).map_err(|(_, errors)| {
                    CatalogError::Syntax {
                        file: file.clone(),
                        reason: join(&errors),
                    }
                })?;
            let bundle = match resource.locale {
                Locale::Zh => &mut catalog.zh,
                Locale::En => &mut catalog.en,
            };
            bundle
                .add_resource(parsed)
                .map_err(|errors| CatalogError::Duplicate {
                    file,
                    reason: join(&errors),
                })?;
        }
        Ok(Arc::new(catalog))
    }

    /// The texts in one language.
    pub fn l(self: &Arc<Self>, locale: Locale) -> L {
        L {
            locale,
            catalog: Arc::clone(self),
        }
    }

    fn find(&self, locale: Locale, key: &str, args: Option<&FluentArgs<'_>>) -> Option<String> {
        let bundle = match locale {
            Locale::Zh => &self.zh,
            Locale::En => &self.en,
        };
        let pattern = bundle.get_message(key)?.value()?;
        let mut errors = Vec::new();
        let text = bundle.format_pattern(pattern, args, &mut errors);
        if !errors.is_empty() {
            tracing::warn!(key, "text lacks a value: {}", join(&errors));
        }
        Some(text.into_owned())
    }
}

fn language(locale: Locale) -> LanguageIdentifier {
    locale
        .tag()
        .parse()
        .expect("the tags of the two languages are valid")
}

fn join<E: std::fmt::Display>(errors: &[E]) -> String {
    errors
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("; ")
}

/// A value put into a text: words, or a number that may choose the plural.
pub trait Arg {
    fn value(&self) -> FluentValue<'static>;
}

impl Arg for str {
    fn value(&self) -> FluentValue<'static> {
        FluentValue::String(Cow::Owned(self.to_owned()))
    }
}

impl Arg for String {
    fn value(&self) -> FluentValue<'static> {
        self.as_str().value()
    }
}

impl<T: Arg + ?Sized> Arg for &T {
    fn value(&self) -> FluentValue<'static> {
        (**self).value()
    }
}

macro_rules! number_args {
    ($($t:ty),*) => {$(
        impl Arg for $t {
            fn value(&self) -> FluentValue<'static> {
                FluentValue::from(*self)
            }
        }
    )*};
}
number_args!(u8, u16, u32, u64, usize, i8, i16, i32, i64);

/// The texts in the reader's language. Cheap to clone; templates know it as `l`.
#[derive(Clone, Debug)]
pub struct L {
    locale: Locale,
    catalog: Arc<Catalog>,
}

impl L {
    /// The language.
    pub fn locale(&self) -> Locale {
        self.locale
    }

    /// Value of the `lang` attribute.
    pub fn tag(&self) -> &'static str {
        self.locale.tag()
    }

    /// Whether the page is in English.
    pub fn is_en(&self) -> bool {
        self.locale == Locale::En
    }

    /// Words of a value that carries both languages.
    pub fn pick<'a>(&self, zh: &'a str, en: &'a str) -> &'a str {
        self.locale.pick(zh, en)
    }

    /// The text of a key. A missing key shows itself, in brackets, and is logged.
    pub fn t(&self, key: &str) -> String {
        self.text(key, None)
    }

    /// A text with one value.
    pub fn t1(&self, key: &str, name: &str, value: impl Arg) -> String {
        self.ta(key, &[(name, &value)])
    }

    /// A text with two values.
    pub fn t2(&self, key: &str, n1: &str, v1: impl Arg, n2: &str, v2: impl Arg) -> String {
        self.ta(key, &[(n1, &v1), (n2, &v2)])
    }

    /// A text with three values.
    #[allow(
        clippy::too_many_arguments,
        reason = "name and value in pairs read best in templates"
    )]
    pub fn t3(
        &self,
        key: &str,
        n1: &str,
        v1: impl Arg,
        n2: &str,
        v2: impl Arg,
        n3: &str,
        v3: impl Arg,
    ) -> String {
        self.ta(key, &[(n1, &v1), (n2, &v2), (n3, &v3)])
    }

    /// A text with any number of values.
    pub fn ta(&self, key: &str, args: &[(&str, &dyn Arg)]) -> String {
        let mut fluent = FluentArgs::with_capacity(args.len());
        for (name, value) in args {
            fluent.set((*name).to_owned(), value.value());
        }
        self.text(key, Some(&fluent))
    }

    /// Whether a text of that key exists.
    pub fn has(&self, key: &str) -> bool {
        self.catalog.find(self.locale, key, None).is_some()
    }

    fn text(&self, key: &str, args: Option<&FluentArgs<'_>>) -> String {
        self.catalog
            .find(self.locale, key, args)
            .or_else(|| self.catalog.find(Locale::Zh, key, args))
            .unwrap_or_else(|| {
                tracing::warn!(key, "no text of this key");
                format!("[{key}]")
            })
    }

    /// The texts of this crate alone, for samples and tests.
    pub fn sample(locale: Locale) -> Self {
        Catalog::build(&[crate::TEXTS])
            .expect("the embedded texts are tested")
            .l(locale)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &[Resource] = &[
        Resource::zh(
            "a",
            "hello = 您好，{ $name }\nleft = 剩 { $n } 个工作日\nzh-only = 仅中文\n",
        ),
        Resource::en(
            "a",
            "hello = Hello { $name }\nleft = { $n ->\n    [one] { $n } day left\n   *[other] { $n } days left\n }\n",
        ),
    ];

    #[test]
    fn values_and_plurals_are_put_in() {
        let catalog = Catalog::build(&[A]).unwrap();
        let zh = catalog.l(Locale::Zh);
        let en = catalog.l(Locale::En);
        assert_eq!(zh.t1("hello", "name", "林*华"), "您好，林*华");
        assert_eq!(en.t1("left", "n", 1), "1 day left");
        assert_eq!(en.t1("left", "n", 3_u32), "3 days left");
        assert_eq!(zh.t1("left", "n", 3), "剩 3 个工作日");
    }

    #[test]
    fn a_missing_english_text_falls_back_and_a_missing_key_shows_itself() {
        let en = Catalog::build(&[A]).unwrap().l(Locale::En);
        assert_eq!(en.t("zh-only"), "仅中文");
        assert_eq!(en.t("nowhere"), "[nowhere]");
    }

    #[test]
    fn a_key_defined_twice_or_a_broken_file_is_an_error() {
        const B: &[Resource] = &[Resource::zh("b", "hello = 又一个\n")];
        assert!(matches!(
            Catalog::build(&[A, B]),
            Err(CatalogError::Duplicate { .. })
        ));
        const C: &[Resource] = &[Resource::en("c", "= broken {\n")];
        assert!(matches!(
            Catalog::build(&[C]),
            Err(CatalogError::Syntax { .. })
        ));
    }
}
