//! Residents and officers of the city, signed in as the pages sign them in.

use std::collections::BTreeMap;
use std::sync::Mutex;

use kernel::{Actor, Channel};
use store::Ctx;

use crate::Town;

impl Town {
    /// A context of the platform itself.
    pub fn ctx(&self) -> &Ctx {
        &self.platform.ctx
    }

    /// A visitor who has not signed in.
    pub fn visitor(&self) -> Ctx {
        self.ctx().with_actor(Actor::visitor(Channel::Portal))
    }

    /// A resident or a company's person: password, code by SMS, agreement.
    pub async fn person(&self, login: &str) -> Ctx {
        self.sign_in(login).await.0
    }

    /// The same, with the token of the session for a browser's cookie.
    pub async fn sign_in(&self, login: &str) -> (Ctx, String) {
        let visitor = self.visitor();
        // The clock may stand still between two messages: the new one is the one not there before.
        let one_by_one = self.signing_in.lock().await;
        let before = self.texts().await;
        let challenge = identity::sign_in_password(&visitor, login, &self.residents)
            .await
            .unwrap();
        let after = self.texts().await;
        drop(one_by_one);
        let newest = after.iter().find(|t| is_code(t) && !before.contains(t));
        let newest = newest.unwrap();
        let code = newest
            .split(|c: char| !c.is_ascii_digit())
            .find(|d| d.len() == 6)
            .unwrap()
            .to_owned();
        let new = identity::sign_in_code(&visitor, &challenge.id, &code, "journey")
            .await
            .unwrap();
        let me = self.ctx().with_actor(new.session.actor.clone());
        if !new.session.duties.is_empty() {
            let agreement = identity::current_agreement(self.ctx()).await.unwrap();
            identity::accept_agreement(&me, &agreement.version)
                .await
                .unwrap();
        }
        let session = identity::session_actor(&visitor, &new.token, Channel::Portal)
            .await
            .unwrap()
            .unwrap();
        (self.ctx().with_actor(session.actor), new.token)
    }

    /// An officer's session for a browser's cookie: password and one-time code.
    pub async fn staff_token(&self, username: &str) -> String {
        let ctx = self.ctx().with_actor(Actor::visitor(Channel::Console));
        let system = self.ctx().as_system();
        let code = identity::current_totp(&system, username).await.unwrap();
        let code = code.unwrap().code;
        identity::staff_sign_in(&ctx, username, &self.staff, &code, "journey")
            .await
            .unwrap()
            .token
    }

    /// The short messages sent so far: of those of one moment none is the newest.
    async fn texts(&self) -> Vec<String> {
        let all = messages::sent(self.ctx(), 100_000).await.unwrap();
        all.into_iter().map(|sms| sms.text).collect()
    }

    /// An officer with the roles of the staff list.
    pub async fn officer(&self, username: &str) -> Ctx {
        let actor = identity::staff_actor(self.ctx(), username, Channel::Console)
            .await
            .unwrap()
            .unwrap_or_else(|| panic!("no officer {username}"));
        self.ctx().with_actor(actor)
    }
}

/// Whether a short message brings a code: six digits by themselves.
fn is_code(text: &str) -> bool {
    text.split(|c: char| !c.is_ascii_digit())
        .any(|digits| digits.len() == 6)
}

/// A picture of a page with this text, as a scan would be.
pub fn drawing(text: &str, at: jiff::Timestamp) -> Vec<u8> {
    // Many applications hand in pictures of the same words.
    static DRAWN: Mutex<BTreeMap<String, Vec<u8>>> = Mutex::new(BTreeMap::new());
    let key = format!("{text} {at}");
    let known = DRAWN.lock().unwrap().get(&key).cloned();
    known.unwrap_or_else(|| {
        let drawn = draw(text, at);
        DRAWN.lock().unwrap().insert(key, drawn.clone());
        drawn
    })
}

fn draw(text: &str, at: jiff::Timestamp) -> Vec<u8> {
    let mut page = paper::Page::a4();
    page.items
        .push(paper::Item::Text(paper::Text::new(text, 30.0, 60.0, 8.0)));
    let document = paper::Document {
        meta: paper::Meta {
            title: text.into(),
            created: at,
            ..paper::Meta::default()
        },
        pages: vec![page],
        attachments: Vec::new(),
    };
    let laid_out = paper::lay_out(&document).unwrap();
    paper::to_png(&laid_out, 0, paper::Scale::Dpi(72.0)).unwrap()
}
