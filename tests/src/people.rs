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
        self.signed_in(login).await.0
    }

    /// The same with the session's token, which is the value of the cookie `tb_session`.
    pub async fn signed_in(&self, login: &str) -> (Ctx, String) {
        let visitor = self.visitor();
        let challenge = identity::sign_in_password(&visitor, login, &self.residents)
            .await
            .unwrap();
        // On a clock that stands still several messages may be the newest.
        let sent = messages::sent(self.ctx(), 1000).await.unwrap();
        let mine = sent
            .iter()
            .filter(|sms| kernel::mask::phone(&sms.to) == challenge.sent_to);
        let codes = mine.filter_map(|sms| {
            let mut runs = sms.text.split(|c: char| !c.is_ascii_digit());
            runs.find(|d| d.len() == 6)
        });
        let mut new = None;
        for code in codes.take(4) {
            match identity::sign_in_code(&visitor, &challenge.id, code, "journey").await {
                Ok(session) => {
                    new = Some(session);
                    break;
                }
                Err(identity::IdentityError::WrongCode { .. }) => {}
                Err(error) => panic!("{login}: {error}"),
            }
        }
        let new = new.unwrap_or_else(|| panic!("{login}: no code came"));
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

    /// The token of an officer's session, which is the value of the cookie `tb_desk`. Once in
    /// thirty seconds of the city's clock: a one-time code counts once.
    pub async fn desk_token(&self, username: &str) -> String {
        let desk = self.ctx().with_actor(Actor::visitor(Channel::Console));
        let totp = identity::current_totp(&self.ctx().as_system(), username)
            .await
            .unwrap()
            .unwrap();
        identity::staff_sign_in(&desk, username, &self.staff, &totp.code, "journey")
            .await
            .unwrap()
            .token
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
