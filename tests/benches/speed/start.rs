//! Second start, idle memory, size of the program.

use std::time::{Duration, Instant};

use anyhow::Result;

use crate::city;
use crate::http::{Connection, get};
use crate::options::Options;
use crate::server::Server;
use crate::table::Figure;

pub async fn measure(options: &Options) -> Result<Vec<Figure>> {
    let folder = tempfile::tempdir()?;
    city::load(folder.path(), None).await?;
    let begun = Instant::now();
    let mut server = Server::start(options, folder.path(), None).await?;
    server.first_answer("/").await?;
    let first_page = begun.elapsed().as_secs_f64();
    // A page of everything that a first visitor sees, then quiet.
    let mut connection = Connection::open(server.address).await?;
    for path in ["/services", "/services/SPJYXK-XB", "/search?q=开饭店"] {
        let path = path.replace("开饭店", "%E5%BC%80%E9%A5%AD%E5%BA%97");
        connection.send(&get(&path, "")).await?;
    }
    tokio::time::sleep(Duration::from_secs(5)).await;
    let memory = server.memory()?;
    server.stop()?;
    let size = std::fs::metadata(&options.program)?.len() as f64 / 1e6;
    Ok(vec![
        Figure::below("second start to first page", first_page, "s", 1.0),
        Figure::below("idle memory (PSS)", memory, "MB", 150.0),
        Figure::below("release program", size, "MB", 60.0),
    ])
}
