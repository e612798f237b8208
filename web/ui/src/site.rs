//! What the site is called and who answers for it. Unset values are left out of the pages.

use kernel::Locale;

/// Site settings shown in header, footer and meta tags.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// 站名.
    pub name: String,
    pub name_en: String,
    /// The line under the name.
    pub slogan: String,
    pub slogan_en: String,
    /// The one character in the red square.
    pub emblem: char,
    /// 地区, shown first in the top bar.
    pub region: String,
    /// Where another region is chosen; without it the region is plain text.
    pub region_href: Option<String>,
    /// 服务热线.
    pub hotline: String,
    /// Host name for the `SiteDomain` meta tag.
    pub domain: Option<String>,
    /// 网站标识码, ten digits.
    pub id_code: Option<String>,
    /// 主办单位.
    pub organiser: Option<String>,
    /// 承办单位.
    pub operator: Option<String>,
    /// ICP 备案号.
    pub icp: Option<String>,
    /// 公安备案号.
    pub police: Option<String>,
    /// Address of the 党政机关 mark.
    pub party_mark_href: Option<String>,
    /// The data are invented; every page says so.
    pub demo: bool,
}

impl Site {
    /// The demonstration city, every optional value but the party mark set.
    pub fn sample() -> Self {
        Self {
            name: "云州市政务服务网".into(),
            name_en: "Yunzhou Government Services".into(),
            slogan: "一网通办 · 一次办成".into(),
            slogan_en: "One site, done once".into(),
            emblem: '政',
            region: "云州市".into(),
            region_href: None,
            hotline: "12345".into(),
            domain: Some("zwfw.yunzhou.example".into()),
            id_code: Some("9901000000".into()),
            organiser: Some("云州市人民政府办公室".into()),
            operator: Some("云州市政务服务中心".into()),
            icp: Some("云ICP备00000000号".into()),
            police: Some("云公网安备 00000000000000号".into()),
            party_mark_href: None,
            demo: true,
        }
    }

    /// The name in the reader's language.
    pub fn title(&self, locale: Locale) -> &str {
        match locale {
            Locale::En if !self.name_en.is_empty() => &self.name_en,
            _ => &self.name,
        }
    }

    /// The slogan in the reader's language.
    pub fn line(&self, locale: Locale) -> &str {
        match locale {
            Locale::En if !self.slogan_en.is_empty() => &self.slogan_en,
            _ => &self.slogan,
        }
    }

    /// Settings that are still unset, by setting name; the settings page lists them.
    pub fn unset(&self) -> Vec<&'static str> {
        [
            ("domain", self.domain.is_none()),
            ("id_code", self.id_code.is_none()),
            ("organiser", self.organiser.is_none()),
            ("operator", self.operator.is_none()),
            ("icp", self.icp.is_none()),
            ("police", self.police.is_none()),
            ("party_mark_href", self.party_mark_href.is_none()),
        ]
        .into_iter()
        .filter_map(|(name, unset)| unset.then_some(name))
        .collect()
    }
}
