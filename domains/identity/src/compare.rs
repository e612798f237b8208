//! 实名核验: what a registration says, against the registers.

use kernel::{IdNumber, Sensitive, number};
use registers::{LegalPerson, Person};
use serde::{Deserialize, Serialize};
use store::Ctx;

use crate::IdentityError;
use crate::account::{Content, LegalDetails, Profile};

/// At least so many contents must agree, the identity card among them.
pub const CONTENTS_NEEDED: usize = 3;

/// The contents besides identity card and mobile number that a person may name.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Contents {
    #[serde(default)]
    pub social_security_no: Option<String>,
    #[serde(default)]
    pub bank_account: Option<String>,
    #[serde(default)]
    pub housing_fund_account: Option<String>,
    #[serde(default)]
    pub driving_archive_no: Option<String>,
}

impl Contents {
    /// The ones named, with the field of the population register each must equal.
    fn named(&self) -> Vec<(Content, &'static str, &str)> {
        let all = [
            (
                Content::SocialSecurity,
                "social_security.social_security_no",
                &self.social_security_no,
            ),
            (Content::BankAccount, "bank_account", &self.bank_account),
            (
                Content::HousingFund,
                "housing_fund.fund_account",
                &self.housing_fund_account,
            ),
            (
                Content::DrivingLicence,
                "driving_licence.archive_no",
                &self.driving_archive_no,
            ),
        ];
        all.into_iter()
            .filter_map(|(content, path, typed)| {
                let typed = typed.as_deref().map(str::trim).filter(|t| !t.is_empty())?;
                Some((content, path, typed))
            })
            .collect()
    }

    /// How many are named.
    pub fn count(&self) -> usize {
        self.named().len()
    }
}

/// What a comparison found.
pub(crate) enum Compared {
    /// These contents agree.
    Verified(Vec<Content>),
    /// It fails, for this reason in Chinese and English.
    Failed(&'static str, &'static str),
}

async fn person(ctx: &Ctx, profile: &Profile) -> Result<Option<Person>, IdentityError> {
    let id = IdNumber::other(&profile.id_number);
    let system = ctx.as_system();
    if !registers::compare(&system, &profile.name, &id).await? {
        return Ok(None);
    }
    Ok(registers::person(&system, &id).await?)
}

const NO_SUCH_PERSON: (&str, &str) = (
    "姓名与身份号码同人口库比对不一致，请核对后重新注册，或持身份证到政务服务大厅办理",
    "Name and identity number do not agree with the population register. Check them and register \
     again, or come to a service hall with your identity card",
);

/// Compares an online registration: name, identity number, the confirmed mobile number, and the
/// contents named.
pub(crate) async fn online(
    ctx: &Ctx,
    profile: &Profile,
    contents: &Contents,
) -> Result<Compared, IdentityError> {
    let Some(person) = person(ctx, profile).await? else {
        return Ok(Compared::Failed(NO_SUCH_PERSON.0, NO_SUCH_PERSON.1));
    };
    let agrees = |path: &str, typed: &str| {
        person
            .text(path)
            .is_some_and(|known| number::fold(known) == number::fold(typed))
    };
    let mut verified = vec![Content::IdCard];
    if agrees("mobile", &profile.mobile) {
        verified.push(Content::Mobile);
    }
    verified.extend(
        contents
            .named()
            .into_iter()
            .filter(|(_, path, typed)| agrees(path, typed))
            .map(|c| c.0),
    );
    if verified.len() < CONTENTS_NEEDED {
        return Ok(Compared::Failed(
            "除身份信息外，核验一致的内容不足两项，请核对或换用其他内容后重新注册，或持身份证到政务服务大厅办理",
            "Fewer than two further contents agree. Check them or name others and register again, \
             or come to a service hall with your identity card",
        ));
    }
    Ok(Compared::Verified(verified))
}

/// Compares what an officer read from the card at the window, or an official platform told of its
/// account: there the rest was verified. The mobile number is confirmed by its code.
pub(crate) async fn official(ctx: &Ctx, profile: &Profile) -> Result<Compared, IdentityError> {
    match person(ctx, profile).await? {
        Some(_) => Ok(Compared::Verified(vec![Content::IdCard, Content::Mobile])),
        None => Ok(Compared::Failed(NO_SUCH_PERSON.0, NO_SUCH_PERSON.1)),
    }
}

/// Fills in what the register knows of a person.
pub(crate) async fn fill(ctx: &Ctx, profile: &mut Profile) -> Result<(), IdentityError> {
    let id = IdNumber::other(&profile.id_number);
    if let Some(person) = registers::person(&ctx.as_system(), &id).await? {
        let text = |path: &str| person.text(path).unwrap_or_default().to_owned();
        profile.sex = text("sex");
        profile.ethnic_group = text("ethnic_group");
        for (field, path) in [
            (&mut profile.address, "address"),
            (&mut profile.employer, "employer"),
        ] {
            if field.is_empty() {
                *field = text(path);
            }
        }
    }
    Ok(())
}

/// The legal person of a credit code, if it is in order and the person is its representative.
pub(crate) async fn legal(
    ctx: &Ctx,
    uscc: &str,
    name: Option<&str>,
    representative: &IdNumber,
) -> Result<Result<LegalPerson, (&'static str, &'static str)>, IdentityError> {
    let found = registers::legal_person(&ctx.as_system(), uscc).await?;
    let same = |l: &LegalPerson| name.is_none_or(|name| l.name.trim() == name.trim());
    let Some(legal) = found.filter(same) else {
        return Ok(Err((
            "名称与统一社会信用代码同登记信息比对不一致",
            "Name and credit code do not agree with the register",
        )));
    };
    let theirs = legal.representative.as_ref().map(Sensitive::reveal);
    if theirs != Some(representative.reveal()) {
        return Ok(Err((
            "您不是登记的法定代表人（负责人）",
            "You are not the registered legal representative",
        )));
    }
    if legal.status != "normal" {
        return Ok(Err((
            "该法人登记状态不是正常",
            "The legal person is not in good standing",
        )));
    }
    Ok(Ok(legal))
}

/// What an account keeps of a legal person.
pub(crate) fn legal_profile(legal: &LegalPerson, former: Profile) -> Profile {
    let text = |path: &str| legal.text(path).unwrap_or_default().to_owned();
    Profile {
        name: legal.name.clone(),
        id_type: text("legal_representative_id_type"),
        id_number: text("legal_representative_id_number"),
        mobile: text("legal_representative_phone"),
        address: text("registered_address"),
        uscc: legal.uscc.clone(),
        representative_name: text("legal_representative_name"),
        legal: Some(LegalDetails {
            kind: text("kind"),
            registered_address: text("registered_address"),
            business_scope: text("business_scope"),
            registered_on: legal.text("registered_on").map(str::to_owned),
            status: legal.status.clone(),
        }),
        ..former
    }
}
