//! Licence cards: type, holder, number, issuer, validity, state.

use super::{Action, component};
use crate::Chip;

/// A licence in the wallet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LicenceCard {
    /// 证照名称.
    pub kind: String,
    /// Masked holder.
    pub holder: String,
    /// Number, masked where it derives from an identity number.
    pub number: String,
    pub issuer: String,
    /// 「2031 年 11 月 25 日」 or 「长期」.
    pub until: String,
    pub state: Chip,
    /// Address of the full view.
    pub href: String,
    /// 亮证, 下载 and others; the first is the main one.
    pub actions: Vec<Action>,
}

component!(LicenceCard, LicenceCardHtml, "components/licence.html");

impl LicenceCard {
    /// One of each state a holder meets.
    pub fn sample() -> Vec<Self> {
        let card = |kind: &str, number: &str, issuer: &str, until: &str, state| Self {
            kind: kind.into(),
            holder: "林*华".into(),
            number: number.into(),
            issuer: issuer.into(),
            until: until.into(),
            state,
            href: "/wallet/1".into(),
            actions: vec![
                Action {
                    label: "亮证".into(),
                    href: "/wallet/1/show".into(),
                    about: kind.into(),
                },
                Action {
                    label: "下载".into(),
                    href: "/wallet/1/file".into(),
                    about: kind.into(),
                },
            ],
        };
        let valid = Chip::licence("VALID", false);
        let mut cards = vec![
            card(
                "食品经营许可证",
                "JY29901020000018",
                "云州市市场监督管理局",
                "2031 年 11 月 25 日",
                valid.clone(),
            ),
            card(
                "居民身份证",
                "9901************39",
                "云州市公安局",
                "2038 年 3 月 12 日",
                valid,
            ),
            card(
                "健康证明",
                "YZ2025-00318",
                "云州市疾病预防控制中心",
                "2026 年 12 月 5 日",
                Chip::licence("VALID", true),
            ),
            card(
                "出租汽车驾驶员从业资格证",
                "9901******0639",
                "云州市交通运输局",
                "2026 年 10 月 1 日",
                Chip::licence("EXPIRED", false),
            ),
            card(
                "营业执照",
                "91990102MA0000001X",
                "云州市市场监督管理局",
                "长期",
                Chip::licence("CANCELLED", false),
            ),
        ];
        cards[3].actions.truncate(0);
        cards[4].actions.truncate(0);
        cards
    }
}
