//! What goes wrong with keys and certificates, in Chinese; the English words are those of `Display`.

use crate::{CertError, ImportError, KeyError};

impl KeyError {
    /// In one line.
    pub fn zh(&self) -> String {
        match self {
            Self::Unknown(name) => format!("没有名为 {name} 的密钥"),
            Self::Exists(name) => format!("名为 {name} 的密钥已存在"),
            Self::Uncertified(name) => format!("密钥 {name} 还没有证书"),
            Self::Mismatch(name) => format!("证书与密钥 {name} 不符"),
            Self::Store(_) => "密钥库不可用".into(),
            Self::Token(_) => "密码机不可用".into(),
            Self::Failed(_) => "密钥无法使用".into(),
        }
    }
}

impl CertError {
    /// In one line.
    pub fn zh(&self) -> String {
        match self {
            Self::Malformed(_) => "文件无法解读".into(),
            Self::OutsideIssuer(_) => "证书有效期不能超出签发者的有效期".into(),
            Self::SerialTaken(_) => "序列号已被使用".into(),
            Self::NotAdopted(name, _) => format!("证书“{name}”不能用于签发机构"),
            Self::NotReissued(..) => "该证书不能换发".into(),
            Self::NoAuthority(kind) => format!("没有 {kind} 证书机构"),
            Self::Key(error) => error.zh(),
        }
    }
}

impl ImportError {
    /// In one line.
    pub fn zh(&self) -> String {
        match self {
            Self::Malformed(_) => "文件无法解读".into(),
            Self::PasswordNeeded => "文件已加密，请给出口令文件（--password-file）".into(),
            Self::WrongPassword => "口令不对，或文件已损坏".into(),
            Self::Unsupported(_) => "不支持这种文件".into(),
            Self::OtherKey(found) => format!("没有证书对应该密钥；文件中有：{found}"),
            Self::Ended(name, at) => format!("“{name}”已于 {at} 到期"),
            Self::NotBegun(name, at) => format!("“{name}”自 {at} 起才有效"),
            Self::Incomplete(name, issuer) => {
                format!("证书链不完整：缺少“{name}”的签发者“{issuer}”")
            }
            Self::Unfit(name, _) => format!("“{name}”不能这样使用"),
            Self::Inside(error) => error.zh(),
        }
    }

    /// What a refusal is called where machines read it.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Malformed(_) | Self::Inside(_) => "unreadable",
            Self::PasswordNeeded => "password_needed",
            Self::WrongPassword => "wrong_password",
            Self::Unsupported(_) => "unsupported",
            Self::OtherKey(_) => "other_key",
            Self::Ended(..) => "ended",
            Self::NotBegun(..) => "not_begun",
            Self::Incomplete(..) => "chain_incomplete",
            Self::Unfit(..) => "unfit",
        }
    }
}
