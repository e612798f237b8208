//! Values that stand in tables and interfaces by a stable code and on pages by their words.

/// Makes an enum of coded values: `Name { Variant = "code", "中文"; … }`, with English words as a
/// third text where pages take them from here. Gives `ALL`, `code`, `zh`, `en`, `from_code`,
/// `Display` (the code) and serde by code.
#[macro_export]
macro_rules! codes {
    (
        $(#[$doc:meta])* $name:ident {
            $($(#[$one:meta])* $variant:ident = $code:literal, $zh:literal;)*
        }
    ) => {
        $crate::codes!(@base $(#[$doc])* $name { $($(#[$one])* $variant = $code, $zh;)* });
    };
    (
        $(#[$doc:meta])* $name:ident {
            $($(#[$one:meta])* $variant:ident = $code:literal, $zh:literal, $en:literal;)*
        }
    ) => {
        $crate::codes!(@base $(#[$doc])* $name { $($(#[$one])* $variant = $code, $zh;)* });

        impl $name {
            /// English words.
            pub fn en(self) -> &'static str { match self { $(Self::$variant => $en,)* } }
        }
    };
    (
        @base $(#[$doc:meta])* $name:ident {
            $($(#[$one:meta])* $variant:ident = $code:literal, $zh:literal;)*
        }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$one])* #[doc = $zh] $variant,)* }

        impl $name {
            /// Every value.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];
            /// Stable code, as it stands in tables and interfaces.
            pub fn code(self) -> &'static str { match self { $(Self::$variant => $code,)* } }
            /// Chinese words.
            pub fn zh(self) -> &'static str { match self { $(Self::$variant => $zh,)* } }
            /// The value of that code.
            pub fn from_code(code: &str) -> Option<Self> {
                match code { $($code => Some(Self::$variant),)* _ => None }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.code())
            }
        }

        impl $crate::serde::Serialize for $name {
            fn serialize<S: $crate::serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.serialize_str(self.code())
            }
        }

        impl<'de> $crate::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let code = <std::borrow::Cow<'de, str> as $crate::serde::Deserialize>::deserialize(d)?;
                Self::from_code(&code).ok_or_else(|| {
                    $crate::serde::de::Error::custom(format!("unknown code {code}"))
                })
            }
        }
    };
}

#[cfg(test)]
mod tests {
    codes! {
        /// 红绿灯.
        Light {
            Red = "red", "红", "red";
            Green = "green", "绿", "green";
        }
    }

    #[test]
    fn codes_and_words() {
        assert_eq!(Light::from_code("green"), Some(Light::Green));
        assert_eq!(Light::from_code("blue"), None);
        assert_eq!((Light::Red.zh(), Light::Red.en()), ("红", "red"));
        assert_eq!(Light::ALL.len(), 2);
    }

    #[test]
    fn serde_by_code() {
        let text = serde_json::to_string(&Light::Green).unwrap();
        assert_eq!(text, "\"green\"");
        assert_eq!(serde_json::from_str::<Light>(&text).unwrap(), Light::Green);
        assert!(serde_json::from_str::<Light>("\"blue\"").is_err());
    }
}
