//! The refresh table as a state machine: any interleaving of refreshing, replaying, losing answers, logging out, letting time pass
//! and restoring the database. Two promises hold in all of them: an honest client is never ended, and a replay after
//! confirmation always ends. The same runs go through `decide` alone, by the ten thousand, and through HTTP on both databases.

use std::time::Duration;

use app::wire::account::Viewer;
use axum::http::Method;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config as Runs, TestRunner};
use serde_json::json;
use server::auth::chain::{Verdict, decide};
use server::model::Race;
use server::store::sessions::Session;
use uuid::Uuid;

use crate::world::{Tab, World};

/// The race window of an access life of 300 s, in seconds.
const WINDOW: u64 = 30;
/// For how long an answer may be on its way, in seconds: no client waits longer.
const ANSWER: u64 = 16;
const RACE: Race = Race { window: WINDOW as i64 * 1000, answer: ANSWER as i64 * 1000 };

/// What can happen.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// The client refreshes and receives the answer.
    Refresh,
    /// The client refreshes, the server commits, the answer is lost.
    LoseAnswer,
    /// The client uses its newest access token, which confirms the generation.
    Use,
    /// A second tab had read the store before the first one refreshed, and its request arrives now.
    LateTwin,
    /// Seconds pass.
    Pass(u64),
    /// Somebody keeps a copy of the present refresh token.
    Copy,
    /// The database is put back to how it was when it was last copied.
    Restore,
    /// The database is copied.
    Backup,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => Just(Step::Refresh),
        2 => Just(Step::LoseAnswer),
        3 => Just(Step::Use),
        2 => Just(Step::LateTwin),
        3 => (1..WINDOW).prop_map(Step::Pass),
        3 => (WINDOW..7200).prop_map(Step::Pass),
        1 => Just(Step::Copy),
        1 => Just(Step::Restore),
        1 => Just(Step::Backup),
    ];
    prop::collection::vec(step, 1..60)
}

/// What the server said to a refresh token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Said {
    /// Here is a pair of tokens, of this generation.
    Granted(i64),
    Superseded,
    Ended,
}

/// A server that can be asked, whatever it is made of.
trait Server {
    async fn present(&mut self, generation: i64) -> Said;
    async fn confirm(&mut self, generation: i64);
    async fn pass(&mut self, seconds: u64);
    async fn backup(&mut self);
    async fn restore(&mut self);
    async fn log_out(&mut self, generation: i64);
}

/// Runs the steps with an honest client, and then, when somebody kept a copy, the replay.
async fn run(server: &mut impl Server, steps: &[Step]) {
    let (mut held, mut twin_holds, mut copy, mut since_refresh) = (1, 1, None, WINDOW);
    for (at, step) in steps.iter().enumerate() {
        match step {
            Step::Refresh | Step::LoseAnswer => {
                let before = held;
                match server.present(held).await {
                    Said::Granted(generation) => {
                        assert!(generation >= held, "step {at}: {held} gave {generation}");
                        if matches!(step, Step::Refresh) {
                            held = generation;
                        }
                    }
                    other => panic!("step {at}: an honest client at {held} was told {other:?}"),
                }
                if held > before {
                    (twin_holds, since_refresh) = (before, 0);
                }
            }
            // Only for as long as it waits: the twin reads the store right before it asks, so only its request can be late.
            Step::LateTwin if since_refresh < ANSWER => match server.present(twin_holds).await {
                Said::Granted(generation) => assert!(generation <= held, "step {at}: the twin is ahead"),
                Said::Superseded => {}
                Said::Ended => panic!("step {at}: a late twin at {twin_holds} ended the session of {held}"),
            },
            Step::LateTwin => {}
            Step::Use => server.confirm(held).await,
            Step::Pass(seconds) => {
                server.pass(*seconds).await;
                since_refresh += seconds;
            }
            Step::Copy => copy = Some(held),
            Step::Backup => server.backup().await,
            Step::Restore => {
                server.restore().await;
                // What the row now says of the past, the next refresh puts right.
                since_refresh = WINDOW;
            }
        }
    }
    // The client goes on for two generations and uses each: after that, and after the window, every older copy is a replay.
    for _ in 0..2 {
        server.pass(WINDOW).await;
        match server.present(held).await {
            Said::Granted(generation) => held = generation,
            other => panic!("at the end, an honest client at {held} was told {other:?}"),
        }
        server.confirm(held).await;
    }
    server.pass(WINDOW).await;
    match copy {
        Some(copy) if copy < held => {
            assert_eq!(server.present(copy).await, Said::Ended, "a replay of {copy} while the client holds {held}");
            assert_eq!(server.present(held).await, Said::Ended, "and the session is over for everybody");
        }
        _ => {
            server.log_out(held).await;
            for generation in 1..=held + 1 {
                assert_eq!(server.present(generation).await, Said::Ended, "after the log-out");
            }
        }
    }
}

/// The table alone: a row, and `decide`.
struct Pure {
    row: Session,
    backup: Session,
    now: i64,
}

