//! Applications that wait for one act: drafts ready to submit, cases ready to be decided.

use cases::{Case, CaseError};
use serde_json::{Map, Value};
use store::Ctx;

use crate::{Town, answers};

/// What a register says of an applicant: another applicant's form gets these from the registers.
const PERSONAL: [&str; 11] = [
    "applicant_name",
    "applicant_id",
    "sex",
    "birth_date",
    "contact_mobile",
    "address",
    "household_address",
    "residence_address",
    "delivery_address",
    "photo",
    "licence_no",
];

impl Town {
    /// A draft with everything filled in, so that one press submits it. The scenario's form is
    /// used for the things that no register knows; `more` is put over it.
    pub async fn ready_draft(
        &self,
        me: &Ctx,
        item: &str,
        more: &Map<String, Value>,
    ) -> Result<Case, CaseError> {
        let draft = cases::start(me, item).await?;
        let id = draft.case_id.as_str();
        let form = self.form(item);
        cases::save_answers(me, id, &answers(&form["answers"])).await?;
        let own = form["applicant_username"].as_str().unwrap();
        let mine = identity::account_by_login(self.ctx(), own).await.unwrap();
        let another = mine.is_none_or(|a| a.key != me.actor.owner());
        let mut values = form["form_data"].as_object().cloned().unwrap();
        if another {
            values.retain(|name, _| !PERSONAL.contains(&name.as_str()));
        }
        values.extend(more.clone());
        cases::save_values(me, id, values).await?;
        self.upload_missing(me, id).await;
        Ok(cases::detail(me, id).await?.case)
    }

    /// Takes a submitted case through acceptance and review to where it waits for its decision.
    pub async fn until_decision(&self, case: &Case) -> Case {
        self.accept(case).await;
        self.review(case).await;
        self.case(&case.case_id).await
    }
}
