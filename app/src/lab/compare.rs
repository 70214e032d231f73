//! All that was measured, one storage beside the other, and what follows from it for somebody to whom some of it matters more.
//!
//! Nothing is filled in: a storage of which something that matters was not measured takes no part.

use super::Notebook;
use super::survival::{Event, Place};
use crate::wire::lab::cross::{Attacker, Outcome, Target};
use crate::wire::lab::{Rotation, TokenKind};
use crate::wire::session::TokenStorage;

/// What is asked of each storage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// Still in after a reload, without a tap.
    Reload,
    /// Still in after the browser was closed.
    Restart,
    /// Whether an injected script finds a refresh token that can be used elsewhere.
    Refresh,
    /// Whether it finds such an access token.
    Access,
    /// Whether another port of the host acts in one's name where the server does not look where a request comes from.
    Neighbour,
    /// How often two tabs that refresh at once lose their session, by the rules of this site.
    Tabs,
    /// Whether anything that opens is left after a log-out.
    Left,
    /// How long until the first post.
    Opening,
    /// How long the header of a request is.
    Bytes,
}

impl Question {
    /// All of them, in the order of the table.
    pub const ALL: [Self; 9] =
        [Self::Reload, Self::Restart, Self::Refresh, Self::Access, Self::Neighbour, Self::Tabs, Self::Left, Self::Opening, Self::Bytes];

    /// How much it matters, from 0 to [`MOST`], until somebody says otherwise.
    #[must_use]
    pub const fn weight(self) -> u8 {
        match self {
            Self::Restart | Self::Refresh | Self::Tabs | Self::Left => 3,
            Self::Reload | Self::Access | Self::Opening => 2,
            Self::Neighbour | Self::Bytes => 1,
        }
    }
}

/// The most that a question can matter.
pub const MOST: u8 = 3;

/// How much each question matters, in the order of [`Question::ALL`].
pub type Weights = [u8; Question::ALL.len()];

/// As it is until somebody says otherwise.
#[must_use]
pub fn usual() -> Weights {
    Question::ALL.map(Question::weight)
}

/// What was measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Answer {
    /// Yes or no, and whether that is good.
    Is(bool, bool),
    /// So many of so many; none is best.
    Lost(u32, u32),
    /// Milliseconds, the median of so many.
    Took(f64, u32),
    /// Bytes.
    Bytes(u32),
}

/// Where the token lies that brings one back.
const fn place(storage: TokenStorage) -> Place {
    match storage {
        TokenStorage::Local => Place::Browser,
        TokenStorage::Session => Place::Tab,
        TokenStorage::Memory => Place::Memory,
        _ => Place::Lasting,
    }
}

/// What a notebook holds of a question for a storage. `None`: it was not measured.
#[must_use]
pub fn answer(book: &Notebook, question: Question, storage: TokenStorage) -> Option<Answer> {
    let stays = |event| {
        let seen = book.survived.iter().find(|seen| seen.event == event)?;
        let at = Place::ALL.iter().position(|one| *one == place(storage))?;
        Some(Answer::Is(seen.found[at], seen.found[at]))
    };
    let bad = |is: bool| Answer::Is(is, !is);
    match question {
        Question::Reload => stays(Event::Reload),
        Question::Restart => stays(Event::Restart),
        Question::Refresh => book.robberies.iter().find(|one| one.storage == storage && !one.bound).map(|one| bad(one.all().refresh)),
        Question::Access => book.robberies.iter().find(|one| one.storage == storage && !one.bound).map(|one| bad(one.all().access)),
        Question::Neighbour => {
            let crossing = book.crossings.iter().find(|one| one.storage == storage && one.attacker == Attacker::Port)?;
            let open = Target::ALL.iter().position(|target| *target == Target::Open)?;
            Some(bad(crossing.outcomes.iter().any(|of| of[open] == Some(Outcome::Acted))))
        }
        Question::Tabs => {
            let here = |race: &&super::tabs::Race| race.storage == storage && race.rotation == Rotation::Detecting && race.lock;
            book.races.iter().find(here).map(|race| Answer::Lost(race.lost, race.rounds))
        }
        Question::Left => {
            let left = book.leavings.iter().find(|one| one.storage == storage)?;
            Some(bad(left.stored || left.sent || left.copies.iter().any(|status| *status != 401)))
        }
        Question::Opening => {
            let spread = book.openings.iter().find(|one| one.storage == storage)?.spread()?;
            Some(Answer::Took(spread.median, spread.n))
        }
        Question::Bytes => {
            book.costs.iter().find(|one| one.storage == storage && one.token == TokenKind::Jwt).map(|one| Answer::Bytes(one.up))
        }
    }
}

/// How many answers there are.
#[must_use]
pub fn answered(book: &Notebook) -> usize {
    let all = TokenStorage::IN_A_BROWSER.into_iter().flat_map(|storage| Question::ALL.map(|question| answer(book, question, storage)));
    all.flatten().count()
}

/// How a storage stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    /// Which.
    pub storage: TokenStorage,
    /// The share of what matters that it fulfils, 0 to 1; `None`: something that matters was not measured.
    pub share: Option<f64>,
    /// What matters and was not measured.
    pub missing: Vec<Question>,
}

