//! How fields are made: one constructor a kind, then what is special about this one.

use super::{Choice, Control, Fetched, Field, Photo, Width};

/// A builder method that sets one optional text.
macro_rules! setters {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        pub fn $name(mut self, value: impl Into<String>) -> Self {
            self.$name = Some(value.into());
            self
        }
    )*};
}

impl Field {
    /// A field of any control.
    pub fn new(name: impl Into<String>, label: impl Into<String>, control: Control) -> Self {
        Self {
            name: name.into(),
            label: label.into(),
            control,
            ..Self::default()
        }
    }

    /// One line of text.
    pub fn text(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::new(name, label, Control::default())
    }

    /// One line of a given HTML input type.
    pub fn input(name: impl Into<String>, label: impl Into<String>, kind: &'static str) -> Self {
        Self::new(name, label, Control::Text { kind })
    }

    pub fn textarea(name: impl Into<String>, label: impl Into<String>, rows: u8) -> Self {
        Self::new(name, label, Control::Textarea { rows })
    }

    pub fn radio(name: impl Into<String>, label: impl Into<String>, choices: Vec<Choice>) -> Self {
        Self::new(name, label, Control::Radio(choices))
    }

    pub fn checkbox(
        name: impl Into<String>,
        label: impl Into<String>,
        choices: Vec<Choice>,
    ) -> Self {
        Self::new(name, label, Control::Checkbox(choices))
    }

    pub fn select(name: impl Into<String>, label: impl Into<String>, choices: Vec<Choice>) -> Self {
        Self::new(name, label, Control::Select(choices)).width(Width::Mid)
    }

    pub fn date(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::new(name, label, Control::Date).width(Width::Short)
    }

    pub fn datetime(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::new(name, label, Control::DateTime).width(Width::Mid)
    }

    pub fn switch(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::new(name, label, Control::Switch)
    }

    /// An agreement, never ticked beforehand.
    pub fn consent(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::new(name, label, Control::Consent)
    }

    pub fn photo(name: impl Into<String>, label: impl Into<String>, photo: Photo) -> Self {
        Self::new(name, label, Control::Photo(photo))
    }

    pub fn file(
        name: impl Into<String>,
        label: impl Into<String>,
        accept: impl Into<String>,
    ) -> Self {
        Self::new(
            name,
            label,
            Control::File {
                accept: accept.into(),
            },
        )
    }

    /// A person's name.
    pub fn person_name(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::text(name, label)
            .autocomplete("name")
            .width(Width::Mid)
    }

    /// 公民身份号码: letters allowed for the check digit.
    pub fn id_number(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            code: true,
            max_length: Some(24),
            ..Self::text(name, label)
        }
        .autocomplete("off")
        .width(Width::Mid)
    }

    /// 手机号.
    pub fn phone(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            code: true,
            max_length: Some(20),
            ..Self::input(name, label, "tel")
        }
        .autocomplete("tel")
        .inputmode("tel")
        .width(Width::Mid)
    }

    /// 统一社会信用代码.
    pub fn credit_code(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            code: true,
            max_length: Some(24),
            ..Self::text(name, label)
        }
        .autocomplete("off")
        .width(Width::Mid)
    }

    /// A whole or decimal number, typed as text so that nothing is rounded or scrolled away.
    pub fn number(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::text(name, label)
            .inputmode("decimal")
            .width(Width::Short)
    }

    /// A code sent by message.
    pub fn one_time_code(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            code: true,
            max_length: Some(8),
            ..Self::text(name, label)
        }
        .autocomplete("one-time-code")
        .inputmode("numeric")
        .width(Width::Short)
    }

    /// A password; `autocomplete` is `current-password` or `new-password`.
    pub fn password(
        name: impl Into<String>,
        label: impl Into<String>,
        autocomplete: &'static str,
    ) -> Self {
        Self::input(name, label, "password")
            .autocomplete(autocomplete)
            .width(Width::Mid)
    }

    setters! {
        /// A line under the label.
        hint,
        /// What is wrong and what to do.
        error,
        /// Why the control cannot be used now.
        off,
        /// Words after the control.
        unit,
        /// Least value, as HTML has it.
        min,
        /// Greatest value.
        max,
        /// Step between values.
        step,
    }

    /// The value held.
    pub fn value(mut self, value: impl Into<String>) -> Self {
        self.values = vec![value.into()];
        self
    }

    /// The values held.
    pub fn values<T: Into<String>>(mut self, values: impl IntoIterator<Item = T>) -> Self {
        self.values = values.into_iter().map(Into::into).collect();
        self
    }

    /// Marks the field 选填.
    pub fn optional(mut self) -> Self {
        self.optional = true;
        self
    }

    /// May be left empty without saying so.
    pub fn unmarked(mut self) -> Self {
        self.unmarked = true;
        self
    }

    /// Shows the value without letting it be changed.
    pub fn readonly(mut self) -> Self {
        self.readonly = true;
        self
    }

    /// Marks the value 自动调取 and keeps it as it is.
    pub fn fetched(mut self, from: impl Into<String>, dispute: Option<String>) -> Self {
        self.fetched = Some(Fetched {
            from: from.into(),
            dispute,
        });
        self.readonly = true;
        self
    }

    /// Marks the value 自动调取 but lets the person change it.
    pub fn prefilled(mut self, from: impl Into<String>) -> Self {
        self.fetched = Some(Fetched {
            from: from.into(),
            dispute: None,
        });
        self
    }

    pub fn autocomplete(mut self, token: &'static str) -> Self {
        self.autocomplete = Some(token);
        self
    }

    pub fn inputmode(mut self, mode: &'static str) -> Self {
        self.inputmode = Some(mode);
        self
    }

    pub fn width(mut self, width: Width) -> Self {
        self.width = width;
        self
    }

    pub fn max_length(mut self, characters: u32) -> Self {
        self.max_length = Some(characters);
        self
    }

    /// Hides the label from view, not from those who listen.
    pub fn quiet(mut self) -> Self {
        self.quiet = true;
        self
    }
}
