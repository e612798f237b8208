//! Document numbers (文号): 云东市监受字〔2026〕00012号.

use kernel::{Permission, Target};
use store::{Ctx, Kept};

use crate::error::NoticeError;
use crate::issuer::Issuer;
use crate::kind::Kind;
use crate::table;

/// Numbers leased at a time: few gaps after a restart, few transactions in between.
const BLOCK: i64 = 10;

/// The registered word of each agency, where it has one.
type Words = Kept<String, Option<String>>;

/// The next number of a kind for an agency. Taken before the transaction; gaps are allowed, a
/// number is never given twice.
pub async fn number(ctx: &Ctx, kind: Kind, issuer: &Issuer) -> Result<String, NoticeError> {
    let words = ctx.shared.get_or_make::<Words>();
    let registered = words.get(issuer.code.clone(), async {
        table::word(&mut ctx.db.reader(), &issuer.code).await
    });
    let word = match registered.await? {
        Some(word) => word,
        None => word(&issuer.name),
    };
    let year = kernel::time::beijing_date(ctx.now()).year();
    let character = kind.character();
    // By word, not by agency: two agencies of one word share a series and so never a number.
    let series = format!("notice/{word}/{}/{year}", kind.code());
    let next = ctx.next_number(&series, BLOCK).await?;
    Ok(format!("{word}{character}字〔{year}〕{next:05}号"))
}

/// Sets the word an agency is registered with (发文代字), in place of the one made from its name.
pub async fn set_word(ctx: &Ctx, agency_code: &str, word: &str) -> Result<(), NoticeError> {
    let target = Target {
        agency: Some(agency_code),
        ..Target::default()
    };
    ctx.actor.require(Permission::SystemAdmin, &target)?;
    let word = word.trim().to_owned();
    if word.is_empty() || word.chars().count() > 10 {
        return Err(NoticeError::Field("word".into()));
    }
    let agency = agency_code.to_owned();
    ctx.db
        .write(move |tx| {
            let (agency, word) = (agency.clone(), word.clone());
            Box::pin(async move {
                table::set_word(tx, &agency, &word).await?;
                Ok::<_, NoticeError>(())
            })
        })
        .await?;
    ctx.shared.get_or_make::<Words>().forget();
    Ok(())
}

/// Departments and how their word is usual, longest first where one holds another.
const DEPARTMENTS: &[(&str, &str)] = &[
    ("政务服务和数据资源管理局", "政数"),
    ("政务服务和数据管理局", "政数"),
    ("机构编制委员会办公室", "编办"),
    ("人力资源和社会保障局", "人社"),
    ("住房公积金管理中心", "公积金"),
    ("自然资源和规划局", "自规"),
    ("住房和城乡建设局", "住建"),
    ("文化广电和旅游局", "文广旅"),
    ("卫生健康委员会", "卫健"),
    ("市场监督管理局", "市监"),
    ("不动产登记中心", "不动产"),
    ("残疾人联合会", "残联"),
    ("文化和旅游局", "文旅"),
    ("消防救援支队", "消"),
    ("消防救援大队", "消"),
    ("街道办事处", "街办"),
    ("交通运输局", "交"),
    ("城市管理局", "城管"),
    ("卫生健康局", "卫健"),
    ("农业农村局", "农"),
    ("监察委员会", "监"),
    ("人民政府", "政"),
    ("民政局", "民"),
    ("教育局", "教"),
    ("公安局", "公"),
    ("司法局", "司"),
    ("税务局", "税"),
];

/// The word made from an agency's full name: the innermost region and the department.
pub fn word(name: &str) -> String {
    let name = name.split('（').next().unwrap_or(name);
    let name = name.strip_prefix("中共").unwrap_or(name);
    let name = name.strip_prefix("国家税务总局").unwrap_or(name);
    let found = DEPARTMENTS.iter().find(|(full, _)| name.contains(full));
    let (region, rest, department) = match found {
        Some((full, word)) => {
            let at = name.find(full).unwrap_or(0);
            (&name[..at], &name[at + full.len()..], *word)
        }
        None => ("", name, ""),
    };
    // 云州市公安局云东分局: the branch is named after its own region.
    let branch = rest
        .strip_suffix("分局")
        .filter(|branch| !branch.is_empty());
    match (branch, department) {
        (Some(branch), department) => format!("{branch}{department}"),
        (None, "") => name.chars().take(8).collect(),
        (None, department) => format!("{}{department}", innermost(region)),
    }
}

/// 云州市云东区 → 云东; 清源县白鹭镇 → 白鹭; 云州市委 → 云州.
fn innermost(region: &str) -> String {
    let mut parts = vec![String::new()];
    for character in region.chars() {
        let ends = matches!(character, '省' | '市' | '区' | '县' | '镇' | '乡' | '委')
            && parts.last().is_some_and(|part| part.chars().count() >= 2);
        match (ends, parts.last_mut()) {
            (true, _) => parts.push(String::new()),
            (false, Some(part)) => part.push(character),
            (false, None) => {}
        }
    }
    let named = parts.into_iter().rfind(|part| part.chars().count() >= 2);
    named.unwrap_or_else(|| region.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_clerks_would_choose() {
        for (name, wanted) in [
            ("云州市云东区市场监督管理局", "云东市监"),
            ("云州市市场监督管理局", "云州市监"),
            ("云岭省市场监督管理局", "云岭市监"),
            ("云州市卫生健康委员会", "云州卫健"),
            ("云州市云东区卫生健康局", "云东卫健"),
            ("云州市公安局", "云州公"),
            ("云州市公安局云东分局", "云东公"),
            ("国家税务总局云州市税务局", "云州税"),
            ("中共云州市委机构编制委员会办公室", "云州编办"),
            ("清源县自然资源和规划局（林业局）", "清源自规"),
            ("清源县白鹭镇人民政府", "白鹭政"),
            ("云州市云东区东湖街道办事处", "东湖街办"),
            ("云州市云东区消防救援大队", "云东消"),
            ("云州市政务服务和数据资源管理局", "云州政数"),
            ("云州市监察委员会", "云州监"),
        ] {
            assert_eq!(word(name), wanted, "{name}");
        }
    }
}
