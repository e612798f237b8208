//! A use case's body as both engines run it. They see it without its types: what runs it is compiled
//! once, not once for each use case.

use tokio::sync::oneshot;

use crate::{BoxFuture, StoreError, Tx};

/// Something to be run in a transaction.
pub(crate) trait Work: Send {
    /// Runs the body and keeps its outcome; true where its changes are to stay. It may run again,
    /// and then only the last outcome counts.
    fn run<'t>(&'t mut self, tx: &'t mut Tx<'_>) -> BoxFuture<'t, bool>;
}

/// The same where somebody waits on another thread.
pub(crate) trait Waiting: Work {
    /// Tells whoever waits, after the commit.
    fn tell(self: Box<Self>, committed: Result<(), StoreError>);
}

/// A body with its outcome.
pub(crate) struct UseCase<T, E, F> {
    body: F,
    outcome: Option<Result<T, E>>,
}

impl<T, E: From<StoreError>, F> UseCase<T, E, F> {
    pub fn new(body: F) -> Self {
        Self {
            body,
            outcome: None,
        }
    }

    /// How the body ended when it ran last.
    pub fn outcome(self) -> Result<T, E> {
        let never = || Err(StoreError::Panicked.into());
        self.outcome.unwrap_or_else(never)
    }
}

impl<T, E, F> Work for UseCase<T, E, F>
where
    T: Send,
    E: From<StoreError> + Send,
    F: for<'t> Fn(&'t mut Tx<'_>) -> BoxFuture<'t, Result<T, E>> + Send + Sync,
{
    fn run<'t>(&'t mut self, tx: &'t mut Tx<'_>) -> BoxFuture<'t, bool> {
        Box::pin(async move {
            let outcome = match (self.body)(tx).await {
                Ok(value) => tx.flush().await.map(|()| value).map_err(E::from),
                Err(error) => Err(error),
            };
            self.outcome.insert(outcome).is_ok()
        })
    }
}

/// A use case and who waits for it.
pub(crate) struct Told<T, E, F> {
    work: UseCase<T, E, F>,
    send: oneshot::Sender<Result<T, E>>,
}

impl<T, E, F> Told<T, E, F> {
    pub fn new(work: UseCase<T, E, F>, send: oneshot::Sender<Result<T, E>>) -> Self {
        Self { work, send }
    }
}

impl<T, E, F> Work for Told<T, E, F>
where
    T: Send,
    E: From<StoreError> + Send,
    F: for<'t> Fn(&'t mut Tx<'_>) -> BoxFuture<'t, Result<T, E>> + Send + Sync,
{
    fn run<'t>(&'t mut self, tx: &'t mut Tx<'_>) -> BoxFuture<'t, bool> {
        self.work.run(tx)
    }
}

impl<T, E, F> Waiting for Told<T, E, F>
where
    T: Send,
    E: From<StoreError> + Send,
    F: for<'t> Fn(&'t mut Tx<'_>) -> BoxFuture<'t, Result<T, E>> + Send + Sync,
{
    fn tell(self: Box<Self>, committed: Result<(), StoreError>) {
        let outcome = self.work.outcome();
        let _ = self.send.send(committed.map_err(E::from).and(outcome));
    }
}
