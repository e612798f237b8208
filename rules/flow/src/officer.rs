//! Who may act at a post.

use crate::Post;

/// The officer who wants to act.
#[derive(Clone, Copy, Debug)]
pub struct Officer<'a> {
    pub username: &'a str,
    pub roles: &'a [String],
    /// Roles the officer uses on the spot only, for immediate cases at the window (当场角色).
    pub on_spot_roles: &'a [String],
}

/// Why an officer may not act.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAllowed {
    /// Not one of the post's officers.
    #[error("您不是“{post}”的办理人员 / you are not listed at post {post}")]
    NotListed { post: String },
    /// Listed, but without the role.
    #[error("“{post}”须由具有{role}角色的人员办理 / post {post} needs the role {role}")]
    NoRole { post: String, role: String },
    /// The role is held for immediate cases only.
    #[error("您的{role}角色只用于即办件 / you hold the role {role} for immediate cases only")]
    OnSpotOnly { role: String },
}

impl NotAllowed {
    /// The Chinese words alone.
    pub fn zh(&self) -> String {
        let words = self.to_string();
        let zh = words.split(" / ").next();
        zh.unwrap_or_default().to_owned()
    }
}

impl Post {
    /// Whether `officer` may act here: listed at the post and holding its role, which is not kept
    /// for immediate cases unless the case is one.
    pub fn may_act(&self, officer: Officer<'_>, immediate: bool) -> Result<(), NotAllowed> {
        let has = |roles: &[String]| roles.contains(&self.role);
        if !self.lists(officer.username) {
            return Err(NotAllowed::NotListed {
                post: self.name.clone(),
            });
        }
        if !has(officer.roles) {
            return Err(NotAllowed::NoRole {
                post: self.name.clone(),
                role: self.role.clone(),
            });
        }
        if has(officer.on_spot_roles) && !immediate {
            return Err(NotAllowed::OnSpotOnly {
                role: self.role.clone(),
            });
        }
        Ok(())
    }
}
