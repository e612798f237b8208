//! The guide page against a file of its size from nginx.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::Duration;

use anyhow::{Context, Result};

use crate::city;
use crate::http::{Connection, get, load};
use crate::options::Options;
use crate::server::Server;
use crate::table::{Figure, p99};

const PAGE: &str = "/services/SPJYXK-XB";
const CLIENTS: usize = 50;
const SPAN: Duration = Duration::from_secs(5);

pub async fn measure(options: &Options) -> Result<Vec<Figure>> {
    let folder = tempfile::tempdir()?;
    city::load(folder.path(), None).await?;
    let server = Server::start(options, folder.path(), None).await?;
    let (size, cookie) = look(server.address).await?;
    let request = get(PAGE, &cookie);
    load(
        server.address,
        CLIENTS,
        Duration::from_secs(1),
        request.clone(),
    )
    .await?;
    let ours = load(server.address, CLIENTS, SPAN, request).await?;
    server.stop()?;
    let nginx = Nginx::start(options.port + 1, size).await?;
    let limit = load(nginx.address, CLIENTS, SPAN, get("/page.html", "")).await?;
    Ok(vec![
        Figure::rate(
            &format!("guide page, {CLIENTS} clients ({size} bytes)"),
            ours.rate,
            limit.rate,
            "nginx serving a file of its size",
            0.1,
        ),
        Figure::below("guide page, p99", p99(ours.took), "ms", 25.0),
    ])
}

/// Size of the page, and the cookies that a returning visitor sends.
async fn look(address: SocketAddr) -> Result<(usize, String)> {
    let mut connection = Connection::open(address).await?;
    let answer = connection.send(&get(PAGE, "")).await?;
    anyhow::ensure!(answer.status == 200, "the guide answers {}", answer.status);
    let cookies = answer.head.lines().filter_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("set-cookie")
            .then(|| value.trim().split(';').next().map(str::to_owned))?
    });
    let cookie = cookies.collect::<Vec<_>>().join("; ");
    Ok((answer.body.len(), cookie))
}

/// nginx with one file; stopped and removed when dropped.
struct Nginx {
    child: Child,
    address: SocketAddr,
    folder: PathBuf,
}

impl Nginx {
    async fn start(port: u16, size: usize) -> Result<Self> {
        let folder = std::env::temp_dir().join(format!("tongban-nginx-{}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        std::fs::write(folder.join("page.html"), vec![b'x'; size])?;
        let configuration = folder.join("nginx.conf");
        std::fs::write(&configuration, configure(&folder, port))?;
        let child = Command::new("/usr/sbin/nginx")
            .arg("-c")
            .arg(&configuration)
            .arg("-p")
            .arg(&folder)
            .spawn()
            .context("/usr/sbin/nginx (Debian package nginx-light)")?;
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        let nginx = Self {
            child,
            address,
            folder,
        };
        for _ in 0..200 {
            if Connection::open(address).await.is_ok() {
                return Ok(nginx);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        anyhow::bail!("nginx does not answer")
    }
}

fn configure(folder: &Path, port: u16) -> String {
    let folder = folder.display();
    format!(
        "daemon off;\nworker_processes auto;\npid {folder}/pid;\nerror_log {folder}/error.log;\n\
         user root;\nevents {{ worker_connections 512; }}\n\
         http {{\n access_log off;\n sendfile on;\n tcp_nopush on;\n open_file_cache max=10;\n\
         keepalive_requests 100000000;\n default_type text/html;\n\
         client_body_temp_path {folder}/b;\n proxy_temp_path {folder}/p;\n\
         fastcgi_temp_path {folder}/f;\n uwsgi_temp_path {folder}/u;\n scgi_temp_path {folder}/s;\n\
         server {{ listen 127.0.0.1:{port}; root {folder}; }}\n}}\n"
    )
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = Command::new("kill")
            .args(["-TERM", &self.child.id().to_string()])
            .status();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
