//! What goes wrong with keys and certificates, in both languages.

use gm::{CertError, ImportError, KeyError};

use crate::stop::Stop;

/// An error that a command ends with.
pub trait Words: std::fmt::Display {
    /// In Chinese, in one line.
    fn zh(&self) -> String;

    /// One clear line in both languages.
    fn stop(&self) -> Stop {
        Stop::new(format!("{} / {self}", self.zh()))
    }
}

/// Ends a command with an error in both languages.
pub fn told<T, E: Words>(outcome: Result<T, E>) -> Result<T, Stop> {
    outcome.map_err(|error| error.stop())
}

impl Words for KeyError {
    fn zh(&self) -> String {
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

impl Words for CertError {
    fn zh(&self) -> String {
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

impl Words for ImportError {
    fn zh(&self) -> String {
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
}

/// What a refusal is called in JSON.
pub fn reason(error: &ImportError) -> &'static str {
    match error {
        ImportError::Malformed(_) | ImportError::Inside(_) => "unreadable",
        ImportError::PasswordNeeded => "password_needed",
        ImportError::WrongPassword => "wrong_password",
        ImportError::Unsupported(_) => "unsupported",
        ImportError::OtherKey(_) => "other_key",
        ImportError::Ended(..) => "ended",
        ImportError::NotBegun(..) => "not_begun",
        ImportError::Incomplete(..) => "chain_incomplete",
        ImportError::Unfit(..) => "unfit",
    }
}
