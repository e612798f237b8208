//! The one table of ways in which seals and signatures of others deviate from their standards
//! (GB/T 33190, GB/T 38540, GM/T 0031, GB/T 35275). None of them makes a signature invalid; each
//! becomes a finding of its own, so that nothing odd passes in silence.

use std::cell::RefCell;

use serde::Serialize;

macro_rules! deviations {
    ($($name:ident = $code:literal, $zh:literal, $en:literal;)*) => {
        /// A way to deviate.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Deviation {
            $(#[doc = $en] $name,)*
        }

        impl Deviation {
            /// Every one, for tables and tests.
            pub const ALL: &'static [Deviation] = &[$(Deviation::$name,)*];

            /// Stable code.
            pub fn code(self) -> &'static str { match self { $(Self::$name => $code,)* } }

            /// Chinese words.
            pub fn zh(self) -> &'static str { match self { $(Self::$name => $zh,)* } }

            /// English words.
            pub fn en(self) -> &'static str { match self { $(Self::$name => $en,)* } }
        }
    };
}

deviations! {
    LengthNotShortest = "length_not_shortest", "长度未用最短形式编码", "a length not in its shortest form";
    LengthIndefinite = "length_indefinite", "使用了不定长编码", "an indefinite length";
    IntegerNotShortest = "integer_not_shortest", "整数未用最短形式编码", "an INTEGER not in its shortest form";
    UnusedBits = "unused_bits", "位串的未用位数不正确", "a BIT STRING with a wrong count of unused bits";
    TrailingZeros = "trailing_zeros", "末尾有多余的零字节", "zero bytes follow the end";
    TrailingBytes = "trailing_bytes", "末尾有多余的字节", "bytes follow the end";
    StringType = "string_type", "字符串类型与标准不符", "another string type than the standard's";
    StringEncoding = "string_encoding", "字符串编码不正确", "a string not in its own encoding";
    TimeType = "time_type", "时间类型与标准不符", "another type of time than the standard's";
    TimeZone = "time_zone", "时间未以UTC（Z）表示", "a time not written in UTC (Z)";
    TimeForm = "time_form", "时间写法与标准不符", "a time not written as the standard has it";
    TimeUnreadable = "time_unreadable", "时间无法读取", "a time that cannot be read";
    ExtensionUntagged = "extension_untagged", "扩展数据缺少[0]标签", "extension data without the tag [0]";
    ExtensionForm = "extension_form", "扩展数据结构与标准不符", "extension data of another structure than the standard's";
    ExtensionCritical = "extension_critical", "含有未知的关键扩展", "a critical extension that is not understood";
    ListTagged = "list_tagged", "证书列表外多了标签", "the list of certificates inside a tag";
    ListKind = "list_kind", "证书列表类型缺失或与列表不符", "the kind of the list of certificates missing or not that of the list";
    ListEntry = "list_entry", "证书列表中有无法读取的条目", "an entry of the list of certificates that cannot be read";
    ListDigest = "list_digest", "证书杂凑的算法写法与标准不符", "the digest of a certificate named otherwise than the standard has it";
    VersionUnknown = "version_unknown", "版本号未知或与结构不符", "a version number unknown or not that of the structure";
    VersionsDiffer = "versions_differ", "印章与签章的版本不一致", "seal and stamp of different versions";
    SignatureRaw = "signature_raw", "签名值为r‖s而非DER", "a signature value as r‖s in place of DER";
    SignatureOverDer = "signature_over_der", "签名针对其DER形式而非所存字节", "the signature was made over the DER form of what is stored";
    SignatureOverInfo = "signature_over_info", "制章签名未包含证书和算法标识", "the maker's signature covers neither certificate nor algorithm";
    SignatureOverMore = "signature_over_more", "制章签名还包含了证书和算法标识", "the maker's signature covers certificate and algorithm as well";
    SignatureOverDigest = "signature_over_digest", "签名针对杂凑值而非原文", "the signature was made over the digest in place of the text";
    AlgorithmForm = "algorithm_form", "签名算法标识写法与标准不符", "the algorithm named otherwise than the standard has it";
    CertificateBare = "certificate_bare", "证书未用OCTET STRING封装", "a certificate without the OCTET STRING around it";
    CertificateElsewhere = "certificate_elsewhere", "签名人证书不在签名值中，取自别处", "the signer's certificate is not in the signed value and was found elsewhere";
    TimeStampForm = "time_stamp_form", "时间戳封装与标准不符", "a time stamp wrapped otherwise than the standard has it";
    PictureForm = "picture_form", "印模图像格式与其标注不符", "the picture is not of the format it is said to be";
    PictureSize = "picture_size", "印模尺寸不合理", "an impression of impossible size";
    DataHash = "data_hash", "原文杂凑所用算法与签名算法不配套", "the digest of the description made by another algorithm than the signature's";
    PropertyPath = "property_path", "签章所载签名文件路径与实际不符", "the path of the description in the stamp is not its path";
    ValueForm = "value_form", "签名值格式与签名类型不符", "a signed value of another form than its type asks for";
    ContentForm = "content_form", "签名数据所含内容不是签名文件的杂凑值", "signed data over something else than the digest of the description";
    ContentType = "content_type", "签名数据的内容类型标识与标准不符", "signed data with other identifiers than the standard's";
    SealBeside = "seal_beside", "Seal.esl与签章中的印章编码不同", "Seal.esl encoded otherwise than the seal in the stamp";
    ElementMissing = "element_missing", "缺少标准要求的元素或属性", "an element or attribute missing that the standard asks for";
    ElementOrder = "element_order", "元素次序与标准不符", "elements in another order than the standard's";
    Namespace = "namespace", "命名空间与标准不符", "another namespace than the standard's";
    MethodForm = "method_form", "杂凑方法写法与标准不符", "the digest method named otherwise than the standard has it";
    MethodDiffers = "method_differs", "所写签名算法与签章中的不一致", "the algorithm named in the description is not the stamp's";
    DateForm = "date_form", "签名日期时间写法与标准不符", "date and time of signing not written as the standard has it";
    DateDiffers = "date_differs", "签名日期时间与签章中的时间不一致", "date and time of the description differ from the stamp's";
    PathRelative = "path_relative", "保护文件使用了相对路径", "a covered part named by a relative path";
    ReferenceDoubled = "reference_doubled", "同一部件被重复引用", "a part referred to twice";
    ListedTwice = "listed_twice", "签名列表重复列出同一签名", "a signature listed twice";
    SignatureId = "signature_id", "签名标识缺失、重复或超过MaxSignId", "an identifier of a signature missing, doubled or above MaxSignId";
    SignatureType = "signature_type", "签名类型未知", "an unknown type of signature";
    ImpressionBox = "impression_box", "印章外观区域无法读取或为空", "a box of an impression that cannot be read or is empty";
    ImpressionClip = "impression_clip", "印章外观裁剪区域无法读取或超出印章", "a clip of an impression that cannot be read or lies outside it";
    ImpressionPage = "impression_page", "印章外观所在页面不存在", "an impression on a page that does not exist";
    ImpressionMissing = "impression_missing", "签章没有任何外观位置", "a seal signature that shows its impression nowhere";
}

