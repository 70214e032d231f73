//! What a role may do: one table.

use app::wire::account::Role;

/// Something that not everybody may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Read the feed.
    ReadFeed,
    /// See a post, its comments, or a profile.
    ReadPosts,
    /// Like a post.
    Like,
    /// Say something to a post.
    Comment,
    /// Follow somebody.
    Follow,
    /// Post a picture; remove one's own posts and comments.
    Post,
    /// Say something about oneself.
    EditProfile,
    /// See every account.
    ListAccounts,
    /// Change roles, disable accounts, end their sessions, and read what happened to them.
    Govern,
}

/// Whether `role` may do `action`.
#[must_use]
pub const fn may(role: Role, action: Action) -> bool {
    match action {
        Action::ReadFeed | Action::ReadPosts | Action::Like | Action::Comment | Action::Follow | Action::Post | Action::EditProfile => true,
        Action::ListAccounts | Action::Govern => matches!(role, Role::Admin),
    }
}

/// Whether `action` is for everybody, also for those who are not logged in.
#[must_use]
pub const fn is_public(action: Action) -> bool {
    matches!(action, Action::ReadPosts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_admin_sees_every_account() {
        assert!(may(Role::Admin, Action::ListAccounts));
        assert!(!may(Role::User, Action::ListAccounts) && !may(Role::User, Action::Govern));
        assert!(may(Role::User, Action::ReadFeed));
    }

    #[test]
    fn only_posts_and_profiles_are_for_everybody() {
        assert!(is_public(Action::ReadPosts));
        for action in [Action::ReadFeed, Action::Like, Action::Comment, Action::Follow, Action::Post, Action::ListAccounts] {
            assert!(!is_public(action), "{action:?}");
        }
    }
}
