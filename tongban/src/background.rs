//! The background on threads of its own, which give way to requests: composing and sealing a paper
//! takes milliseconds of computing, and a resident who presses a button must not wait behind it.

use std::thread::JoinHandle;
use std::time::Duration;

use journal::Worker;
use tokio::sync::watch;

use crate::stop::Stop;

/// How far the threads step back: with the processors full they get about a thirtieth.
const NICE: i32 = 15;

/// A running background.
pub struct Background(JoinHandle<Result<(), Stop>>);

impl Background {
    /// Starts it; it runs until `stop` turns true.
    pub fn start(worker: Worker, stop: watch::Receiver<bool>) -> Result<Self, Stop> {
        let threads = std::thread::available_parallelism().map_or(2, usize::from);
        let thread = std::thread::Builder::new()
            .name("background".into())
            .spawn(move || {
                step_back();
                let runtime = tokio::runtime::Builder::new_multi_thread()
                    .worker_threads(threads)
                    .thread_name("background")
                    .on_thread_start(step_back)
                    .enable_all()
                    .build()?;
                runtime.spawn(give_back());
                runtime.block_on(run(worker, stop));
                Ok(())
            })?;
        Ok(Self(thread))
    }

    /// Waits until it has finished what it had begun.
    pub async fn ended(self) -> Result<(), Stop> {
        let joined = tokio::task::spawn_blocking(move || self.0.join()).await?;
        match joined {
            Ok(ended) => ended,
            Err(_) => Err(Stop::new("后台意外终止 / the background panicked")),
        }
    }
}

/// A database that has no connections left now may have some in a second: without a background no
/// paper would ever be sealed.
async fn run(worker: Worker, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        match worker.beside().await {
            Ok(worker) => {
                worker.run(stop.clone()).await;
                return worker.leave().await;
            }
            Err(error) => {
                tracing::error!(%error, "the background has no database connection");
                tokio::select! {
                    () = tokio::time::sleep(Duration::from_secs(1)) => {}
                    _ = stop.changed() => {}
                }
            }
        }
    }
}

/// How often memory that is no longer used goes back to the system.
const GIVE_BACK: Duration = Duration::from_secs(2);

/// The allocator keeps freed memory for a second and then waits for somebody to free a large block
/// before it returns any: where nobody works, that never happens, and after a peak (the first
/// page, which reads the dictionary; a batch) the process would stay as large as it was. So a
/// large block is taken and freed from time to time.
async fn give_back() {
    let mut times = tokio::time::interval(GIVE_BACK);
    loop {
        times.tick().await;
        drop(std::hint::black_box(Vec::<u8>::with_capacity(1 << 20)));
    }
}

/// On Linux the priority is a thread's own. Where it cannot be lowered the work is done all the same.
fn step_back() {
    let _ = rustix::process::setpriority_process(None, NICE);
}