impl Pure {
    fn new() -> Self {
        let row = Session {
            session_id: Uuid::nil(),
            account_id: Uuid::nil(),
            storage: "cookie".into(),
            saved: true,
            user_agent: String::new(),
            ip: String::new(),
            generation: 1,
            confirmed: false,
            handed_out_at: None,
            created_at: 0,
            last_seen_at: 0,
            idle_expires_at: i64::MAX,
            expires_at: i64::MAX,
            ended_at: None,
            ended_why: None,
            family: None,
            browser: None,
            jkt: None,
            parent: 0,
            label: None,
        };
        Self { backup: row.clone(), row, now: 0 }
    }

    fn rotated(&mut self, to: i64) -> Said {
        (self.row.generation, self.row.confirmed, self.row.handed_out_at) = (to, false, Some(self.now));
        Said::Granted(to)
    }

    /// The window begins anew when the newest generation is seen for the first time.
    fn came_back(&mut self) {
        if !std::mem::replace(&mut self.row.confirmed, true) {
            self.row.handed_out_at = self.row.handed_out_at.map(|_| self.now);
        }
    }
}

impl Server for Pure {
    async fn present(&mut self, generation: i64) -> Said {
        match decide(&self.row, generation, self.now, RACE) {
            Verdict::Rotate | Verdict::CatchUp => {
                self.row.parent = generation;
                self.rotated(generation + 1)
            }
            Verdict::Another => self.rotated(self.row.generation + 1),
            Verdict::Confirm => {
                self.came_back();
                Said::Granted(self.row.generation)
            }
            Verdict::Repeat => {
                self.row.handed_out_at = Some(self.now);
                Said::Granted(self.row.generation)
            }
            Verdict::Superseded => Said::Superseded,
            Verdict::Reuse => {
                (self.row.ended_at, self.row.ended_why) = (Some(self.now), Some("reuse".into()));
                Said::Ended
            }
            Verdict::Ended(_) | Verdict::Expire => Said::Ended,
        }
    }

    async fn confirm(&mut self, generation: i64) {
        if self.row.generation == generation {
            self.came_back();
        }
    }

    async fn pass(&mut self, seconds: u64) {
        self.now += seconds as i64 * 1000;
    }

    async fn backup(&mut self) {
        self.backup = self.row.clone();
    }

    async fn restore(&mut self) {
        self.row = self.backup.clone();
    }

    async fn log_out(&mut self, _: i64) {
        (self.row.ended_at, self.row.ended_why) = (Some(self.now), Some("logged_out".into()));
    }
}

#[test]
fn an_honest_client_is_never_ended_and_a_replay_always_ends() {
    let mut runner = TestRunner::new(Runs { cases: 20_000, failure_persistence: None, ..Runs::default() });
    runner
        .run(&steps(), |steps| {
            futures::executor::block_on(run(&mut Pure::new(), &steps));
            Ok(())
        })
        .unwrap();
}

/// The whole server, with the database behind it.
struct Http<'a> {
    world: &'a World,
    tab: Tab,
    viewer: Viewer,
}

impl Http<'_> {
    fn refresh_token(&self, generation: i64) -> serde_json::Value {
        let auth = &self.world.site.auth;
        json!({"refresh": auth.chain.seal(self.viewer.session_id, generation, auth.clock.now()).expose()})
    }
}

impl Server for Http<'_> {
    async fn present(&mut self, generation: i64) -> Said {
        let reply = self.tab.post("/api/session/refresh", &self.refresh_token(generation)).await;
        match reply.status.as_u16() {
            200 => Said::Granted(reply.json()["generation"].as_i64().unwrap()),
            409 => Said::Superseded,
            401 => Said::Ended,
            _ => panic!("{reply:?}"),
        }
    }

    async fn confirm(&mut self, generation: i64) {
        let auth = &self.world.site.auth;
        self.tab.bearer = Some(auth.access.mint(&self.viewer, generation, 0, auth.clock.now()).unwrap().expose().to_owned());
        assert_eq!(self.tab.get("/api/me").await.status, 200);
        self.tab.bearer = None;
        self.world.settle().await;
    }

    async fn pass(&mut self, seconds: u64) {
        self.world.clock.advance(Duration::from_secs(seconds));
    }

    async fn backup(&mut self) {
        self.world.sql("drop table if exists backup").await;
        self.world.sql("create table backup as select generation, confirmed, handed_out_at, parent from sessions").await;
    }

    async fn restore(&mut self) {
        self.world
            .sql("update sessions set (generation, confirmed, handed_out_at, parent) = (select generation, confirmed, handed_out_at, parent from backup)")
            .await;
    }

    async fn log_out(&mut self, generation: i64) {
        let body = self.refresh_token(generation);
        assert_eq!(self.tab.json(Method::DELETE, "/api/session", &body).await.status, 204);
    }
}

async fn the_same_through_http(world: World) {
    let mut runner = TestRunner::new(Runs { cases: 40, failure_persistence: None, ..Runs::default() });
    for _ in 0..runner.config().cases {
        let steps = steps().new_tree(&mut runner).unwrap().current();
        world.sql("delete from sessions").await;
        let mut tab = world.tab();
        let body = json!({"login": "mina", "password": "correct-horse-mina", "storage": "native", "save": true});
        let viewer = serde_json::from_value(tab.post("/api/session", &body).await.json()["viewer"].clone()).unwrap();
        let mut http = Http { world: &world, tab, viewer };
        http.backup().await;
        run(&mut http, &steps).await;
    }
}

crate::world::on_both!(the_same_through_http);
