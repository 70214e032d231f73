//! What a role may do: one table.

use app::wire::account::Role;

/// Something that not everybody may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Read the feed.
    ReadFeed,
    /// Say something to a post.
    Comment,
    /// See every account.
    ListAccounts,
}

/// Whether `role` may do `action`.
#[must_use]
pub const fn may(role: Role, action: Action) -> bool {
    match action {
        Action::ReadFeed | Action::Comment => true,
        Action::ListAccounts => matches!(role, Role::Admin),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_admin_sees_every_account() {
        assert!(may(Role::Admin, Action::ListAccounts));
        assert!(!may(Role::User, Action::ListAccounts));
        assert!(may(Role::User, Action::ReadFeed));
    }
}
