//! Thieves. Each has copied the refresh token as it lay in the browser at some moment, and nothing else; and each goes about it in
//! another way.

use std::rc::Rc;

use app::wire::problem::Code;

use super::World;
use super::clock::{Chance, HOUR, MINUTE, SECOND};
use super::server::{LIFE, WINDOW};

/// The ways of a thief.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Thief {
    /// Uses the token at once, before its owner's next refresh, and goes on like any client.
    First,
    /// Uses it after its owner's next refresh.
    Second,
    /// Sees when the owner refreshes, follows within moments, and shows nothing any more once he was told that he is late.
    After,
    /// Knows when the owner will refresh, is always there before, and keeps still until the owner has been there too.
    Before,
}

impl Thief {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::First, Self::Second, Self::After, Self::Before];

    /// For the table.
    pub const fn name(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Second => "second",
            Self::After => "shadow-after",
            Self::Before => "shadow-before",
        }
    }
}

enum Said {
    Granted,
    Later,
    Over,
}

/// The thief's task.
pub async fn steal(world: Rc<World>, thief: Thief, chance: Chance) {
    let time = &world.time;
    time.until(chance.between(HOUR / 2, 4 * HOUR)).await;
    if thief == Thief::Before {
        let _ = world.servers.next_hand_out().await;
        time.pass(chance.between(SECOND, 10 * SECOND)).await;
    }
    let Some(token) = world.stolen() else { return };
    world.witness.tell(|| format!("-- the token is copied by {thief:?}"));
    let mut hand = Hand { world: &world, token, access: None, chance: &chance };
    match thief {
        Thief::First => {
            time.pass(chance.between(0, 2 * SECOND)).await;
            hand.live().await;
        }
        Thief::Second => {
            let _ = world.servers.next_hand_out().await;
            time.pass(chance.between(0, 5 * MINUTE)).await;
            hand.live().await;
        }
        Thief::After => loop {
            let _ = world.servers.next_hand_out().await;
            time.pass(chance.between(50, 3 * SECOND)).await;
            match hand.show() {
                Said::Granted => hand.use_access(),
                Said::Later | Said::Over => return,
            }
        },
        Thief::Before => loop {
            // Later than the window, earlier than the owner's earliest: 66 % of the life.
            let early = i64::from(LIFE) * SECOND * chance.between(40, 66) / 100;
            time.pass(early.max(WINDOW)).await;
            match hand.show() {
                Said::Granted => {}
                Said::Later | Said::Over => return,
            }
            let _ = world.servers.next_hand_out().await;
            time.pass(chance.between(SECOND, 5 * SECOND)).await;
            hand.use_access();
        },
    }
}

/// What a thief holds.
struct Hand<'a> {
    world: &'a World,
    token: String,
    access: Option<String>,
    chance: &'a Chance,
}

impl Hand<'_> {
    /// Shows the refresh token.
    fn show(&mut self) -> Said {
        let (servers, witness, now) = (&self.world.servers, &self.world.witness, self.world.time.now());
        let mut theft = witness.theft.get();
        theft.first_use = theft.first_use.or(Some(now));
        witness.theft.set(theft);
        witness.tell(|| "the thief shows it".to_owned());
        let node = self.chance.between(0, servers.count() as i64) as usize;
        match servers.refresh(node, &self.token) {
            Ok((row, _)) => {
                theft.tokens += 1;
                theft.last_token = Some(now);
                witness.theft.set(theft);
                self.token = servers.seal(&row);
                self.access = Some(servers.access(node, &row));
                Said::Granted
            }
            Err(problem) if problem.code == Code::Superseded => Said::Later,
            Err(_) => Said::Over,
        }
    }

    /// Uses the access token, which confirms its generation.
    fn use_access(&self) {
        let node = self.chance.between(0, self.world.servers.count() as i64) as usize;
        if let Some(access) = &self.access {
            drop(self.world.servers.verify(node, access));
        }
    }

    /// Goes on like any client.
    async fn live(&mut self) {
        loop {
            let pause = match self.show() {
                Said::Granted => {
                    self.use_access();
                    i64::from(LIFE) * SECOND * self.chance.between(72, 88) / 100
                }
                Said::Later => WINDOW,
                Said::Over => return,
            };
            self.world.time.pass(pause).await;
        }
    }
}
