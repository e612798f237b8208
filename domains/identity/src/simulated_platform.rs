//! 模拟的地方实名平台: a real-name platform of another body, for demonstrations. It knows
//! everybody whom the population register knows.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use kernel::{IdNumber, Sensitive};
use store::{BoxFuture, Ctx};

use crate::account::Linked;
use crate::link::{LinkedPerson, Linking, RealNamePlatform};
use crate::{IdentityError, demo};

/// A ticket serves so long, and once.
const TICKET: SignedDuration = SignedDuration::from_mins(5);
/// Tickets that wait at most.
const TICKETS: usize = 1000;

#[derive(Default)]
struct SimulatedPlatform {
    tickets: Mutex<HashMap<String, (LinkedPerson, Timestamp)>>,
}

/// Connects the simulated platform. Outside a demonstration it says that it is not there.
pub fn simulate_platform(ctx: &Ctx) {
    let platform = Arc::new(SimulatedPlatform::default());
    ctx.shared.put(platform.clone());
    ctx.shared.put(Arc::new(Linking(platform)));
}

impl RealNamePlatform for SimulatedPlatform {
    fn page<'a>(&'a self, ctx: &'a Ctx) -> BoxFuture<'a, Result<Option<String>, String>> {
        Box::pin(async move {
            let demo = demo::is_demo(ctx).await.map_err(|e| e.to_string())?;
            Ok(demo.then(|| "/sim/real-name".to_owned()))
        })
    }

    fn person<'a>(
        &'a self,
        ctx: &'a Ctx,
        ticket: &'a str,
    ) -> BoxFuture<'a, Result<Option<LinkedPerson>, String>> {
        Box::pin(async move {
            let mut tickets = self.tickets.lock().unwrap_or_else(PoisonError::into_inner);
            let found = tickets.remove(ticket);
            Ok(found.and_then(|(person, until)| (ctx.now() <= until).then_some(person)))
        })
    }
}

/// The person agrees on the simulated platform's page: a ticket to come back with.
pub async fn simulated_consent(
    ctx: &Ctx,
    name: &str,
    id_number: &str,
) -> Result<String, IdentityError> {
    if !demo::is_demo(ctx).await? {
        return Err(IdentityError::NotDemo);
    }
    let platform = ctx.shared.get::<SimulatedPlatform>();
    let platform = platform.ok_or(IdentityError::Unavailable("real-name platform"))?;
    let wrong = || {
        IdentityError::invalid(
            "id_number",
            "该平台没有这个账户，请核对姓名与身份号码",
            "That platform has no such account; check name and identity number",
        )
    };
    let id = IdNumber::resident(id_number).map_err(|_| wrong())?;
    let person = registers::person(&ctx.as_system(), &id).await?;
    let person = person.filter(|p| p.name == name.trim()).ok_or_else(wrong)?;
    let linked = LinkedPerson {
        account: Linked {
            platform: "simulated".into(),
            account: hex::encode(&ctx.lookup_of("simulated_platform", &id)[..8]),
        },
        mobile: person.text("mobile").unwrap_or_default().to_owned(),
        id_number: id.reveal().to_owned(),
        name: person.name,
    };
    let ticket = ctx.rng.key();
    let now = ctx.now();
    let mut tickets = platform
        .tickets
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    tickets.retain(|_, (_, until)| now <= *until);
    if tickets.len() >= TICKETS {
        return Err(IdentityError::Unavailable("real-name platform"));
    }
    tickets.insert(ticket.clone(), (linked, now + TICKET));
    Ok(ticket)
}
