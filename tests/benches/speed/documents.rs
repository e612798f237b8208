//! Licences composed and sealed, and sealed licences verified, on one core.

use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use kernel::{Actor, Channel};
use licences::measure::Measured;
use licences::{Holder, IssueRequest};
use tongban::demo::City;

use crate::city;
use crate::raw;
use crate::table::Figure;

const SPAN: Duration = Duration::from_secs(4);

/// Measures in a child that is pinned to one core.
pub fn pinned() -> Result<Vec<Figure>> {
    let child = Command::new("taskset")
        .args(["--cpu-list", "0"])
        .arg(std::env::current_exe()?)
        .arg("--pinned")
        .stderr(std::process::Stdio::inherit())
        .output()
        .context("taskset (Debian package util-linux)")?;
    ensure!(child.status.success(), "the pinned child failed");
    Ok(serde_json::from_slice(&child.stdout)?)
}

/// What the child measures.
pub async fn measure() -> Result<Vec<Figure>> {
    let folder = tempfile::tempdir()?;
    city::load(folder.path(), None).await?;
    let opened = city::open(folder.path(), None).await?;
    let ctx = opened.platform.ctx.clone();
    let measured = Measured::new(&ctx, &request(&opened.city)?).await?;
    let signs = raw::sm2_signatures()?;
    let ofd = rate(async || measured.ofd().await.map(drop)).await?;
    let pdf = rate(async || measured.pdf().await.map(drop)).await?;
    // Anybody may verify: no library, no right.
    let visitor = ctx.with_actor(Actor::visitor(Channel::Portal));
    let bytes = measured.ofd().await?;
    let trust = seals::trust(&visitor.as_system()).await?;
    let verdict = sealing::verify(&bytes, &trust)?;
    ensure!(verdict.is_valid(), "the sealed licence is not valid");
    let verifies = raw::sm2_verifications()?;
    let verify = raw::rate(|| {
        let verdict = sealing::verify(std::hint::black_box(&bytes), &trust)?;
        ensure!(verdict.is_valid(), "the sealed licence is not valid");
        Ok(())
    })?;
    Ok(vec![
        Figure::rate(
            "licence to sealed OFD, one core",
            ofd,
            signs,
            "raw SM2 signatures",
            0.05,
        ),
        Figure::rate(
            "licence to PDF with visible seal, one core",
            pdf,
            signs,
            "raw SM2 signatures",
            0.015,
        ),
        Figure::rate(
            "sealed OFD verified, warm, one core",
            verify,
            verifies,
            "raw SM2 verifications",
            0.25,
        ),
    ])
}

async fn rate(call: impl AsyncFn() -> Result<(), licences::LicenceError>) -> Result<f64> {
    for _ in 0..5 {
        call().await?;
    }
    let (start, mut count) = (Instant::now(), 0_u32);
    while start.elapsed() < SPAN {
        call().await?;
        count += 1;
    }
    Ok(f64::from(count) / start.elapsed().as_secs_f64())
}

/// A food business licence of the demonstration, as it would be issued anew.
pub fn request(city: &City) -> Result<IssueRequest> {
    let stock = city::part(city, "licences.json", "licences")?;
    let one = stock
        .iter()
        .find(|l| l["type_short_code"] == "SPJYXKZ" && l["state"] == "VALID")
        .context("no licence of the type SPJYXKZ")?;
    let text = |key: &str| one[key].as_str().unwrap_or_default().to_owned();
    let face = one["face_data"].as_object().into_iter().flatten();
    let filled = [
        "licence_no",
        "issuer",
        "issue_date",
        "valid_from",
        "valid_to",
    ];
    let face = face.filter(|(key, _)| !filled.contains(&key.as_str()));
    let agencies = city::part(city, "agencies.json", "agencies")?;
    let issuer = agencies
        .iter()
        .find(|a| a["uscc"] == one["issuer_code"])
        .and_then(|a| a["agency_code"].as_str())
        .context("no agency of the licence")?;
    Ok(IssueRequest {
        type_code: text("type_short_code"),
        issuer: issuer.to_owned(),
        region: text("region_code"),
        holder: Holder {
            account: None,
            name: text("holder"),
            id: text("holder_id"),
            id_type: text("holder_id_type"),
        },
        face: face
            .filter_map(|(k, v)| Some((k.clone(), v.as_str()?.to_owned())))
            .collect(),
        photo: None,
        case_no: None,
        item_code: None,
        replaces: None,
    })
}
