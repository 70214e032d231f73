//! What a browser knows of its session, and the one table of how that changes.

use crate::wire::account::Viewer;
use crate::wire::session::{Boot, Why};

/// What the browser knows.
#[derive(Clone, Debug, PartialEq)]
pub enum Phase {
    /// Not known yet: there may be a session that only this browser can see. Never shown as logged out.
    Restoring,
    /// Nobody is logged in.
    Anonymous,
    /// Somebody is.
    Active(Viewer),
    /// Somebody is, and the server cannot be reached. Losing the network is not logging out.
    Offline(Viewer),
    /// Somebody was.
    Ended(Why),
    /// Another account is in use in this browser by now, and nothing is done for it that the page of this one asks for.
    Switched {
        /// Whose page this is.
        mine: Box<Viewer>,
        /// Who is in use now.
        now: Box<Viewer>,
    },
}

/// What can happen to a session, seen from its browser.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A grant came: log-in, sign-up, refresh, or another tab's.
    Granted(Viewer),
    /// The stores were looked through: there is nothing.
    NothingStored,
    /// The server said, with a typed answer, that the session is over; or it was logged out, here or in another tab.
    Ended(Why),
    /// Another tab has switched to another account.
    Switched(Viewer),
    /// No answer, for longer than a moment.
    Unreachable,
    /// An answer again.
    Reachable,
}

impl Phase {
    /// Where a page begins, by what the server knew when it rendered.
    #[must_use]
    pub fn of(boot: &Boot) -> Self {
        match (&boot.viewer, boot.storage) {
            (Some(viewer), _) => Self::Active(viewer.clone()),
            (None, Some(_)) => Self::Restoring,
            (None, None) => Self::Anonymous,
        }
    }

    /// Who is logged in.
    #[must_use]
    pub fn viewer(&self) -> Option<&Viewer> {
        match self {
            Self::Active(viewer) | Self::Offline(viewer) => Some(viewer),
            Self::Restoring | Self::Anonymous | Self::Ended(_) | Self::Switched { .. } => None,
        }
    }

    /// Whose page this is: also after another tab has switched.
    #[must_use]
    pub fn owner(&self) -> Option<&Viewer> {
        match self {
            Self::Switched { mine, .. } => Some(mine),
            other => other.viewer(),
        }
    }

    /// The one transition table. An event that says nothing in a phase leaves it as it is.
    #[must_use]
    pub fn after(self, event: Event) -> Self {
        match (self, event) {
            (_, Event::Granted(viewer)) => Self::Active(viewer),
            (Self::Restoring, Event::NothingStored) => Self::Anonymous,
            (Self::Restoring | Self::Active(_) | Self::Offline(_), Event::Ended(why)) => Self::Ended(why),
            (Self::Active(mine) | Self::Offline(mine), Event::Switched(now)) => Self::Switched { mine: Box::new(mine), now: Box::new(now) },
            (Self::Switched { mine, .. }, Event::Switched(now)) => Self::Switched { mine, now: Box::new(now) },
            (Self::Active(viewer), Event::Unreachable) => Self::Offline(viewer),
            (Self::Offline(viewer), Event::Reachable) => Self::Active(viewer),
            (phase, _) => phase,
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::wire::account::Role;
    use crate::wire::session::TokenStorage;

    fn mina() -> Viewer {
        let (account_id, session_id) = (Uuid::from_u128(1), Uuid::from_u128(2));
        Viewer { account_id, username: "mina".into(), display_name: "Mina".into(), role: Role::User, session_id }
    }

    #[test]
    fn every_phase_answers_every_event() {
        let granted = Event::Granted(mina());
        let ended = Event::Ended(Why::Idle);
        let (active, offline, over) = (Phase::Active(mina()), Phase::Offline(mina()), Phase::Ended(Why::Idle));
        let before = Phase::Ended(Why::LoggedOut);
        let rover = || Viewer { account_id: Uuid::from_u128(9), ..mina() };
        let switched = Phase::Switched { mine: Box::new(mina()), now: Box::new(rover()) };
        #[rustfmt::skip]
        let table = [
            // phase              granted        nothing            ended             unreachable        reachable          switched
            (Phase::Restoring, [&active, &Phase::Anonymous, &over,             &Phase::Restoring, &Phase::Restoring, &Phase::Restoring]),
            (Phase::Anonymous, [&active, &Phase::Anonymous, &Phase::Anonymous, &Phase::Anonymous, &Phase::Anonymous, &Phase::Anonymous]),
            (active.clone(),   [&active, &active,           &over,             &offline,          &active,           &switched]),
            (offline.clone(),  [&active, &offline,          &over,             &offline,          &active,           &switched]),
            (before.clone(),   [&active, &before,           &before,           &before,           &before,           &before]),
            (switched.clone(), [&active, &switched,         &switched,         &switched,         &switched,         &switched]),
        ];
        for (phase, row) in table {
            let events =
                [granted.clone(), Event::NothingStored, ended.clone(), Event::Unreachable, Event::Reachable, Event::Switched(rover())];
            for (event, expected) in events.into_iter().zip(row) {
                assert_eq!(&phase.clone().after(event.clone()), expected, "{phase:?} after {event:?}");
            }
        }
    }

    #[test]
    fn a_page_begins_with_what_the_server_knew() {
        let seen = Boot { viewer: Some(mina()), storage: Some(TokenStorage::Cookie), ..Boot::default() };
        assert_eq!(Phase::of(&seen), Phase::Active(mina()));
        let hinted = Boot { storage: Some(TokenStorage::Local), ..Boot::default() };
        assert_eq!(Phase::of(&hinted), Phase::Restoring, "never shown as logged out");
        assert_eq!(Phase::of(&Boot::default()), Phase::Anonymous);
    }
}
