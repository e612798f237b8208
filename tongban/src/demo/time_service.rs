//! The simulated time stamp authority of a demonstration: proposed, and off until an administrator
//! approves it.

use seals::{ServiceProposal, StampDigest, StampRule, StampedKind};
use store::Ctx;

use crate::stop::Stop;

/// Where the simulator answers, under the portal's address.
const PATH: &str = "/sim/tsa";

/// Proposes the simulator under the address at which this process is reached, unless it was proposed
/// before.
pub async fn suggest_time_service(ctx: &Ctx, base_url: &str) -> Result<(), Stop> {
    let proposal = ServiceProposal {
        name: "模拟时间戳机构（仅供演示）".into(),
        url: format!("{}{PATH}", base_url.trim_end_matches('/')),
        digest: StampDigest::Sha256,
        kinds: StampedKind::ALL.to_vec(),
        rule: StampRule::Reachable,
    };
    seals::suggest_service(&ctx.as_system(), &proposal)
        .await
        .map(drop)
        .map_err(|error| Stop::new(error.to_string()))
}
