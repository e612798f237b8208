//! One message to one account: on the site, and by SMS where it is of weight.

use std::sync::Arc;

use store::Ctx;

use crate::error::MessageError;
use crate::site;
use crate::sms::{self, Sms};
use crate::templates::Told;

/// What a message is about.
#[derive(Clone, Debug)]
pub(crate) enum About {
    /// A case, by its number.
    Case(String),
    /// A licence, by its key.
    Licence(String),
}

/// Writes the message and queues the SMS in one transaction. `id` makes it idempotent: the same
/// event tells once.
pub(crate) async fn deliver(
    ctx: &Ctx,
    id: &str,
    owner: &str,
    mobile: Option<String>,
    about: About,
    message: Told,
) -> Result<(), MessageError> {
    let work = Arc::new((id.to_owned(), owner.to_owned(), mobile, about, message));
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            let (ctx, work) = (inner.clone(), work.clone());
            Box::pin(async move {
                let (id, owner, mobile, about, message) = &*work;
                let purpose = match about {
                    About::Case(_) => "case",
                    About::Licence(_) => "licence",
                };
                let words = (message.title, message.text.as_str());
                site::put(tx, &ctx, owner, id, about, words).await?;
                if let (true, Some(to)) = (message.sms, mobile) {
                    let text = format!("【云州政务】{}", message.text);
                    let to = to.clone();
                    sms::queue(tx, &ctx, id, purpose, &Sms { to, text }).await?;
                }
                Ok::<_, MessageError>(())
            })
        })
        .await
}
