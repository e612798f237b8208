//! 实名注册协议: a versioned text with ten sections, and who accepted which version.

use jiff::Timestamp;
use kernel::{Permission, Target};
use serde::Serialize;
use store::Ctx;

use crate::events::{AgreementAccepted, AgreementPublished};
use crate::transact::transact;
use crate::{IdentityError, cache, guard, table};

/// The text that comes with the program; in force until another version is published.
const BUILT_IN: (&str, &str) = ("2026-01", include_str!("../agreement/2026-01.txt"));

/// The ten sections in their order: a word that each heading must hold.
const SECTIONS: [&str; 10] = [
    "目的",
    "主体",
    "服务内容",
    "承诺",
    "信息保护",
    "口令",
    "禁止",
    "终止",
    "提示",
    "其他",
];

const ORDINALS: [&str; 10] = ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十"];

/// One section.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Section {
    /// `一、目的`.
    pub heading: String,
    pub paragraphs: Vec<String>,
}

/// A version of the agreement. Always Chinese: it is a legal text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Agreement {
    pub version: String,
    pub title: String,
    pub sections: Vec<Section>,
}

/// That somebody accepted a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acceptance {
    pub version: String,
    pub at: Timestamp,
    /// The channel it was signed through, as events name channels.
    pub channel: String,
}

impl Agreement {
    /// Reads a text: the title, then ten sections whose headings are numbered 一、 to 十、.
    pub fn parse(version: &str, body: &str) -> Result<Self, IdentityError> {
        let wrong = |zh: &str, en: &str| IdentityError::invalid("agreement", zh, en);
        let mut lines = body.lines().map(str::trim).filter(|l| !l.is_empty());
        let title = lines
            .next()
            .ok_or_else(|| wrong("协议没有标题", "No title"))?
            .to_owned();
        let mut sections: Vec<Section> = Vec::new();
        for line in lines {
            let ordinal = ORDINALS.get(sections.len()).map(|o| format!("{o}、"));
            if ordinal.is_some_and(|o| line.starts_with(&o)) {
                sections.push(Section {
                    heading: line.to_owned(),
                    paragraphs: Vec::new(),
                });
            } else if let Some(section) = sections.last_mut() {
                section.paragraphs.push(line.to_owned());
            }
        }
        let complete = sections.len() == SECTIONS.len()
            && sections
                .iter()
                .zip(SECTIONS)
                .all(|(s, word)| s.heading.contains(word) && !s.paragraphs.is_empty());
        if !complete || version.is_empty() {
            return Err(wrong(
                "协议须有版本号和十个部分：目的、适用主体、服务内容、承诺与授权、信息保护、口令安全、\
                 禁止行为、终止、提示、其他",
                "The agreement needs a version and its ten sections",
            ));
        }
        Ok(Self {
            version: version.to_owned(),
            title,
            sections,
        })
    }
}

/// The agreement in force. Public.
pub async fn current_agreement(ctx: &Ctx) -> Result<Agreement, IdentityError> {
    match table::agreement::latest(&mut ctx.db.reader()).await? {
        Some((version, body)) => Agreement::parse(&version, &body),
        None => Agreement::parse(BUILT_IN.0, BUILT_IN.1),
    }
}

/// A version that was in force once, for whoever wants to read what was signed.
pub async fn agreement(ctx: &Ctx, version: &str) -> Result<Agreement, IdentityError> {
    let body = table::agreement::body(&mut ctx.db.reader(), version).await?;
    match body {
        Some(body) => Agreement::parse(version, &body),
        None if version == BUILT_IN.0 => Agreement::parse(BUILT_IN.0, BUILT_IN.1),
        None => Err(IdentityError::NotFound),
    }
}

/// The version in force, looked up at most once a second.
pub(crate) async fn current_version(ctx: &Ctx) -> Result<String, IdentityError> {
    let cache = ctx.shared.get_or_make::<cache::AgreementCache>();
    if let Some(version) = cache.fresh() {
        return Ok(version);
    }
    let latest = table::agreement::latest(&mut ctx.db.reader()).await?;
    let version = latest.map_or_else(|| BUILT_IN.0.to_owned(), |(version, _)| version);
    cache.keep(&version);
    Ok(version)
}

