//! The switches of one run, as the first tab leads them.

use std::sync::Arc;

use uuid::Uuid;

use crate::api::{Api, Bench};
use crate::lab::accounts::{ROUNDS, Switch};
use crate::lab::pair::Word;
use crate::routes::api;
use crate::session::{Session, Verbs};
use crate::ui::lab::pair::{Other, no_second};
use crate::wire::account::Viewer;
use crate::wire::feed::Feed;
use crate::wire::lab::{Begin, Knobs, Marks};
use crate::wire::problem::{Code, Problem};
use crate::wire::session::{Leave, TokenStorage};

/// Who takes part.
pub(super) struct Run {
    pub(super) server: Arc<dyn Bench>,
    pub(super) other: Other,
    pub(super) session: Session,
    pub(super) api: Arc<dyn Api>,
    pub(super) verbs: Arc<dyn Verbs>,
}

fn unread() -> Problem {
    Problem::new(Code::Unreachable)
}

impl Run {
    /// Switches to another account of the lab and back, and looks what the other tab can do meanwhile. Calls `step` before each switch with
    /// its number. Both tabs are left with the account they had.
    pub(super) async fn switches(&self, rules: Knobs, step: impl Fn(u32)) -> Result<Switch, Problem> {
        let mine = self.viewer()?;
        let switched = self.there_and_back(rules, &mine, step).await;
        if self.session.now().is_none_or(|viewer| viewer.account_id != mine.account_id) {
            // The other account goes for good: the menu has room for five.
            drop(self.verbs.log_out(Leave::Forget).await);
            drop(self.tap(&mine.username).await);
        }
        switched
    }

    async fn there_and_back(&self, rules: Knobs, mine: &Viewer, step: impl Fn(u32)) -> Result<Switch, Problem> {
        let post = self.post().await?;
        let (mut guarded_ms, mut refused, mut acted) = (Vec::new(), 0, 0);
        let mut theirs = None::<String>;
        for round in 1..=ROUNDS {
            step(round);
            if round > 1 {
                self.tap(&mine.username).await?;
            }
            let name = self.other.ready(self.viewer()?.session_id).await.ok_or_else(no_second)?;
            self.other.say(&Word::Watch { name });
            self.other.hear(|word| (*word == Word::Watching { name }).then_some(())).await.ok_or_else(no_second)?;
            match &theirs {
                None => {
                    self.server
                        .begin(
                            Begin { bench: self.server.name(), storage: TokenStorage::Cookie, knobs: rules, saved: true, lasts: None },
                            false,
                        )
                        .await?
                }
                Some(theirs) => self.tap(theirs).await?,
            }
            let switched = self.other.pair.wall();
            let now = self.viewer()?;
            let guarded = |word: &Word| match word {
                Word::Guarded { name: by, at } if *by == name => Some(*at),
                _ => None,
            };
            let guarded = self.other.hear(guarded).await.ok_or_else(no_second)?;
            self.other.say(&Word::Act { name, account: mine.account_id, post });
            let did = |word: &Word| match word {
                Word::Acted { name: by, guarded, free, as_whom, liked } if *by == name => {
                    Some((*guarded, *free, as_whom == &now.username && *liked))
                }
                _ => None,
            };
            let (with, without, as_other) = self.other.hear(did).await.ok_or_else(no_second)?;
            // The word can be faster than the answer is taken in here.
            guarded_ms.push((guarded - switched).max(0.0));
            refused += u32::from(with == 409);
            acted += u32::from(without == 200 && as_other);
            theirs = Some(now.username);
        }
        let marks = self.server.tell("GET", api::LAB_MARKS.to_owned(), None).await?;
        let marks: Marks = serde_json::from_str(marks.expose()).map_err(|_| unread())?;
        Ok(Switch { guarded_ms, refused, acted, at: marks.now, browser: self.server.browser() })
    }

    fn viewer(&self) -> Result<Viewer, Problem> {
        self.session.now().ok_or_else(|| Problem::new(Code::Unauthenticated))
    }

    /// A post to like, of those that an account of the lab sees.
    async fn post(&self) -> Result<Uuid, Problem> {
        let (_, body) = self.other.pair.send("GET", api::FEED.to_owned(), None).await?;
        let feed: Feed = serde_json::from_str(body.expose()).map_err(|_| unread())?;
        feed.items.iter().find(|post| !post.liked).map(|post| post.post_id).ok_or_else(unread)
    }

    /// To an account that is within reach, as its button in the menu does it.
    async fn tap(&self, username: &str) -> Result<(), Problem> {
        let saved = self.api.saved().await?;
        let row = saved.into_iter().find(|row| row.username == username).ok_or_else(|| Problem::new(Code::Unauthenticated))?;
        self.verbs.one_tap(row.id, None).await
    }
}
