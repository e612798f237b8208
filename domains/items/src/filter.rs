//! What a list of items is narrowed by [B-09, B-14, B-15].

use serde::{Deserialize, Serialize};

use crate::item::Item;
use crate::types::Mode;

/// Whom an item is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// 个人: natural persons.
    Natural,
    /// 法人: enterprises and other organisations.
    Legal,
}

impl Audience {
    pub const ALL: [Audience; 2] = [Audience::Natural, Audience::Legal];

    pub fn code(self) -> &'static str {
        match self {
            Self::Natural => "natural",
            Self::Legal => "legal",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|audience| audience.code() == code)
    }

    pub fn zh(self) -> &'static str {
        match self {
            Self::Natural => "个人",
            Self::Legal => "法人",
        }
    }

    pub(crate) fn letter(self) -> char {
        match self {
            Self::Natural => 'n',
            Self::Legal => 'l',
        }
    }
}

/// One way of narrowing a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dimension {
    /// 服务对象: `natural`, `legal`.
    Audience,
    /// 服务主题: identifier such as `n01`.
    Theme,
    /// 实施机构: agency code.
    Department,
    /// 事项性质: item type.
    Type,
    /// 办件类型.
    CaseType,
    /// 行使层级.
    Level,
    /// 网上办理: `yes`, `no`.
    Online,
    /// 网办方式: one of the three modes.
    Mode,
}

impl Dimension {
    pub const ALL: [Dimension; 8] = [
        Dimension::Audience,
        Dimension::Theme,
        Dimension::Department,
        Dimension::Type,
        Dimension::CaseType,
        Dimension::Level,
        Dimension::Online,
        Dimension::Mode,
    ];

    /// Name of the facet in the search index, and of the parameter in addresses.
    pub fn code(self) -> &'static str {
        match self {
            Self::Audience => "audience",
            Self::Theme => "theme",
            Self::Department => "dept",
            Self::Type => "type",
            Self::CaseType => "case_type",
            Self::Level => "level",
            Self::Online => "online",
            Self::Mode => "mode",
        }
    }

    pub fn zh(self) -> &'static str {
        match self {
            Self::Audience => "服务对象",
            Self::Theme => "主题",
            Self::Department => "部门",
            Self::Type => "事项类型",
            Self::CaseType => "办件类型",
            Self::Level => "行使层级",
            Self::Online => "网上办理",
            Self::Mode => "办理方式",
        }
    }

    /// The values an item has in this dimension.
    pub fn values(self, item: &Item) -> Vec<String> {
        let one = |text: &str| vec![text.to_owned()];
        match self {
            Self::Audience => Audience::ALL
                .into_iter()
                .filter(|a| item.is_for(*a))
                .map(|a| a.code().to_owned())
                .collect(),
            Self::Theme => Audience::ALL
                .into_iter()
                .flat_map(|a| item.themes(a).iter().map(move |name| (a, name)))
                .filter_map(|(a, name)| crate::themes::theme_id(a, name))
                .collect(),
            Self::Department => one(&item.agency_code),
            Self::Type => one(&item.item_type),
            Self::CaseType => one(&item.case_type),
            Self::Level => one(&item.exercise_level),
            Self::Online => one(if item.online_available { "yes" } else { "no" }),
            Self::Mode => one(item.mode.code()),
        }
    }
}

/// What is chosen; an empty one lets everything through.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    pub audience: Option<Audience>,
    /// Identifier such as `n01`.
    pub theme: Option<String>,
    /// Agency code.
    pub department: Option<String>,
    /// Code of [C-25].
    pub item_type: Option<String>,
    pub case_type: Option<String>,
    /// Code of [C-26].
    pub level: Option<String>,
    pub online: Option<bool>,
    pub mode: Option<Mode>,
}

impl Filter {
    /// The value chosen in a dimension.
    pub fn chosen(&self, dimension: Dimension) -> Option<String> {
        match dimension {
            Dimension::Audience => self.audience.map(|a| a.code().to_owned()),
            Dimension::Theme => self.theme.clone(),
            Dimension::Department => self.department.clone(),
            Dimension::Type => self.item_type.clone(),
            Dimension::CaseType => self.case_type.clone(),
            Dimension::Level => self.level.clone(),
            Dimension::Online => self
                .online
                .map(|yes| (if yes { "yes" } else { "no" }).to_owned()),
            Dimension::Mode => self.mode.map(|m| m.code().to_owned()),
        }
    }

    /// Chooses a value as it stands in an address. A value that does not exist is refused.
    pub fn choose(&mut self, dimension: Dimension, value: &str) -> bool {
        let text = Some(value.to_owned());
        match dimension {
            Dimension::Audience => match Audience::from_code(value) {
                Some(audience) => self.audience = Some(audience),
                None => return false,
            },
            Dimension::Mode => match Mode::from_code(value) {
                Some(mode) => self.mode = Some(mode),
                None => return false,
            },
            Dimension::Online => match value {
                "yes" => self.online = Some(true),
                "no" => self.online = Some(false),
                _ => return false,
            },
            Dimension::Theme => match crate::themes::theme_of(value) {
                Some(_) => self.theme = text,
                None => return false,
            },
            Dimension::Department => self.department = text,
            Dimension::Type => self.item_type = text,
            Dimension::CaseType => self.case_type = text,
            Dimension::Level => self.level = text,
        }
        true
    }

    /// Whether an item passes.
    pub fn passes(&self, item: &Item) -> bool {
        Dimension::ALL
            .into_iter()
            .all(|dimension| match self.chosen(dimension) {
                Some(value) => dimension.values(item).contains(&value),
                None => true,
            })
    }

    /// True when nothing is chosen.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_read_back() {
        let mut filter = Filter::default();
        for (dimension, value) in [
            (Dimension::Audience, "legal"),
            (Dimension::Theme, "l02"),
            (Dimension::Department, "YD_SCJG"),
            (Dimension::Type, "01"),
            (Dimension::CaseType, "2"),
            (Dimension::Level, "4"),
            (Dimension::Online, "yes"),
            (Dimension::Mode, "verification"),
        ] {
            assert!(filter.choose(dimension, value));
            assert_eq!(filter.chosen(dimension).as_deref(), Some(value));
        }
        for (dimension, value) in [
            (Dimension::Audience, "x"),
            (Dimension::Theme, "n99"),
            (Dimension::Online, ""),
        ] {
            assert!(!Filter::default().choose(dimension, value));
        }
        assert!(Filter::default().is_empty() && !filter.is_empty());
    }
}