/// Refuses unless the version named is the one in force: an unticked box names none.
pub(crate) async fn must_be_current(ctx: &Ctx, version: &str) -> Result<(), IdentityError> {
    if current_version(ctx).await? == version {
        Ok(())
    } else {
        Err(IdentityError::Agreement)
    }
}

/// Puts a new version into force. Everybody must accept it before the next transaction.
pub async fn publish_agreement(
    ctx: &Ctx,
    version: &str,
    body: &str,
) -> Result<Agreement, IdentityError> {
    ctx.actor
        .require(Permission::SystemAdmin, &Target::default())?;
    let parsed = Agreement::parse(version, body)?;
    if version == BUILT_IN.0
        || table::agreement::body(&mut ctx.db.reader(), version)
            .await?
            .is_some()
    {
        return Err(IdentityError::invalid(
            "version",
            "该版本号已用过",
            "The version was used before",
        ));
    }
    let (version, body, ctx) = (version.to_owned(), body.to_owned(), ctx.clone());
    transact!(ctx, [version, body], |tx| -> () {
        table::agreement::insert(tx, &version, &body, ctx.now()).await?;
        let event = AgreementPublished { version };
        journal::append(tx, &ctx, "agreement", &event).await?;
        Ok(())
    })?;
    ctx.shared.get_or_make::<cache::AgreementCache>().forget();
    cache::sessions(&ctx).forget_all();
    Ok(parsed)
}

/// The signed-in person accepts the version in force, for the own account and for the legal
/// persons whose legal representative the person is.
pub async fn accept_agreement(ctx: &Ctx, version: &str) -> Result<(), IdentityError> {
    let person = guard::person(ctx)?;
    must_be_current(ctx, version).await?;
    let (version, ctx) = (version.to_owned(), ctx.clone());
    transact!(ctx, [person, version], |tx| -> () {
        record(tx, &ctx, &person, &version).await?;
        for organisation in table::account::represented_by(tx, &person).await? {
            record(tx, &ctx, &organisation.key, &version).await?;
        }
        Ok(())
    })?;
    cache::sessions(&ctx).forget_all();
    Ok(())
}

/// Writes an acceptance, in the transaction of the act that it belongs to.
pub(crate) async fn record(
    tx: &mut store::Tx<'_>,
    ctx: &Ctx,
    account: &str,
    version: &str,
) -> Result<(), IdentityError> {
    let channel = guard::channel_code(ctx.actor.channel);
    if table::agreement::accept(tx, account, version, ctx.now(), channel).await? {
        let event = AgreementAccepted {
            account: account.to_owned(),
            version: version.to_owned(),
        };
        journal::append(tx, ctx, &format!("account/{account}"), &event).await?;
    }
    Ok(())
}

/// What an account has accepted, newest first.
pub async fn acceptances(ctx: &Ctx, account: &str) -> Result<Vec<Acceptance>, IdentityError> {
    guard::may_read(ctx, account)?;
    Ok(table::agreement::acceptances(&mut ctx.db.reader(), account).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each promise and each statement that the agreement must carry stands in the text.
    #[test]
    fn the_built_in_text_has_its_ten_sections_and_its_promises() {
        let text = Agreement::parse(BUILT_IN.0, BUILT_IN.1).unwrap();
        assert_eq!(text.sections.len(), 10);
        let said = |section: usize, words: &[&str]| {
            let all = text.sections[section - 1].paragraphs.join("");
            for word in words {
                assert!(all.contains(word), "section {section}: {word}");
            }
        };
        said(
            4,
            &[
                "及时、详尽、准确",
                "本人手机号码、证件号码",
                "及时更新",
                "真实、准确",
            ],
        );
        said(
            4,
            &[
                "维护好上传",
                "接收平台推送",
                "姓名、地址、联系方式和账户",
                "与办事无关",
            ],
        );
        said(5, &["不向无关第三方提供"]);
        said(6, &["视为用户本人的行为", "不得出借"]);
        said(8, &["停用账号"]);
        said(9, &["服务可能中断", "备份"]);
    }

    #[test]
    fn a_text_without_a_section_is_refused() {
        let whole = BUILT_IN.1;
        assert!(Agreement::parse("2", &whole.replace("七、禁止行为", "禁止行为")).is_err());
        assert!(Agreement::parse("2", &whole.replace("八、服务的终止", "八、其他")).is_err());
        assert!(Agreement::parse("", whole).is_err());
        assert!(Agreement::parse("2", "").is_err());
    }
}
