//! `tongban doctor`: what an installation still lacks before it may serve the public.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use jiff::Timestamp;
use kernel::{Problem, SystemClock};
use seals::{DocumentKind, HolderKind, SealType};
use store::Ctx;

use crate::command::doctor_keys;
use crate::platform::{self, Look, Place};
use crate::stop::Stop;
use crate::{backup, wiring};

#[derive(Debug, Args)]
pub struct DoctorArgs {
    /// Data folder.
    #[arg(long, default_value = "data")]
    data: PathBuf,
    /// `postgres://…` in place of the SQLite file.
    #[arg(long)]
    database: Option<String>,
    /// The address under which people reach the portal.
    #[arg(long)]
    base_url: Option<String>,
    /// Code of the agency that runs the platform and seals the reports of verifications.
    #[arg(long)]
    operator: Option<String>,
}

/// Prints one line a finding; exit code 1 when something is missing.
pub async fn run(args: DoctorArgs) -> Result<ExitCode, Stop> {
    let mut found = findings(&args);
    if args.data.is_dir() {
        match looked(&args).await {
            Ok(more) => found.extend(more),
            Err(stop) => found.push(format!("无法检查 / cannot be examined: {}", stop.0)),
        }
    }
    if found.is_empty() {
        println!("✔ 没有发现问题 / nothing is missing");
        return Ok(ExitCode::SUCCESS);
    }
    for line in &found {
        println!("! {line}");
    }
    Ok(ExitCode::from(1))
}

fn findings(args: &DoctorArgs) -> Vec<String> {
    let mut found = Vec::new();
    if !args.data.is_dir() {
        found.push(format!(
            "数据目录不存在 / no data folder {}",
            args.data.display()
        ));
    }
    found.extend(doctor_keys::files(&args.data));
    if args.data.join("journal-roots.jsonl").exists() {
        found.push(
            "审计日志根与数据库在同一目录，请定期抄送到另一台机器 / \
             the journal's roots lie beside the database; copy them to another machine"
                .into(),
        );
    }
    if args.database.is_none() {
        found.push("使用内嵌数据库；多台服务器请用PostgreSQL / embedded database".into());
    }
    if !args
        .base_url
        .as_deref()
        .is_some_and(|u| u.starts_with("https://"))
    {
        found.push("对外地址不是HTTPS（--base-url） / the public address is not HTTPS".into());
    }
    found
}

/// What only the open installation tells: database, journal, files, work that waits.
async fn looked(args: &DoctorArgs) -> Result<Vec<String>, Stop> {
    let place = Place {
        data: args.data.clone(),
        database: args.database.clone(),
        base_url: String::new(),
        operator: args.operator.clone(),
    };
    let look = platform::look(&place, Arc::new(SystemClock)).await?;
    let found = examine(&place, &look).await;
    look.ctx.db.close().await;
    found
}

/// Events that no signed batch holds should not be older, seconds: the worker seals at once.
const UNSEALED: i64 = 600;

async fn examine(place: &Place, look: &Look) -> Result<Vec<String>, Stop> {
    let (ctx, mut found) = (&look.ctx, Vec::new());
    for risk in ctx.db.risks().await? {
        found.push(format!(
            "数据库 {} = {}，应为 {} / the database's {} is {}, not {}",
            risk.name, risk.found, risk.wanted, risk.name, risk.found, risk.wanted
        ));
    }
    if identity::is_demo(ctx).await? {
        found.push(
            "这是演示城市：模拟器会显示验证码，账号口令公开 / a demonstration: simulators show \
             one-time codes"
                .into(),
        );
    }
    // There is no other gateway yet; it is told until there is.
    found.push("短信由模拟网关发送 / SMS go to the simulated gateway only".into());
    found.extend(doctor_keys::certificates(&*look.keys, ctx.now())?);
    let report = platform::verify_journal(place, &*look.keys, ctx.now()).await?;
    if !report.is_whole() {
        found.push(format!(
            "审计日志有 {} 处异常，请运行 journal verify / the journal has faults: {}",
            report.faults.len(),
            report.faults.len()
        ));
    }
    if report.unsealed > 0 && report.unsealed_age > UNSEALED {
        found.push(format!(
            "有事件 {} 秒未封存，后台可能没有运行 / events unsealed for {} seconds: is a worker running?",
            report.unsealed_age, report.unsealed_age
        ));
    }
    found.extend(reports(ctx, place.operator.as_deref()).await?);
    let parked = journal::parked(&mut ctx.db.reader()).await?;
    if !parked.is_empty() {
        found.push(format!(
            "有 {} 项后台工作停下待人处理 / background work is parked: {}",
            parked.len(),
            parked.len()
        ));
    }
    let blobs = blobs::Blobs::open(&place.data.join("files"))?;
    let names = wiring::stored_files(&mut ctx.db.reader()).await?;
    let gone = names.iter().filter(|n| !blobs.path(n).is_file()).count();
    if gone > 0 {
        found.push(format!(
            "缺少 {gone} 个文件 / stored files are missing: {gone}"
        ));
    }
    found.extend(backup_age(&place.data, ctx.now()));
    Ok(found)
}

/// What keeps the platform from sealing the reports of verifications: nobody answers for them, or
/// the seal of who does has no authorisation, as in installations from before there were reports.
async fn reports(ctx: &Ctx, operator: Option<&str>) -> Result<Option<String>, Stop> {
    let Some(agency) = operator else {
        return Ok(Some(
            "未指定出具核验报告的机构（--operator），不能出具盖章的核验报告 / no --operator: \
             verifications have no sealed reports"
                .into(),
        ));
    };
    let seal = match seals::find(ctx, agency, SealType::Official).await {
        Ok(seal) => seal,
        Err(error) => {
            let problem = Problem::from(error);
            let (zh, en) = (problem.zh, problem.en);
            return Ok(Some(format!(
                "机构 {agency} 的公章不能用于核验报告：{zh} / its official seal: {en}"
            )));
        }
    };
    let detail = seals::detail(ctx, &seal.key).await?;
    let (kind, now) = (DocumentKind::Verification.code(), ctx.now());
    let authorised = detail.authorisations.iter().any(|one| {
        one.holder_kind == HolderKind::System
            && one.holder == ctx.actor.id
            && one.document_kind == kind
            && one.withdrawn_at.is_none()
            && one.valid_from <= now
            && now <= one.valid_to
    });
    Ok((!authorised).then(|| {
        format!(
            "公章“{}”（{}）没有对核验报告的有效授权：请在“印章管理”中打开这枚印章，增加授权，文书种类选“核验报告” \
             / the official seal is not authorised for verification reports: grant it to system, \
             kind {kind}",
            seal.name, seal.es_id
        )
    }))
}

/// A backup is due daily [K-34].
const BACKUP_DUE: i64 = 26 * 3600;

fn backup_age(data: &Path, now: Timestamp) -> Option<String> {
    let Some(last) = backup::last(data) else {
        return Some("从未备份（tongban backup） / no backup was ever made".into());
    };
    let age = now.duration_since(last).as_secs();
    (age > BACKUP_DUE).then(|| {
        format!(
            "最近一次备份是 {} 小时前 / the last backup is {} hours old",
            age / 3600,
            age / 3600
        )
    })
}
