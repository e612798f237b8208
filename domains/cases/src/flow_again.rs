//! Going on from a post once more, after a decision was withdrawn.

use flow::{Definition, State};

/// The flow's state with only this post open; none when there was no flow.
pub(crate) fn from_post(
    definition: &Definition,
    state: Option<&State>,
    post: &str,
) -> Option<State> {
    let answers = state?.answers().clone();
    // A definition that begins at this post gives the state that has just this post open.
    let mut shortened = definition.clone();
    shortened.start = post.to_owned();
    shortened.start(answers).ok().map(|(state, _)| state)
}
