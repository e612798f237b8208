//! A use case's body as both engines run it. They see it without its types: what runs it is compiled
//! once, not once for each use case.

use tokio::sync::oneshot;

use crate::{BoxFuture, StoreError, Tx};

/// Something to be run in a transaction.
pub(crate) trait Work: Send {
    /// Runs the body and keeps its outcome; true where its changes are to stay. It may run again,
    /// and then only the last outcome counts.
    fn run<'t>(&'t mut self, tx: &'t mut Tx<'_>) -> BoxFuture<'t, bool>;

    /// Tells whoever waits on another thread, after the commit.
    fn tell(self: Box<Self>, committed: Result<(), StoreError>);
}

/// A body with its outcome, and whom to tell of it.
pub(crate) struct UseCase<T, E, F> {
    body: F,
    outcome: Option<Result<T, E>>,
    send: Option<oneshot::Sender<Result<T, E>>>,
}

impl<T, E: From<StoreError>, F> UseCase<T, E, F> {
    /// Whoever runs it takes the outcome himself.
    pub fn new(body: F) -> Self {
        Self {
            body,
            outcome: None,
            send: None,
        }
    }

    /// Somebody on another thread waits for the outcome.
    pub fn awaited(body: F, send: oneshot::Sender<Result<T, E>>) -> Self {
        Self {
            send: Some(send),
            ..Self::new(body)
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
                Ok(value) => tx.finish().await.map(|()| value).map_err(E::from),
                Err(error) => Err(error),
            };
            self.outcome.insert(outcome).is_ok()
        })
    }

    fn tell(mut self: Box<Self>, committed: Result<(), StoreError>) {
        if let Some(send) = self.send.take() {
            let _ = send.send(committed.map_err(E::from).and(self.outcome()));
        }
    }
}
