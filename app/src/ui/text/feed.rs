//! The feed and its posts.

/// What the window is called, and the page.
pub const TITLE: &str = "Home";

pub(crate) const EMPTY: &str = "Your feed is quiet. Follow a few people to fill it.";
pub(crate) const SHOW: &str = "Show my feed";
pub(crate) const MORE: &str = "Load more posts";
/// While they come.
pub const LOADING: &str = "Loading…";
/// They did not come.
pub const NO_MORE: &str = "We could not load more posts.";
pub(crate) const END: &str = "You have seen everything there is.";

pub(crate) const SIDE: &str = "Your session";
pub(crate) const PEOPLE: &str = "People to follow";
pub(crate) const HOW: &str = "How you stay logged in";
pub(crate) const FOR_HOW_LONG: &str = "For how long";
pub(crate) const LIVES_IN: &str = "Tokens live in";
/// Around the name and around the number of milliseconds.
pub(crate) const YOU_ARE_BACK: [&str; 3] = ["You are back as ", ". Feed shown in ", " ms, no password asked."];
pub(crate) const DISMISS: &str = "Dismiss";

/// Before a number.
pub(crate) const LIKES: &str = "Likes: ";
/// The same.
pub(crate) const COMMENTS: &str = "Comments: ";
/// In place of the description of a picture.
pub(crate) const NO_DESCRIPTION: &str = "No description";
pub(crate) const NOT_LIKED: &str = "We could not like that post. Try again.";
pub(crate) const FOLLOW: &str = "Follow";
pub(crate) const FOLLOWING: &str = "Following";
pub(crate) const NOT_FOLLOWED: &str = "We could not change whom you follow. Try again.";

/// The heart, to screen readers.
pub(crate) fn like(author: &str) -> String {
    ["Like, post by ", author].concat()
}

/// So many came.
#[must_use]
pub fn loaded(posts: usize) -> String {
    [&posts.to_string(), " more posts loaded"].concat()
}
