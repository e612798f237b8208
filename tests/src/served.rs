//! The city behind a real port, with its background running.

use store::Ctx;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::Town;

/// A served city. End it with [`Served::close`].
pub struct Served {
    pub town: Town,
    /// Address without a slash at the end.
    pub base: String,
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

impl Served {
    /// The city on SQLite at this moment, Beijing time, under an address of its own.
    pub async fn open(at: &str) -> Self {
        // The port is taken first: QR codes carry the address.
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let town = Town::sqlite_under(at, &base).await;
        let (stop, stopped) = watch::channel(false);
        let worker = town.platform.worker.clone();
        let mut told = stopped.clone();
        let app = tongban::serve::router(&town.platform, false).unwrap();
        let background = tokio::spawn(async move { worker.run(stopped).await });
        let pages = tokio::spawn(async move {
            let until = async move { while !*told.borrow() && told.changed().await.is_ok() {} };
            axum::serve(listener, app)
                .with_graceful_shutdown(until)
                .await
                .unwrap();
        });
        Self {
            town,
            base,
            stop,
            tasks: vec![background, pages],
        }
    }

    /// A context of the platform itself.
    pub fn ctx(&self) -> &Ctx {
        self.town.ctx()
    }

    /// Ends requests and background, then closes the city.
    pub async fn close(self) {
        self.stop.send(true).unwrap();
        for task in self.tasks {
            task.await.unwrap();
        }
        self.town.close().await;
    }
}
