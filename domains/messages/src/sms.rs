//! 短信: queued in the transaction, handed to the gateway by a job. The simulator stands where a
//! city puts its operator's gateway; it keeps what it was given for its page to show.

use std::sync::Arc;

use jiff::Timestamp;
use journal::JobFn;
use kernel::{Permission, Phone, Sensitive, Target};
use serde::{Deserialize, Serialize};
use store::{BoxFuture, Ctx, Tx};

use crate::error::MessageError;
use crate::table;

/// One SMS on its way.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Sms {
    pub to: String,
    pub text: String,
}

/// An operator's gateway. `id` is given again when a try is repeated: the gateway sends it once.
pub trait Gateway: Send + Sync {
    fn send(&self, id: &str, sms: &Sms) -> BoxFuture<'static, Result<(), String>>;
}

/// Takes everything and sends nothing: the text stays in the table for the simulator's page.
#[derive(Debug, Default)]
pub struct SimulatedGateway;

impl Gateway for SimulatedGateway {
    fn send(&self, _id: &str, _sms: &Sms) -> BoxFuture<'static, Result<(), String>> {
        Box::pin(async { Ok(()) })
    }
}

const JOB: &str = "sms.send";

#[derive(Serialize, Deserialize)]
struct SendJob {
    id: String,
}

/// Queues an SMS in the caller's transaction.
pub(crate) async fn queue(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    id: &str,
    purpose: &str,
    sms: &Sms,
) -> Result<(), MessageError> {
    let plain = serde_json::to_vec(sms).map_err(|e| MessageError::Data(e.to_string()))?;
    let sealed = ctx.seal("sms", "body", id, &plain);
    if table::queue_sms(tx, id, ctx.now(), purpose, &sealed).await? {
        journal::enqueue(tx, ctx, JOB, &SendJob { id: id.to_owned() }, ctx.now()).await?;
    }
    Ok(())
}

/// The job that hands queued messages to the gateway.
pub fn gateway_jobs(gateway: Arc<dyn Gateway>) -> Vec<(&'static str, JobFn)> {
    let run: JobFn = Arc::new(move |ctx, payload| {
        let gateway = gateway.clone();
        Box::pin(async move {
            let job: SendJob = serde_json::from_value(payload).map_err(|e| e.to_string())?;
            hand_over(&ctx, &*gateway, &job.id)
                .await
                .map_err(|e| e.to_string())
        })
    });
    vec![(JOB, run)]
}

async fn hand_over(ctx: &Ctx, gateway: &dyn Gateway, id: &str) -> Result<(), MessageError> {
    let Some((state, body)) = table::sms(&mut ctx.db.reader(), id).await? else {
        return Ok(());
    };
    if state != "queued" {
        return Ok(());
    }
    let sms = open(ctx, id, &body)?;
    gateway
        .send(id, &sms)
        .await
        .map_err(MessageError::Gateway)?;
    let id = id.to_owned();
    ctx.db
        .write(move |tx| {
            let id = id.clone();
            Box::pin(async move {
                table::set_sent(tx, &id).await?;
                Ok::<_, MessageError>(())
            })
        })
        .await
}

fn open(ctx: &Ctx, id: &str, sealed: &[u8]) -> Result<Sms, MessageError> {
    let plain = ctx
        .open_sealed("sms", "body", id, sealed)
        .map_err(|e| MessageError::Data(e.to_string()))?;
    serde_json::from_slice(&plain).map_err(|e| MessageError::Data(e.to_string()))
}

/// Sends one-time codes for `identity`.
#[derive(Clone, Copy, Debug, Default)]
pub struct SmsSender;

impl SmsSender {
    /// Queues a code; the message goes out within a second.
    pub async fn send_code(&self, ctx: &Ctx, to: &Phone, text: &str) -> Result<(), MessageError> {
        let sms = Sms {
            to: to.reveal().to_owned(),
            text: text.to_owned(),
        };
        let (id, write_ctx) = (ctx.rng.key(), ctx.clone());
        ctx.db
            .write(move |tx| {
                let (id, sms, ctx) = (id.clone(), sms.clone(), write_ctx.clone());
                Box::pin(async move { queue(tx, &ctx, &id, "code", &sms).await })
            })
            .await
    }
}

/// An SMS as the simulator shows it.
#[derive(Clone, Debug)]
pub struct SentSms {
    pub at: Timestamp,
    pub state: String,
    pub purpose: String,
    pub to: String,
    pub text: String,
}

/// The newest messages, for the simulator's page. Only a demonstration installation offers it.
pub async fn sent(ctx: &Ctx, limit: u32) -> Result<Vec<SentSms>, MessageError> {
    ctx.actor
        .require(Permission::SystemAdmin, &Target::default())?;
    let mut all = Vec::new();
    for row in table::newest_sms(&mut ctx.db.reader(), limit).await? {
        let id: String = row.get(0)?;
        let sms = open(ctx, &id, &row.get::<Vec<u8>>(4)?)?;
        all.push(SentSms {
            at: row.get(1)?,
            state: row.get(2)?,
            purpose: row.get(3)?,
            to: sms.to,
            text: sms.text,
        });
    }
    Ok(all)
}
