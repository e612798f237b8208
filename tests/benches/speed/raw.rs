//! The limits: what the machine does without us.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use gm::{KeyKind, SignatureAlgorithm, Signer, SoftKey};
use kernel::Randomness;

/// How long a limit is measured.
const SPAN: Duration = Duration::from_secs(2);

/// Calls it again and again; gives calls a second. The first calls fill caches.
pub fn rate(mut call: impl FnMut() -> Result<()>) -> Result<f64> {
    for _ in 0..20 {
        call()?;
    }
    let (start, mut count) = (Instant::now(), 0_u32);
    while start.elapsed() < SPAN {
        call()?;
        count += 1;
    }
    Ok(f64::from(count) / start.elapsed().as_secs_f64())
}

fn key() -> SoftKey {
    let random = kernel::SystemRandom;
    SoftKey::generate(KeyKind::Sm2, &mut |out: &mut [u8]| random.fill(out))
}

/// SM2 signatures a second.
pub fn sm2_signatures() -> Result<f64> {
    let (key, message) = (key(), [7_u8; 32]);
    rate(|| {
        std::hint::black_box(key.sign(std::hint::black_box(&message))?);
        Ok(())
    })
}

/// SM2 verifications a second.
pub fn sm2_verifications() -> Result<f64> {
    let (key, message) = (key(), [7_u8; 32]);
    let (signature, public) = (key.sign(&message)?, key.public_key());
    rate(|| {
        public
            .verify(SignatureAlgorithm::Sm2Sm3, &message, &signature)
            .context("a fresh signature does not verify")
    })
}

/// A loop without us: rows a second that one connection makes durable, each in a commit of its own.
const COMMITS: &str = "
import sqlite3, sys, time
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute('PRAGMA journal_mode=WAL')
db.execute('PRAGMA synchronous=FULL')
db.execute('CREATE TABLE t (v TEXT)')
for _ in range(50): db.execute('INSERT INTO t VALUES (?)', ('x' * 100,))
start = time.perf_counter()
n = 0
while time.perf_counter() - start < 3:
    db.execute('INSERT INTO t VALUES (?)', ('x' * 100,))
    n += 1
print(n / (time.perf_counter() - start))
";

/// Durable commits a second of one connection to a SQLite file in this folder.
pub fn sqlite_commits(folder: &Path) -> Result<f64> {
    let file = folder.join("raw-commits.db");
    let done = Command::new("python3")
        .args(["-c", COMMITS])
        .arg(&file)
        .output()
        .context("python3")?;
    if !done.status.success() {
        bail!("{}", String::from_utf8_lossy(&done.stderr));
    }
    Ok(String::from_utf8_lossy(&done.stdout).trim().parse()?)
}

/// Single-row commits a second of 32 clients of pgbench: the middle of five runs, because single
/// ones differ by a third.
pub fn postgres_commits(pgbench: &Path, url: &str, folder: &Path) -> Result<f64> {
    let script = folder.join("raw-commits.sql");
    std::fs::write(
        &script,
        "INSERT INTO raw_commits (v) VALUES (repeat('x', 100));\n",
    )?;
    let call = |args: &[&str]| -> Result<String> {
        let done = Command::new(pgbench)
            .args(args)
            .arg(url)
            .output()
            .with_context(|| pgbench.display().to_string())?;
        if !done.status.success() {
            bail!("{}", String::from_utf8_lossy(&done.stderr));
        }
        Ok(String::from_utf8_lossy(&done.stdout).into_owned())
    };
    let table = folder.join("raw-table.sql");
    std::fs::write(&table, "CREATE TABLE IF NOT EXISTS raw_commits (v TEXT);\n")?;
    let table = table.display().to_string();
    call(&["-n", "-t", "1", "-f", &table])?;
    let script = script.display().to_string();
    let mut runs = Vec::new();
    for _ in 0..5 {
        let told = call(&[
            "-n", "-c", "32", "-j", "2", "-T", "2", "-M", "prepared", "-f", &script,
        ])?;
        let line = told.lines().find_map(|l| l.strip_prefix("tps = "));
        let number = line.and_then(|l| l.split_whitespace().next());
        runs.push(number.context("pgbench told no figure")?.parse::<f64>()?);
    }
    runs.sort_by(f64::total_cmp);
    Ok(runs[2])
}