impl Serialize for Deviation {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

/// A deviation that was found, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Deviates {
    pub what: Deviation,
    /// Part and field, by the names of the standard.
    pub place: String,
}

impl std::fmt::Display for Deviates {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{}: {} [{}]",
            self.place,
            self.what.en(),
            self.what.code()
        )
    }
}

/// Deviations of one thing that is read, in the order in which they come up. Its readers only
/// lend it, so it is written through a shared reference.
#[derive(Debug, Default)]
pub(crate) struct Notes(RefCell<Vec<Deviates>>);

/// Kept of one structure: a forger could make very many.
const KEPT: usize = 64;

impl Notes {
    pub(crate) fn add(&self, what: Deviation, place: impl Into<String>) {
        let mut notes = self.0.borrow_mut();
        let note = Deviates {
            what,
            place: place.into(),
        };
        if notes.len() < KEPT && !notes.contains(&note) {
            notes.push(note);
        }
    }

    /// What was noted, and nothing any more.
    pub(crate) fn take(&self) -> Vec<Deviates> {
        self.0.take()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_deviation_has_code_and_words_of_its_own() {
        let codes: HashSet<_> = Deviation::ALL.iter().map(|d| d.code()).collect();
        let words: HashSet<_> = Deviation::ALL.iter().map(|d| (d.zh(), d.en())).collect();
        assert_eq!(
            (codes.len(), words.len()),
            (Deviation::ALL.len(), codes.len())
        );
    }

    #[test]
    fn notes_are_told_once_and_bounded() {
        let notes = Notes::default();
        for n in 0..200 {
            notes.add(Deviation::TimeForm, format!("{}", n / 2));
        }
        assert_eq!(notes.take().len(), KEPT);
        assert!(notes.take().is_empty());
    }
}
