//! `tongban doctor`: what an installation still lacks before it may serve the public.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use crate::stop::Stop;

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
}

/// Prints one line a finding; exit code 1 when something is missing.
pub async fn run(args: DoctorArgs) -> Result<ExitCode, Stop> {
    let found = findings(&args);
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
    if args.data.join("keys.unlock").exists() {
        found.push(
            "密钥文件与数据放在一起，请改用口令（TONGBAN_KEY_PASSPHRASE）或移到别处 / \
             the key file lies beside the database"
                .into(),
        );
    }
    if readable_by_others(&args.data.join("keys.store")) {
        found.push("密钥库可被其他用户读取 / the key store is readable by others".into());
    }
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

#[cfg(unix)]
fn readable_by_others(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).is_ok_and(|m| m.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn readable_by_others(_: &Path) -> bool {
    false
}
