//! What two tabs of one experiment say to each other, and figures of what was repeated.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A word between the first tab, which runs the experiment, and the second one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "say", rename_all = "snake_case")]
pub enum Word {
    /// The first tab: is anybody there, who shows this session?
    Call {
        /// The session.
        session: Uuid,
    },
    /// The second tab: I do, and this is my name.
    Ready {
        /// The session.
        session: Uuid,
        /// Drawn by chance, as more tabs may be open than belong to the experiment.
        name: Uuid,
    },
    /// The first tab: let us both refresh.
    Race {
        /// Which second tab is meant.
        name: Uuid,
        /// The number of the round.
        round: u32,
        /// When, in Unix milliseconds.
        at: f64,
        /// Whether the refresh waits for the lock.
        lock: bool,
    },
    /// The second tab: I have refreshed.
    Raced {
        /// Its name.
        name: Uuid,
        /// The number of the round.
        round: u32,
        /// When it began, in Unix milliseconds.
        began: f64,
    },
    /// The first tab: say when the guard's page is in place.
    Watch {
        /// Which second tab is meant.
        name: Uuid,
    },
    /// The second tab: I look.
    Watching {
        /// Its name.
        name: Uuid,
    },
    /// The second tab: it is.
    Guarded {
        /// Its name.
        name: Uuid,
        /// Since when, in Unix milliseconds.
        at: f64,
    },
    /// The first tab: like this, as somebody would who still sees the former account, and take it back.
    Act {
        /// Which second tab is meant.
        name: Uuid,
        /// The former account.
        account: Uuid,
        /// What is to be liked.
        post: Uuid,
    },
    /// The second tab: I have.
    Acted {
        /// Its name.
        name: Uuid,
        /// What the server said to a request for the former account: the status.
        guarded: u16,
        /// What it said to one that did not say for whom it was: the status.
        free: u16,
        /// Who the server says is asking.
        as_whom: String,
        /// Whether they liked it then.
        liked: bool,
    },
}

impl Word {
    /// As it goes over the channel.
    #[must_use]
    pub fn written(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The reverse. Something else is no word: another version of the app may be open in another tab.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_read_as_it_was_written_and_noise_is_none() {
        let (session, name) = (Uuid::from_u128(1), Uuid::from_u128(2));
        for word in [
            Word::Call { session },
            Word::Ready { session, name },
            Word::Race { name, round: 3, at: 1.5, lock: true },
            Word::Raced { name, round: 3, began: 1.75 },
            Word::Watch { name },
            Word::Watching { name },
            Word::Guarded { name, at: 2.5 },
            Word::Act { name, account: session, post: session },
            Word::Acted { name, guarded: 409, free: 200, as_whom: "mina".into(), liked: true },
        ] {
            assert_eq!(Word::read(&word.written()), Some(word));
        }
        for noise in ["", "{}", "granted x 1", r#"{"say":"shout"}"#] {
            assert_eq!(Word::read(noise), None, "{noise}");
        }
    }
}