/// How the storages stand, the best first, those that take no part at the end. Milliseconds and bytes count by their ratio to the least that
/// was measured.
#[must_use]
pub fn standings(book: &Notebook, weights: &Weights) -> Vec<Standing> {
    let of = |question| TokenStorage::IN_A_BROWSER.into_iter().filter_map(move |storage| answer(book, question, storage));
    let amount = |answer| match answer {
        Answer::Took(amount, _) => Some(amount),
        Answer::Bytes(bytes) => Some(f64::from(bytes)),
        _ => None,
    };
    let good = |question, answer| match answer {
        Answer::Is(_, good) => f64::from(u8::from(good)),
        Answer::Lost(lost, all) => 1.0 - f64::from(lost) / f64::from(all.max(1)),
        Answer::Took(..) | Answer::Bytes(_) => {
            let least = of(question).filter_map(amount).fold(f64::INFINITY, f64::min);
            amount(answer).map_or(0.0, |amount| if amount > 0.0 { least / amount } else { 1.0 })
        }
    };
    let standing = |storage| {
        let (mut sum, mut whole, mut missing) = (0.0, 0.0, Vec::new());
        for (question, weight) in Question::ALL.into_iter().zip(weights).filter(|(_, weight)| **weight > 0) {
            let weight = f64::from(*weight);
            whole += weight;
            match answer(book, question, storage) {
                Some(answer) => sum += weight * good(question, answer),
                None => missing.push(question),
            }
        }
        Standing { storage, share: (missing.is_empty() && whole > 0.0).then(|| sum / whole), missing }
    };
    let mut all: Vec<Standing> = TokenStorage::IN_A_BROWSER.into_iter().map(standing).collect();
    // Of equals, the usual one first.
    all.sort_by(|one, other| other.share.unwrap_or(-1.0).total_cmp(&one.share.unwrap_or(-1.0)));
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::leaving::Leaving;
    use crate::lab::script::Robbery;
    use crate::lab::survival::Seen;
    use crate::wire::lab::Usable;

    fn book() -> Notebook {
        let seen = |event, found| Seen { event, found, at: 1, browser: String::new() };
        let robbery = |storage, refresh| {
            let mut taken = [Usable::default(); 6];
            taken[1] = Usable { access: refresh, refresh };
            Robbery { storage, bound: false, key: None, taken, read: true, acted: true, at: 1, browser: String::new() }
        };
        Notebook {
            survived: vec![seen(Event::Restart, [false, false, true, false, true])],
            robberies: vec![robbery(TokenStorage::Cookie, false), robbery(TokenStorage::Local, true), robbery(TokenStorage::Memory, true)],
            ..Notebook::default()
        }
    }

    /// Only these matter.
    fn weights(of: &[(Question, u8)]) -> Weights {
        Question::ALL.map(|question| of.iter().find(|(one, _)| *one == question).map_or(0, |(_, weight)| *weight))
    }

    #[test]
    fn what_was_not_measured_is_no_answer_and_takes_no_part() {
        let book = book();
        assert_eq!(answer(&book, Question::Reload, TokenStorage::Cookie), None);
        assert_eq!(answer(&book, Question::Restart, TokenStorage::Cookie), Some(Answer::Is(true, true)));
        assert_eq!(answer(&book, Question::Restart, TokenStorage::Session), Some(Answer::Is(false, false)));
        assert_eq!(answer(&book, Question::Refresh, TokenStorage::Local), Some(Answer::Is(true, false)));
        assert_eq!(answered(&book), 5 + 2 * 3);
        let all = standings(&book, &weights(&[(Question::Restart, 3), (Question::Refresh, 3)]));
        let said: Vec<_> = all.iter().map(|one| (one.storage, one.share)).collect();
        assert_eq!(
            said,
            [
                (TokenStorage::Cookie, Some(1.0)),
                (TokenStorage::Local, Some(0.5)),
                (TokenStorage::Memory, Some(0.0)),
                (TokenStorage::Hybrid, None),
                (TokenStorage::Session, None),
            ]
        );
        assert_eq!(all[3].missing, [Question::Refresh]);
        assert!(standings(&book, &usual()).iter().all(|one| one.share.is_none()), "of nothing everything was measured");
        assert!(standings(&book, &[0; 9]).iter().all(|one| one.share.is_none()), "nothing matters");
    }

    #[test]
    fn weights_decide_between_what_is_good_at_different_things() {
        let mut book = book();
        // As if a restored browser kept nothing but localStorage.
        book.survived[0].found = [false, false, true, false, false];
        let best = |restart, refresh| standings(&book, &weights(&[(Question::Restart, restart), (Question::Refresh, refresh)]))[0].storage;
        assert_eq!((best(3, 1), best(1, 3)), (TokenStorage::Local, TokenStorage::Cookie));
    }

    #[test]
    fn a_copy_that_still_opens_something_is_left_over() {
        let left = |copies| Leaving {
            storage: TokenStorage::Cookie,
            known: 0,
            remain: 0,
            stored: false,
            sent: false,
            copies,
            beside: None,
            told: Vec::new(),
            at: 1,
            browser: String::new(),
        };
        let asked =
            |copies| answer(&Notebook { leavings: vec![left(copies)], ..Notebook::default() }, Question::Left, TokenStorage::Cookie);
        assert_eq!(asked([401, 401]), Some(Answer::Is(false, true)));
        assert_eq!(asked([200, 401]), Some(Answer::Is(true, false)));
    }
}
