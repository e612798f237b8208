//! 受信任根: whom beside ourselves the verifiers believe, decided by two persons.

pub(crate) mod keep;
mod list;
mod root;
pub(crate) mod table;

pub use keep::{Proposal, approve_root, end_root, give_list, propose_root, refuse_root};
pub use list::{OwnRoot, own_roots, roots};
pub use root::{ListFacts, RootEvent, RootMoved, RootScope, RootState, TrustedRoot, root_moves};
