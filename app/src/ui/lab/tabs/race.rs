//! The races of one run, as the first tab leads them.

use std::sync::Arc;

use uuid::Uuid;

use crate::api::Bench;
use crate::lab::pair::Word;
use crate::lab::spread::Spread;
use crate::lab::tabs::{Policy, ROUNDS, Race, met};
use crate::routes::api;
use crate::session::Session;
use crate::ui::lab::pair::{Other, no_second};
use crate::ui::lab::session::{at, look};
use crate::wire::lab::tabs::Again;
use crate::wire::lab::{Knobs, Rotation, Watched};
use crate::wire::problem::{Code, Problem};
use crate::wire::secret::Secret;

/// How long before it begins a race is agreed upon, in milliseconds.
const LEAD: f64 = 40.0;

/// Who takes part.
#[derive(Clone)]
pub(super) struct Run {
    pub(super) server: Arc<dyn Bench>,
    pub(super) other: Other,
    pub(super) session: Session,
    pub(super) bench: Uuid,
}

impl Run {
    /// As many races as a run has, all by the same rules. Calls `step` before each one with its number, and how many sessions were lost.
    pub(super) async fn races(&self, policy: Policy, delay_ms: u32, step: impl Fn(u32, u32)) -> Result<Race, Problem> {
        self.rule(policy.rotation).await?;
        let (mut lost, mut twice, mut refreshes, mut apart) = (0, 0, 0, Vec::new());
        let mut last = None;
        for round in 1..=ROUNDS {
            step(round, lost);
            let (watched, ms) = self.race(policy, delay_ms, round).await?;
            lost += u32::from(watched.ended.is_some());
            twice += u32::from(met(&watched.uses));
            refreshes += u32::try_from(watched.uses.len()).unwrap_or(u32::MAX);
            apart.push(ms);
            last = Some(watched.now);
        }
        Ok(Race {
            storage: self.session.storage_now(),
            rotation: policy.rotation,
            lock: policy.lock,
            delay_ms,
            rounds: ROUNDS,
            lost,
            met: twice,
            refreshes,
            apart: Spread::of(apart),
            at: last.unwrap_or_default(),
            browser: self.server.browser(),
        })
    }

    /// A new session, and both tabs refresh it at one moment. Answers with what the server saw, and how far apart they were.
    async fn race(&self, policy: Policy, delay_ms: u32, round: u32) -> Result<(Watched, f64), Problem> {
        let Other { pair, .. } = &self.other;
        pair.again(self.bench, Again { delay_ms }).await?;
        let session = self.session.now().map(|viewer| viewer.session_id).ok_or_else(|| Problem::new(Code::Unauthenticated))?;
        let name = self.other.ready(session).await.ok_or_else(no_second)?;
        let moment = pair.wall() + LEAD;
        self.other.say(&Word::Race { name, round, at: moment, lock: policy.lock });
        pair.lock(policy.lock);
        let began = pair.until(moment).await;
        if began.is_ok() {
            // A refresh that fails is what is looked for.
            drop(self.server.refresh().await);
        }
        pair.lock(true);
        let mine = began?;
        let theirs = |word: &Word| match word {
            Word::Raced { name: by, round: of, began } if (*by, *of) == (name, round) => Some(*began),
            _ => None,
        };
        let theirs = self.other.hear(theirs).await.ok_or_else(no_second)?;
        let watched = look(self.server.clone(), self.bench).await.ok_or_else(|| Problem::new(Code::Unreachable))?;
        Ok((watched, (theirs - mine).abs()))
    }

    /// Leaves both tabs with a session by the usual rules.
    pub(super) async fn tidy(&self) {
        drop(self.rule(Rotation::Detecting).await);
        drop(self.other.pair.again(self.bench, Again::default()).await);
    }

    async fn rule(&self, rotation: Rotation) -> Result<(), Problem> {
        let unread = || Problem::new(Code::Unreachable);
        let watched = look(self.server.clone(), self.bench).await.ok_or_else(unread)?;
        let knobs = serde_json::to_string(&Knobs { rotation, ..watched.knobs }).map_err(|_| unread())?;
        self.server.tell("PATCH", at(api::LAB_BENCH, self.bench), Some(Secret::new(knobs))).await.map(drop)
    }
}
