//! Beginning an application: a draft, prefilled, kept thirty days [B-25, B-31].

use std::sync::Arc;

use conditions::Answers;
use identity::Account;
use items::Item;
use kernel::{Permission, Target};
use store::Ctx;

use crate::accept::applicant_deadline;
use crate::case::{Case, CaseData, Private};
use crate::commit::{Change, Write};
use crate::error::CaseError;
use crate::sources::{self, Gathered};
use crate::state::{Event, State};
use crate::{collect, table};

/// Starts an application, or gives back the draft that is there already.
pub async fn start(ctx: &Ctx, item_code: &str) -> Result<Case, CaseError> {
    let owner_key = ctx.actor.owner().to_owned();
    if ctx.actor.scopes(Permission::CaseApply).is_empty() {
        return Err(kernel::Denied(Permission::CaseApply).into());
    }
    let item = current(ctx, item_code).await?;
    let target = Target {
        owner: Some(&owner_key),
        item: Some(&item.item_id),
        ..Target::default()
    };
    ctx.actor.require(Permission::CaseApply, &target)?;
    let drafts = table::drafts_of(&mut ctx.db.reader(), &owner_key, &item.item_id).await?;
    let still = drafts
        .into_iter()
        .find(|d| d.data.item_version == item.version);
    if let Some(draft) = still {
        return draft.open(ctx);
    }
    let (owner, person) = accounts(ctx, &owner_key, &ctx.actor.id).await?;
    eligible(&item, &owner)?;
    if !item.online_available {
        return Err(CaseError::ItemClosed(
            "本事项暂不能网上申请，请预约窗口办理".into(),
        ));
    }
    let gathered = sources::gather(ctx, &owner, &person, &item).await?;
    let case = fresh(ctx, &item, &owner, &person, &gathered, false);
    let mut change = Change::create(ctx, item.clone(), case, Event::StartForm)?;
    change.case.deadline = Some(applicant_deadline(change.now()));
    for material in collect::automatic(ctx, &change.case, &item, &gathered).await? {
        change.write(Write::Material(material));
    }
    change.commit(ctx).await
}

/// The item as it can be applied for now.
pub(crate) async fn current(ctx: &Ctx, code: &str) -> Result<Arc<Item>, CaseError> {
    let catalogue = items::catalogue(ctx).await.map_err(CaseError::other)?;
    let item = catalogue.find(code).ok_or(CaseError::NotFound)?;
    if !item.state.accepts_applications() {
        return Err(CaseError::ItemClosed(format!(
            "事项状态为“{}”",
            item.state.zh()
        )));
    }
    Ok(item)
}

/// Owner and acting person.
pub(crate) async fn accounts(
    ctx: &Ctx,
    owner: &str,
    person: &str,
) -> Result<(Account, Account), CaseError> {
    let system = ctx.as_system();
    let owner_account = identity::account(&system, owner)
        .await
        .map_err(CaseError::other)?;
    let person_account = if owner == person {
        owner_account.clone()
    } else {
        identity::account(&system, person)
            .await
            .map_err(CaseError::other)?
    };
    Ok((owner_account, person_account))
}

/// Whether this kind of applicant may apply at all.
fn eligible(item: &Item, owner: &Account) -> Result<(), CaseError> {
    let natural = owner.kind == identity::AccountKind::Natural;
    let open = if natural {
        item.for_natural_persons()
    } else {
        item.for_legal_persons()
    };
    if open {
        return Ok(());
    }
    Err(if natural {
        CaseError::rule(
            "legal_only",
            "本事项由企业等单位申请，请先切换到您代表的单位",
            "Only organisations apply for this item; switch to the one you represent",
        )
    } else {
        CaseError::rule(
            "natural_only",
            "本事项由个人申请，请先切换到个人身份",
            "Only persons apply for this item; switch to yourself",
        )
    })
}

/// A new case with what is known of the applicant.
pub(crate) fn fresh(
    ctx: &Ctx,
    item: &Arc<Item>,
    owner: &Account,
    person: &Account,
    gathered: &Gathered,
    at_window: bool,
) -> Case {
    let now = ctx.now();
    let prefilled = item.form.prefill(gathered);
    let delegation = ctx
        .actor
        .represented
        .as_ref()
        .and_then(|r| r.delegation.clone());
    Case {
        case_id: ctx.rng.key(),
        rev: 0,
        state: State::Draft,
        updated_at: now,
        deadline: None,
        private: Private {
            applicant: gathered.applicant.clone(),
            contact_name: gathered.contact_name.clone(),
            contact_mobile: gathered.contact_mobile.clone(),
            values: prefilled.values.clone(),
            prefilled,
        },
        data: CaseData {
            case_no: None,
            token: ctx.rng.token(),
            item_id: item.item_id.clone(),
            item_version: item.version,
            item_name: item.name.clone(),
            owner: owner.key.clone(),
            person: person.key.clone(),
            delegation,
            agency: item.agency_code.clone(),
            region: item.region.clone(),
            channel: ctx.actor.channel,
            hall: None,
            at_window,
            max_visits: item.max_visits,
            visits: 0,
            immediate: item.immediate,
            answers: Answers::new(),
            filled: Vec::new(),
            created_at: now,
            submitted_at: None,
            accepted_at: None,
            decided_at: None,
            completed_at: None,
            delivered_at: None,
            clock: None,
            flow: None,
            posts: Default::default(),
            origin: None,
            provisional: None,
            reminded: false,
            correction: None,
            review_corrections: 0,
            decision: None,
            result: None,
            special_no: None,
            fee: None,
            parcel: None,
        },
    }
}

/// `990102` + `20261116` + six digits + check digit [ISO/IEC 7064 MOD 11,10].
pub(crate) async fn new_number(ctx: &Ctx, item: &Item) -> Result<String, CaseError> {
    let date = kernel::time::beijing_date(ctx.now())
        .strftime("%Y%m%d")
        .to_string();
    let region: String = item.region.chars().take(6).collect();
    let next = ctx
        .next_number(&format!("case/{region}/{date}"), 50)
        .await?;
    let body = format!("{region}{date}{next:06}");
    let check = kernel::number::mod_11_10(&body)
        .ok_or_else(|| CaseError::Data(format!("region {region}")))?;
    Ok(format!("{body}{check}"))
}
