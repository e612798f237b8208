//! Verification over HTTP: a sealed licence sent as a file, judged by its seal, the library and the
//! registers, kept and journaled.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use licences::{Format, LicenceError};

use crate::city::{self, Opened};
use crate::documents;
use crate::http::{Connection, load};
use crate::options::Options;
use crate::raw;
use crate::server::Server;
use crate::table::{Figure, p99};

const CLIENTS: usize = 50;
const SPAN: Duration = Duration::from_secs(5);
const PATH: &str = "/api/v1/verifications/file";

pub async fn measure(options: &Options) -> Result<Vec<Figure>> {
    let folder = tempfile::tempdir()?;
    city::load(folder.path(), None).await?;
    let opened = city::open(folder.path(), None).await?;
    let file = issue(&opened).await?;
    opened.close().await?;
    let server = Server::start(options, folder.path(), None).await?;
    let request = upload(&file);
    look(&server, &request).await?;
    let warm = Duration::from_secs(1);
    load(server.address, CLIENTS, warm, request.clone()).await?;
    let ours = load(server.address, CLIENTS, SPAN, request).await?;
    server.stop()?;
    Ok(vec![
        Figure::rate(
            &format!(
                "licence verified over HTTP, {CLIENTS} clients ({} KB)",
                file.len() / 1024
            ),
            ours.rate,
            raw::sm2_verifications()?,
            "raw SM2 verifications",
            0.35,
        ),
        Figure::below(
            "licence verified over HTTP, p99",
            p99(ours.took),
            "ms",
            80.0,
        ),
    ])
}

/// Issues a licence as a case does; gives its sealed OFD.
async fn issue(opened: &Opened) -> Result<Vec<u8>> {
    let system = opened.ctx().as_system();
    let request = documents::request(&opened.city)?;
    let prepared = Arc::new(licences::prepare(&system, &request).await?);
    let inner = system.clone();
    let key = system
        .db
        .write(move |tx| {
            let (ctx, prepared) = (inner.clone(), prepared.clone());
            Box::pin(async move {
                let key = licences::commit(tx, &ctx, &prepared).await?;
                Ok::<_, LicenceError>(key)
            })
        })
        .await?;
    Ok(licences::file(&system, &key, Format::Ofd).await?)
}

fn upload(file: &[u8]) -> Vec<u8> {
    const EDGE: &str = "f1l3-v3r1fy-b3nch";
    let head = format!(
        "--{EDGE}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.ofd\"\r\n\
         Content-Type: application/ofd\r\n\r\n"
    );
    let tail = format!("\r\n--{EDGE}--\r\n");
    let length = head.len() + file.len() + tail.len();
    let mut request = format!(
        "POST {PATH} HTTP/1.1\r\nHost: localhost\r\n\
         Content-Type: multipart/form-data; boundary={EDGE}\r\nContent-Length: {length}\r\n\r\n{head}"
    )
    .into_bytes();
    request.extend_from_slice(file);
    request.extend_from_slice(tail.as_bytes());
    request
}

/// What is measured must be a verification that passes all three steps.
async fn look(server: &Server, request: &[u8]) -> Result<()> {
    let mut connection = Connection::open(server.address).await?;
    let answer = connection.send(request).await?;
    let body = String::from_utf8_lossy(answer.body).into_owned();
    ensure!(answer.status == 200, "answered {}: {body}", answer.status);
    let verdict: serde_json::Value = serde_json::from_str(&body)?;
    let valid = verdict["valid"].as_bool().context("no verdict")?;
    ensure!(valid, "the licence does not verify: {body}");
    Ok(())
}
