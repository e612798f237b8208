//! 可信等级 and the exact watermark notes of [B-39].

use jiff::civil::Date;

/// How far a material can be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TrustLevel {
    /// Produced by an implementing agency, carries its electronic seal.
    A,
    /// Checked against the original by window staff.
    B,
    /// Licence uploaded by the user.
    C,
    /// Self-made; the user answers for its truth.
    D,
}

impl TrustLevel {
    pub const ALL: &'static [TrustLevel] = &[Self::A, Self::B, Self::C, Self::D];

    pub fn code(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
            Self::C => "C",
            Self::D => "D",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|t| t.code() == code)
    }

    /// Words for the list of files.
    pub fn zh(self) -> &'static str {
        match self {
            Self::A => "机构提供",
            Self::B => "已核对原件",
            Self::C => "待核对原件",
            Self::D => "自行承诺",
        }
    }
}

/// The note that stands on the material. `issuer` for level A, `valid_to` for A and B.
pub fn note(level: TrustLevel, issuer: &str, valid_to: Option<Date>) -> String {
    let until = valid_to.map_or_else(
        || "长期".to_owned(),
        |d| format!("{}年{}月{}日", d.year(), d.month(), d.day()),
    );
    match level {
        TrustLevel::A => {
            format!("此件由{issuer}提供，仅供办理政务服务事项时使用，有效期至{until}")
        }
        TrustLevel::B => {
            format!("此件经与原件核对无误，仅供办理政务服务事项时使用，有效期至{until}")
        }
        TrustLevel::C => "此件由本用户按原件上传，请政务服务窗口人员受理时与原件核对".into(),
        TrustLevel::D => "本用户对此材料的真实性负责".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// [B-39] Every level carries its exact note, with the real values in place of the crosses.
    #[test]
    fn every_level_has_its_exact_note() {
        let until = Some(Date::constant(2027, 3, 5));
        assert_eq!(
            note(TrustLevel::A, "云州市卫生健康委员会", until),
            "此件由云州市卫生健康委员会提供，仅供办理政务服务事项时使用，有效期至2027年3月5日"
        );
        assert_eq!(
            note(TrustLevel::B, "", until),
            "此件经与原件核对无误，仅供办理政务服务事项时使用，有效期至2027年3月5日"
        );
        assert_eq!(
            note(TrustLevel::C, "", None),
            "此件由本用户按原件上传，请政务服务窗口人员受理时与原件核对"
        );
        assert_eq!(note(TrustLevel::D, "", None), "本用户对此材料的真实性负责");
        for &level in TrustLevel::ALL {
            assert_eq!(TrustLevel::from_code(level.code()), Some(level));
        }
    }
}
