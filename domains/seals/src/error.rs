//! How the seal service fails, in words a clerk understands.

use journal::JournalError;
use kernel::{Denied, Problem};
use store::StoreError;

use crate::roots::keep as roots;
use crate::roots::{RootEvent, RootState};
use crate::state::{IllegalMove, State};
use crate::times::rules as times;
use crate::times::{ServiceEvent, ServiceState};
use crate::unsealable::Unsealable;

/// Why a seal was not changed or not used.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    #[error(transparent)]
    Denied(#[from] Denied),
    #[error("no such seal")]
    NotFound,
    #[error(transparent)]
    Illegal(#[from] IllegalMove),
    /// Somebody else changed the seal meanwhile.
    #[error("the seal was changed meanwhile")]
    Stale,
    /// 职责分离 [I-16]: one person may not do both.
    #[error("{second} must be done by another person than {first}")]
    SamePerson {
        first: &'static str,
        second: &'static str,
    },
    #[error("{field}: {why}")]
    Invalid {
        field: &'static str,
        why: &'static str,
    },
    #[error("no such root")]
    NoRoot,
    /// What happened does not happen to a root in that state.
    #[error("the root is {} and cannot {}", .0.en(), .1.en())]
    RootState(RootState, RootEvent),
    #[error("no such time stamp service")]
    NoService,
    /// What happened does not happen to a service in that state.
    #[error("the time stamp service is {} and cannot {}", .0.en(), .1.en())]
    ServiceState(ServiceState, ServiceEvent),
    /// Documents of this kind are to be stamped, and no service did. Nothing was sealed.
    #[error("no time stamp: {0}")]
    NoTimeStamp(String),
    /// Nobody asked for this recovery or destruction, or for another than was approved.
    #[error("nobody asked for this")]
    NotAsked,
    /// Lost, destroyed, expired or not yet in use.
    #[error("the seal is {}", .0.en())]
    NotActive(State),
    #[error("the seal is outside its validity")]
    NotValid,
    /// No standing authorisation names this caller, kind of document and item at this time.
    #[error("no authorisation for documents of kind {0}")]
    NotAuthorised(String),
    #[error("the daily maximum of {0} uses is reached")]
    DailyMaximum(i64),
    /// The use was finished already, or was reserved too long ago.
    #[error("the use is closed")]
    UseClosed,
    /// The platform's certificate authorities were not opened in this process.
    #[error("the seal service has no keys in this process")]
    NoAuthorities,
    #[error("key: {0}")]
    Key(#[from] gm::KeyError),
    #[error("certificate: {0}")]
    Certificate(#[from] gm::CertError),
    #[error("impression: {0}")]
    Impression(#[from] paper::Error),
    /// An uploaded picture is no impression.
    #[error("picture: {0}")]
    Picture(paper::CleanError),
    /// The seal is being taken out of use at this moment.
    #[error("the seal is being taken out of use")]
    Frozen,
    /// No such authorisation, or it has ended.
    #[error("no such authorisation in force")]
    NoGrant,
    /// Certificates were asked of an outside authority and have not come.
    #[error("certificates were requested and are awaited")]
    Requested,
    #[error("no certificates were requested")]
    NotRequested,
    /// An uploaded file holds a private key: it has no business here.
    #[error("the file holds a private key")]
    PrivateKey,
    /// What an authority sent back is not taken.
    #[error(transparent)]
    Import(#[from] gm::ImportError),
    /// A certificate does not lead to a trusted root: its name, the reason.
    #[error("“{0}” does not lead to a trusted root: {1}")]
    Untrusted(String, String),
    /// A certificate of the chain is revoked: its name, since when.
    #[error("“{0}” was revoked {1}")]
    Revoked(String, jiff::Timestamp),
    #[error("the file store was not opened in this process")]
    NoFiles,
    #[error("file: {0}")]
    Blob(#[from] blobs::BlobError),
    #[error("signing: {0}")]
    Signing(String),
    /// What is wrong with the document, not with the seal.
    #[error(transparent)]
    Unsealable(#[from] Unsealable),
    /// A personal name seal signs on the act of its own person only.
    #[error("a personal name seal is used by its own person only")]
    NotOwnName,
    /// The officer has no personal name seal in use.
    #[error("{0} has no personal name seal in use")]
    NoNameSeal(String),
    #[error(transparent)]
    Agencies(#[from] agencies::AgenciesError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Journal(#[from] JournalError),
}

impl From<SealError> for Problem {
    fn from(error: SealError) -> Self {
        use SealError as E;
        match error {
            E::Denied(_) => Problem::new(
                "forbidden",
                403,
                "您没有办理这枚印章的权限",
                "You may not do this with the seal",
            ),
            E::NotFound => Problem::not_found("没有这枚印章", "There is no such seal"),
            E::Illegal(illegal) => {
                let zh = match illegal.from {
                    Some(state) => {
                        format!("印章现为“{}”，不能{}", state.zh(), illegal.event.zh())
                    }
                    None => format!("印章尚未申请，不能{}", illegal.event.zh()),
                };
                Problem::conflict("wrong_state", zh, format!("Not possible: {illegal}"))
            }
            E::Stale => Problem::conflict(
                "stale",
                "印章刚被他人改动，请刷新后再试",
                "Somebody changed the seal; reload and try again",
            ),
            E::SamePerson { .. } => Problem::conflict(
                "same_person",
                "职责须分离：这一步须由另一人办理",
                "Duties are separated: another person has to do this step",
            ),
            E::Invalid { field, why } => Problem::invalid(
                "invalid",
                format!("填写有误：{}", words(why)),
                format!("Not usable: {why}"),
            )
            .at(field),
            E::NoRoot => Problem::not_found("没有这个根证书", "There is no such root"),
            E::RootState(state, event) => Problem::conflict(
                "wrong_state",
                format!("根证书现为“{}”，不能{}", state.zh(), event.zh()),
                format!("Not possible: the root is {}", state.en()),
            ),
            E::NoService => {
                Problem::not_found("没有这个时间戳服务", "There is no such time stamp service")
            }
            E::ServiceState(state, event) => Problem::conflict(
                "wrong_state",
                format!("时间戳服务现为“{}”，不能{}", state.zh(), event.zh()),
                format!("Not possible: the service is {}", state.en()),
            ),
            E::NoTimeStamp(_) => Problem::new(
                "no_time_stamp",
                503,
                "暂时取不到时间戳，这类文书须有时间戳才能用印。请稍后再试；长时间不能恢复时，请联系安全管理员",
                "No time stamp can be had at present, and documents of this kind must have one. \
                 Try again later; if it lasts, tell the security administrator",
            ),
            E::NotAsked => Problem::conflict(
                "not_asked",
                "没有待批准的申请，或申请的不是这一事项",
                "Nobody asked for this",
            ),
            E::NotActive(state) => Problem::conflict(
                "seal_not_active",
                format!("印章{}，不能用印", state.zh()),
                format!("The seal is {} and cannot sign", state.en()),
            ),
            E::NotValid => Problem::conflict(
                "seal_not_valid",
                "印章不在有效期内，不能用印",
                "The seal is outside its validity and cannot sign",
            ),
            E::NotAuthorised(_) => Problem::new(
                "seal_not_authorised",
                403,
                "没有对这类文书用印的有效授权",
                "There is no authorisation to seal this kind of document",
            ),
            E::DailyMaximum(most) => Problem::conflict(
                "seal_daily_maximum",
                format!("今日用印已达上限{most}次"),
                format!("The daily maximum of {most} uses is reached"),
            ),
            E::UseClosed => Problem::conflict(
                "seal_use_closed",
                "这次用印已经结束或已超时，请重新发起",
                "This use of the seal is closed; start again",
            ),
            E::Picture(error) => {
                let field = crate::impression::field_of(&error);
                Problem::invalid("picture", error.zh(), error.to_string()).at(field)
            }
            E::Frozen => Problem::conflict(
                "seal_frozen",
                "印章正在停用，不能用印",
                "The seal is being taken out of use and cannot sign",
            ),
            E::Key(gm::KeyError::Unknown(_)) => Problem::conflict(
                "seal_key_gone",
                "印章的密钥已不在密钥库中，不能用印",
                "The seal's key is no longer in the key store; it cannot sign",
            ),
            E::Requested => Problem::conflict(
                "certificates_awaited",
                "已向外部机构申请证书，请上传签发的证书，或先取消申请",
                "Certificates were requested of an outside authority: upload them, or cancel first",
            ),
            E::NotRequested => Problem::conflict(
                "not_requested",
                "没有待签发的证书申请",
                "No certificates were requested for this seal",
            ),
            E::PrivateKey => Problem::invalid(
                "private_key",
                "文件中含有私钥；只上传证书，私钥请勿外传",
                "The file holds a private key; upload certificates only, and keep keys to yourself",
            )
            .at("certificates"),
            E::Import(gm::ImportError::PasswordNeeded) => Problem::invalid(
                "password_needed",
                "文件已加密；请上传不加密的证书（PEM、DER或PKCS#7）",
                "The file is encrypted; upload plain certificates (PEM, DER or PKCS#7)",
            )
            .at("certificates"),
            E::Import(error) => {
                Problem::invalid(error.code(), error.zh(), error.to_string()).at("certificates")
            }
            E::Untrusted(name, why) => Problem::invalid(
                "untrusted",
                format!(
                    "“{name}”不能连到受信任的根：请先在信任列表中加入签发机构的根和下级机构证书"
                ),
                format!(
                    "“{name}” does not lead to a trusted root ({why}): put the authority's root \
                     and the authorities below it on the trust list first"
                ),
            )
            .at("certificates"),
            E::Revoked(name, at) => Problem::invalid(
                "revoked",
                format!("“{name}”已于{at}被吊销"),
                format!("“{name}” was revoked {at}"),
            )
            .at("certificates"),
            E::NoGrant => Problem::not_found(
                "没有这项授权，或授权已经终止",
                "There is no such authorisation, or it has ended",
            ),
            E::Impression(paper::Error::DoesNotFit { characters, .. }) => Problem::invalid(
                "impression",
                format!("印文太长：{characters}字放不下，请缩短名称或用途"),
                format!("The text is too long for the seal: {characters} characters do not fit"),
            ),
            E::Impression(paper::Error::NoGlyph(missing)) => Problem::invalid(
                "impression",
                format!("字库中没有“{missing}”字，请上传印章图样"),
                format!("No font has the character “{missing}”; upload a picture of the seal"),
            ),
            E::Impression(paper::Error::Measure(why)) => Problem::invalid(
                "impression",
                "印模不能绘制：尺寸、形状或编码不符合要求",
                format!("The impression cannot be drawn: {why}"),
            ),
            E::Impression(error) => Problem::invalid(
                "impression",
                format!("印模不能绘制：{error}"),
                format!("The impression cannot be drawn: {error}"),
            ),
            E::Store(StoreError::Conflict)
            | E::Journal(JournalError::Store(StoreError::Conflict | StoreError::Duplicate)) => {
                Problem::conflict(
                    "busy",
                    "同时用印的人较多，请再试一次",
                    "Too many use the seal at once, please try again",
                )
            }
            E::Unsealable(why) => why.problem(),
            E::NotOwnName => Problem::new(
                "seal_not_own",
                403,
                "个人名章只能由本人使用",
                "A personal name seal is used by its own person only",
            ),
            E::NoNameSeal(name) => Problem::conflict(
                "no_name_seal",
                format!("{name}没有可用的个人名章，请联系印章管理人员"),
                format!("{name} has no personal name seal in use; ask the seal administrators"),
            ),
            E::NoAuthorities
            | E::Key(_)
            | E::Certificate(_)
            | E::Signing(_)
            | E::Agencies(_)
            | E::Store(_)
            | E::NoFiles
            | E::Blob(_)
            | E::Journal(_) => Problem::internal(),
        }
    }
}

/// Chinese words for what is wrong with a field.
fn words(why: &str) -> &'static str {
    match why {
        MISSING => "必须填写",
        TOO_LONG => "文字太长",
        PERIOD => "有效期的起止不对，或不在印章有效期内",
        MAXIMUM => "每日上限须为正数",
        EMPTY => "至少要有一项授权",
        SIZE => "尺寸不适合这类印章",
        SHAPE => "这类印章不能用这种形状，圆形与名章须长宽相等",
        NO_PURPOSE => "公章和个人名章不带用途文字",
        LARGE_PICTURE => "图样不得超过2MB",
        LARGE_FILE => "依据文件不得超过10MB",
        FILE_KIND => "文件须为PDF、OFD、PNG或JPEG",
        PDF_KIND => "PDF签章的密钥须为P-256或RSA",
        REPLACES => "只能换发本机构同一类型的印章",
        ORDERS => "一份文件须用1至8枚印章",
        roots::ROOT_PERIOD => "信任期限须在将来结束，且不超过证书的有效期",
        roots::KNOWN => "这个根证书已经提出或已受信任",
        roots::UNREADABLE => "不是可读取的PEM或DER文件",
        roots::NOT_ONE_ROOT => "文件中须恰有一张自签名的根证书",
        roots::NOT_CA => "文件中有不是签发机构的证书",
        roots::STRANGER => "文件中有不能连到该根的签发机构证书",
        roots::NOT_ITS_LIST => "吊销列表不是该根或其下机构签发的",
        roots::LIST_PERIOD => "吊销列表目前不在有效期内",
        times::KNOWN => "这个地址已经提出或已在使用",
        times::ADDRESS => "地址须以http://或https://开头",
        times::NO_KIND => "请至少选择一种文书",
        roots::OLDER => "吊销列表不比现有的新",
        _ => "内容不能使用",
    }
}

pub(crate) const MISSING: &str = "must be filled in";
pub(crate) const TOO_LONG: &str = "is too long";
pub(crate) const PERIOD: &str = "the period is not within the seal's validity";
pub(crate) const MAXIMUM: &str = "the daily maximum must be positive";
pub(crate) const EMPTY: &str = "at least one authorisation is needed";
pub(crate) const SIZE: &str = "the size does not fit this type of seal";
pub(crate) const SHAPE: &str = "the shape does not fit this type of seal or its size";
pub(crate) const NO_PURPOSE: &str = "official and name seals show no purpose";
pub(crate) const LARGE_PICTURE: &str = "the picture is larger than 2 MB";
pub(crate) const LARGE_FILE: &str = "the document is larger than 10 MB";
pub(crate) const FILE_KIND: &str = "the file must be PDF, OFD, PNG or JPEG";
pub(crate) const PDF_KIND: &str = "the key that signs PDF is P-256 or RSA";
pub(crate) const REPLACES: &str = "only a seal of the same agency and type can be renewed";
pub(crate) const ORDERS: &str = "a document takes 1 to 8 seals";

/// Text that must be there and fit its column.
pub(crate) fn text(field: &'static str, value: &str, most: usize) -> Result<(), SealError> {
    if value.trim().is_empty() {
        return Err(SealError::Invalid {
            field,
            why: MISSING,
        });
    }
    if value.chars().count() > most {
        return Err(SealError::Invalid {
            field,
            why: TOO_LONG,
        });
    }
    Ok(())
}
