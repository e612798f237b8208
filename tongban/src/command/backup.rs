//! `tongban backup`, `tongban restore`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{ArgGroup, Args};
use kernel::{Clock, SystemClock};

use crate::backup::{self, Fault, Manifest, Restore};
use crate::command::journal;
use crate::keys;
use crate::platform::{self, Place};
use crate::stop::Stop;

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("act").required(true).args(["out", "check"]))]
pub struct BackupArgs {
    /// Data folder; the installation may be running.
    #[arg(long, default_value = "data")]
    data: PathBuf,
    /// `postgres://…` in place of the SQLite file.
    #[arg(long)]
    database: Option<String>,
    /// A new file, or a folder in which one is made.
    #[arg(long)]
    out: Option<PathBuf>,
    /// Include the key file that opens the key store. Whoever has such a backup can read and sign
    /// everything; without it the key file must be kept elsewhere.
    #[arg(long, requires = "out")]
    with_unlock: bool,
    /// Check a backup whole instead of making one; exit code 1 when something is wrong.
    #[arg(long, value_name = "FILE")]
    check: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct RestoreArgs {
    /// The backup.
    #[arg(long, value_name = "FILE")]
    from: PathBuf,
    /// Data folder to be made: empty or not there yet.
    #[arg(long)]
    data: PathBuf,
    /// `postgres://…` of an empty database; without it SQLite in the data folder.
    #[arg(long)]
    database: Option<String>,
    /// The key file that opens the key store, where the backup does not hold it.
    #[arg(long, value_name = "FILE")]
    unlock: Option<PathBuf>,
    /// Let every series of numbers go on so much later, so that numbers given after the backup are
    /// not given again.
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(i64).range(0..=1_000_000_000))]
    numbers_ahead: i64,
}

/// Makes or checks a backup.
pub async fn backup(args: BackupArgs) -> Result<ExitCode, Stop> {
    if let Some(file) = &args.check {
        let checked = backup::check(file)?;
        print_manifest(&checked.manifest, &checked.fingerprint);
        return Ok(print_faults(&checked.faults));
    }
    let Some(out) = &args.out else {
        return Err(Stop::new("--out FILE|DIR"));
    };
    let place = Place {
        data: args.data,
        database: args.database,
        base_url: String::new(),
        operator: None,
    };
    let made = backup::make(&place, out, args.with_unlock, SystemClock.now()).await?;
    println!("备份已写入 / written: {}", made.file.display());
    // What was written is read back: a backup that nobody read is a hope.
    let checked = backup::check(&made.file)?;
    print_manifest(&made.manifest, &made.fingerprint);
    if args.with_unlock {
        println!(
            "! 备份含密钥文件：持有者可以解密和签名 / the key file is in the backup: whoever has \
             it can decrypt and sign"
        );
    } else {
        println!(
            "! 备份不含打开密钥库的口令或密钥文件，请另行妥善保管；没有它，备份无法使用 / the \
             passphrase or key file that opens the key store is not in the backup: keep it safe \
             elsewhere, without it the backup is of no use"
        );
    }
    Ok(print_faults(&checked.faults))
}

fn print_manifest(m: &Manifest, fingerprint: &str) {
    let rows: u64 = m.tables.iter().map(|t| t.rows).sum();
    println!(
        "{} {} {}：数据表 tables {}，记录 rows {rows}，事件 events {}，文件 files {}",
        m.made_at,
        m.engine,
        m.program,
        m.tables.len(),
        m.rows_of("event").unwrap_or_default(),
        m.files()
    );
    println!("指纹 / fingerprint SM3 {fingerprint}");
}

fn print_faults(faults: &[Fault]) -> ExitCode {
    if faults.is_empty() {
        println!("✔ 备份完整 / the backup is whole");
        return ExitCode::SUCCESS;
    }
    for fault in faults {
        println!("✖ {}", fault.words());
    }
    ExitCode::from(1)
}

/// Restores a backup into a new place, then proves the journal.
pub async fn restore(args: RestoreArgs) -> Result<ExitCode, Stop> {
    let wanted = Restore {
        from: args.from,
        data: args.data,
        database: args.database,
        unlock: args.unlock,
        numbers_ahead: args.numbers_ahead,
    };
    let restored = backup::restore(&wanted).await?;
    println!("已恢复到 / restored into {}", wanted.data.display());
    print_manifest(&restored.manifest, &restored.fingerprint);
    let mut code = print_faults(&restored.faults);
    if restored.missing_files > 0 {
        println!(
            "✖ 缺少 {} 个文件 / files missing: {}",
            restored.missing_files, restored.missing_files
        );
        code = ExitCode::from(1);
    }
    let place = Place {
        data: wanted.data.clone(),
        database: wanted.database.clone(),
        base_url: String::new(),
        operator: None,
    };
    match keys::open(&wanted.data) {
        Ok(keys) => {
            let report = platform::verify_journal(&place, &*keys, SystemClock.now()).await?;
            journal::print(&report)?;
            if !report.is_whole() {
                code = ExitCode::from(1);
            }
        }
        Err(why) => {
            println!(
                "✖ 密钥库打不开，审计日志未核验：请放回 keys.unlock 或设置口令，再运行 tongban \
                 journal verify / the key store cannot be opened, so the journal was not \
                 verified: put keys.unlock back or set the passphrase, then run tongban journal \
                 verify ({})",
                why.0
            );
            code = ExitCode::from(1);
        }
    }
    if wanted.numbers_ahead == 0 {
        println!(
            "! 备份之后发出的号码会再次发出；如有，请用 --numbers-ahead 重新恢复 / numbers given \
             after the backup will be given again; if there were any, restore with --numbers-ahead"
        );
    }
    Ok(code)
}
