//! One shape for all writes of this domain: clones what the body needs for each of its runs.

/// `transact!(ctx, [a, b], |tx| -> T { … })`: the names in brackets are owned values that the body
/// uses; it gets clones, because it may run twice. `ctx` must be an owned or borrowed context.
macro_rules! transact {
    ($ctx:ident, [$($name:ident),* $(,)?], |$tx:ident| -> $out:ty $body:block) => {{
        let db = $ctx.db.clone();
        let $ctx = $ctx.clone();
        $(let $name = $name.clone();)*
        let done: Result<$out, $crate::IdentityError> = db
            .write(move |$tx| {
                #[allow(unused_variables, reason = "not every body writes an event")]
                let $ctx = $ctx.clone();
                $(let $name = $name.clone();)*
                Box::pin(async move { $body })
            })
            .await;
        done
    }};
}
pub(crate) use transact;
