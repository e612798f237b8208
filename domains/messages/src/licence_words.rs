//! What a holder is told of a licence. Official messages are Chinese; numbers that derive
//! from an identity stand masked in them.

use kernel::time;
use licences::{LicenceCard, LicenceEvent, RequestKind, RequestState};

use crate::templates::Told;

/// What happened.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Words {
    Changed(LicenceEvent),
    /// Days that are left.
    Ending(i64),
    /// Whether it was passed.
    Inspected(bool),
    Corrected,
    Answered(RequestKind, RequestState),
}

/// The message, none where another tells already: a case tells of what it issues and re-issues.
pub(crate) fn told(words: &Words, card: &LicenceCard) -> Option<Told> {
    let name = format!("您的《{}》（{}）", card.type_name, card.licence_no_masked);
    let (title, text, sms) = match words {
        Words::Changed(event) => changed(*event, &name)?,
        Words::Ending(days) => {
            let end = card.valid_to.map(time::chinese_date).unwrap_or_default();
            let text = match days {
                0 => format!("{name}今天到期。需要继续使用的，请及时办理延续。"),
                n => {
                    format!("{name}将于{end}到期，还有{n}天。需要继续使用的，请在到期前办理延续。")
                }
            };
            ("证照将到期", text, true)
        }
        Words::Inspected(true) => ("年检通过", format!("{name}已通过年检。"), false),
        Words::Inspected(false) => (
            "年检未通过",
            format!("{name}年检未通过，情况见“我的证照”。请整改后再次办理年检。"),
            true,
        ),
        Words::Corrected => (
            "证照信息已更正",
            format!("{name}照面信息有误，已经更正并签发新版本，原文件不再有效。请使用新文件。"),
            true,
        ),
        Words::Answered(kind, RequestState::Agreed) => (
            "申请已同意",
            format!("{name}的{}申请已同意。", kind.zh()),
            false,
        ),
        Words::Answered(kind, RequestState::Declined) => (
            "申请未同意",
            format!("{name}的{}申请未同意，理由见“我的证照”。", kind.zh()),
            true,
        ),
        Words::Answered(_, RequestState::Open | RequestState::Withdrawn) => return None,
    };
    Some(Told { title, text, sms })
}

fn changed(event: LicenceEvent, name: &str) -> Option<(&'static str, String, bool)> {
    use LicenceEvent as E;
    let why = "理由和救济途径见“我的证照”。";
    Some(match event {
        E::Suspend => (
            "证照暂停使用",
            format!("{name}已暂停使用，期间不能出示和引用，{why}"),
            true,
        ),
        E::Restore => ("证照恢复使用", format!("{name}已恢复使用。"), false),
        E::ReportLoss => (
            "证照已挂失",
            format!("{name}已挂失，不能再被引用。找到的可以申请解除挂失，找不到的可以申请补发。"),
            true,
        ),
        E::Found => ("挂失已解除", format!("{name}已解除挂失，恢复有效。"), true),
        E::Expire => (
            "证照已过期",
            format!("{name}有效期已届满，不能再出示和引用。"),
            true,
        ),
        E::Void => ("证照已作废", format!("{name}已作废，{why}"), true),
        E::Revoke => ("证照已吊销", format!("{name}已被吊销，{why}"), true),
        E::Cancel => ("证照已注销", format!("{name}已注销。"), true),
        E::Collect
        | E::Discard
        | E::Check
        | E::Encapsulate
        | E::Change
        | E::Inspect
        | E::Reissue => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::mask;
    use licences::State;

    fn card() -> LicenceCard {
        let no = "990102199001011234";
        LicenceCard {
            licence_key: "k".into(),
            type_code: "CJRZ".into(),
            type_name: "残疾人证".into(),
            licence_no: no.into(),
            licence_no_masked: mask::id_number(no),
            holder_masked: "陈*".into(),
            issuer: "云东区残疾人联合会".into(),
            state: State::Valid,
            citable: true,
            valid_to: Some(jiff::civil::date(2026, 12, 16)),
            version: 1,
            token: "t".into(),
        }
    }

    /// [H-46] The holder reads which licence ends, when, and how many days are left; a number made
    /// of an identity number is not in it.
    #[test]
    fn a_reminder_names_licence_day_and_days() {
        let told = told(&Words::Ending(30), &card()).unwrap();
        for words in ["残疾人证", "2026年12月16日", "30天"] {
            assert!(told.text.contains(words), "{}", told.text);
        }
        assert!(!told.text.contains("19900101"), "{}", told.text);
        assert!(told.sms);
    }

    /// Whatever takes a licence out of use is told by SMS, with where the reason stands.
    #[test]
    fn what_ends_a_licence_is_told_by_sms() {
        use LicenceEvent as E;
        for event in [
            E::Suspend,
            E::Expire,
            E::Void,
            E::Revoke,
            E::ReportLoss,
            E::Cancel,
        ] {
            assert!(
                told(&Words::Changed(event), &card()).unwrap().sms,
                "{event:?}"
            );
        }
        assert!(told(&Words::Changed(E::Reissue), &card()).is_none());
    }
}
