//! The one table of reasons why a document or licence is not accepted. Command line, API and page
//! take code and words from here [H-60].

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $zh:literal, $en:literal;)*) => {
        /// Why a check did not pass.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Reason { $($(#[$doc])* $name,)* }

        impl Reason {
            /// Every reason, for tables and tests.
            pub const ALL: &'static [Reason] = &[$(Reason::$name,)*];

            /// Stable code, the same in every channel.
            pub fn code(self) -> &'static str { match self { $(Reason::$name => $code,)* } }

            /// Chinese words.
            pub fn zh(self) -> &'static str { match self { $(Reason::$name => $zh,)* } }

            /// English words.
            pub fn en(self) -> &'static str { match self { $(Reason::$name => $en,)* } }
        }
    };
}

reasons! {
    Unreadable = "unreadable", "文件无法读取，不是可识别的OFD或PDF文件", "The file cannot be read as OFD or PDF";
    Unsigned = "unsigned", "文件没有电子签章", "The file carries no seal signature";
    DuplicateEntry = "duplicate_entry", "文件容器中有重名部件", "The container holds two parts of one name";
    ContainerAnomaly = "container_anomaly", "文件容器结构异常", "The container's structure is abnormal";
    PartMissing = "part_missing", "签章所保护的部件缺失", "A part that the signature covers is missing";
    PartChanged = "part_changed", "文件内容在签章后被改动", "A part's content was changed after signing";
    FaceReplaced = "face_replaced", "版面页面在签章后被替换或改动", "A page's face was replaced or changed after signing";
    PartUncovered = "part_uncovered", "文件中有未经签章保护的部件", "A part is not covered by any signature";
    SignatureListUncovered = "signature_list_uncovered", "签名列表未受签章保护", "The list of signatures is not covered";
    StampMoved = "stamp_moved", "签章取自另一份文件", "The stamp belongs to another document";
    StampBroken = "stamp_broken", "签章数据被改动，签名值不成立", "The stamp's signature does not hold";
    SealRemoved = "seal_removed", "签章数据缺失，印章已被移除", "The seal was removed from the document";
    SealBroken = "seal_broken", "印章数据被改动，制章人签名不成立", "The seal's own signature does not hold";
    SignerNotInSeal = "signer_not_in_seal", "签章人证书不在印章的证书列表中", "The signer is not listed in the seal";
    SealMismatch = "seal_mismatch", "签章内外所载印章不一致", "The seal in the stamp differs from the seal beside it";
    SealExpired = "seal_expired", "签章时印章不在有效期内", "The seal was not valid at signing time";
    CertificateExpired = "certificate_expired", "签章时签章人证书不在有效期内", "The signer's certificate was not valid at signing time";
    CertificateForeign = "certificate_foreign", "签章人证书不是受信任机构签发", "The signer's certificate does not chain to a trusted root";
    SignerUnknown = "signer_unknown", "签名中没有签名人证书，无法核验", "The signature carries no certificate to verify it with";
    MakerForeign = "maker_foreign", "制章人证书不是受信任机构签发", "The seal maker's certificate does not chain to a trusted root";
    MakerExpired = "maker_expired", "制章时制章人证书不在有效期内", "The seal maker's certificate was not valid when the seal was made";
    CertificateRevoked = "certificate_revoked", "签章人证书已被吊销", "The signer's certificate was revoked";
    SealNotActive = "seal_not_active", "印章在签章时已挂失、销毁或到期", "The seal was lost, destroyed or expired at signing time";
    RevocationUnknown = "revocation_unknown", "无法取得吊销信息，未核查", "No revocation data at hand, not checked";
    TrustUnknown = "trust_unknown", "未指定信任的根证书，未核查", "No trusted root was given, not checked";
    ChangedAfterSigning = "changed_after_signing", "签章后文件被追加改动", "The file was changed by an update after signing";
    FormChanged = "form_changed", "签章后表单内容被改动，未获允许", "The form was changed after signing without permission";
    AnnotationChanged = "annotation_changed", "签章后页面批注被添加、改动或删除，未获允许", "Annotations were added, changed or removed after signing without permission";
    HiddenShown = "hidden_shown", "签章前预埋的内容在签章后显现", "Content prepared before signing came to light after it";
    PermissionExceeded = "permission_exceeded", "改动超出认证签章或字段锁定所允许的范围", "The change goes beyond what the certification or a field lock permits";
    PermittedChange = "permitted_change", "签章后有签章人允许的改动（填表或批注）", "The document was filled in or annotated after signing, as the signer permitted";
    InformationUpdated = "information_updated", "签章后文件说明信息或验证资料有更新，正文未变", "Information about the document was updated after signing, its content was not";
    TimeStampBroken = "time_stamp_broken", "时间戳不成立", "The time stamp does not hold";
    FormatDeviation = "format_deviation", "签章格式与标准有出入", "The signature's form deviates from the standard";
    AlgorithmWeak = "algorithm_weak", "签名使用了已不安全的算法", "The signature uses an algorithm that is no longer safe";
    OwnerMismatch = "owner_mismatch", "印章不属于应盖章的单位", "The seal belongs to another agency than it should";
    AlgorithmUnknown = "algorithm_unknown", "签名算法不支持，无法核查", "The signature's algorithm is not supported";
    LicenceUnknown = "licence_unknown", "证照库中没有这份证照", "The library holds no such licence";
    LicenceHistory = "licence_history", "该文件是历史版本，不可引用", "This is a former version, not to be cited";
    LicenceExpired = "licence_expired", "证照已过期", "The licence has expired";
    LicenceVoid = "licence_void", "证照已作废", "The licence was voided";
    LicenceRevoked = "licence_revoked", "证照已被吊销", "The licence was revoked";
    LicenceCancelled = "licence_cancelled", "证照已注销", "The licence was cancelled";
    LicenceLost = "licence_lost", "证照已挂失", "The licence was reported lost";
    LicenceSuspended = "licence_suspended", "证照暂停使用", "The licence is suspended";
    LicenceNotIssued = "licence_not_issued", "证照尚未签发", "The licence has not been issued";
    FaceMismatch = "face_mismatch", "照面信息与证照库不一致", "The face differs from the library";
    FileMismatch = "file_mismatch", "文件与证照库中的文件不一致", "The file differs from the library's file";
    BaseDataMismatch = "base_data_mismatch", "持证主体信息与基础库不一致", "The holder's data differ from the base library";
    ListUntrusted = "list_untrusted", "证照吊销列表的签名不可信", "The revocation list of licences is not signed by somebody trusted";
    ReportMismatch = "report_mismatch", "核验报告不成立或不是这份文件的", "The report does not hold or is of another file";
    NoticeWithdrawn = "notice_withdrawn", "文书已撤回", "The document was withdrawn";
    CopyOver = "copy_over", "加注件已过使用期限或者已被持证人收回", "The copy is over, or its holder ended it";
    TokenExpired = "token_expired", "二维码已失效，请对方刷新二维码", "The code has expired, ask for a fresh one";
}

impl Reason {
    /// The reason of that code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|one| one.code() == code)
    }
}

impl<'de> Deserialize<'de> for Reason {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let code = String::deserialize(d)?;
        Self::from_code(&code).ok_or_else(|| D::Error::custom("unknown reason"))
    }
}

impl Serialize for Reason {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.code())
    }
}
