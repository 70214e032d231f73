//! Refreshes, and what can happen to them.

use super::super::phase::Phase;
use super::super::ports::{Form, TokenStore};
use super::super::record::Record;
use super::server::Fault;
use super::world::{Tab, World};
use crate::session::engine::Engine;
use crate::wire::problem::{Code, Problem};
use crate::wire::secret::Secret;
use crate::wire::session::{TokenStorage, Why};
use std::rc::Rc;

const REFRESH: &str = "/api/session/refresh";
const FEED: &str = "/api/feed";

fn file() -> Form {
    Form { body: Rc::new(()), slow: true }
}

fn due(world: &Rc<World>, storage: TokenStorage) -> Tab {
    let mina = world.mina(storage);
    world.sleep(3_600_000.0);
    mina
}

#[test]
fn a_lost_answer_costs_nothing_but_another_try() {
    for storage in TokenStorage::IN_A_BROWSER {
        let world = World::new();
        let mina = due(&world, storage);
        world.server.fault(REFRESH, Fault::Lost);
        assert_eq!(world.run(mina.feed()).unwrap_err().code, Code::Unreachable);
        world.sleep(8.0 * 3_600_000.0);
        assert_eq!(world.run(mina.feed()), Ok(200), "{storage:?}");
        assert!(matches!(mina.engine.phase(), Phase::Active(_)));
    }
}

#[test]
fn an_upload_begins_with_a_token_that_outlasts_it() {
    for (age, refreshes) in [(170_000.0, 0), (185_000.0, 1)] {
        let world = World::new();
        let mina = world.mina(TokenStorage::Local);
        world.sleep(age);
        assert_eq!(world.run(mina.feed()), Ok(200));
        assert_eq!(world.server.count("POST", REFRESH), 0, "for anything else it is good enough");
        let engine = mina.engine.clone();
        let answer = world.run(async move { engine.page("/new", Some(file())).await.map(|answer| answer.status) });
        assert_eq!((answer, world.server.count("POST", REFRESH)), (Ok(200), refreshes), "after {age} of 300,000 ms");
        assert_eq!(world.server.count("POST", "/new"), 1);
    }
}

#[test]
fn an_upload_does_without_where_no_other_token_is_to_be_had() {
    let world = World::new();
    let mina = world.mina(TokenStorage::Local);
    world.sleep(185_000.0);
    world.server.fault(REFRESH, Fault::Down);
    let engine = mina.engine.clone();
    assert!(world.run(async move { engine.page("/new", Some(file())).await }).is_ok(), "the old one still holds");
}

#[test]
fn a_superseded_token_is_replaced_by_what_the_store_has_by_then() {
    let world = World::new();
    let mina = due(&world, TokenStorage::Local);
    world.server.fault(REFRESH, Fault::Refused(Problem::new(Code::Superseded).retry_after(100)));
    let feed = world.go(mina.feed());
    assert!(feed.borrow().is_none(), "it waits for the other tab to store what it got");
    let Some(Record::Session(mut kept)) = world.store.load() else { panic!("a session") };
    kept.stamp = 1;
    kept.received_at = 1_700_000_000_000 + 3_600_000;
    world.store.save(&Record::Session(kept));
    world.pass(250.0);
    assert!(feed.borrow().is_some());
    assert_eq!(world.server.count("POST", REFRESH), 2, "its access token had run out: refreshed after the 401");
}

#[test]
fn a_token_superseded_for_ever_is_a_failure_and_no_end() {
    let world = World::new();
    let mina = due(&world, TokenStorage::Local);
    for _ in 0..4 {
        world.server.fault(REFRESH, Fault::Refused(Problem::new(Code::Superseded).retry_after(60_000)));
    }
    let feed = world.go(mina.feed());
    world.pass(10_000.0);
    assert_eq!(feed.take().unwrap().unwrap_err().code, Code::Superseded);
    assert_eq!(world.server.count("POST", REFRESH), 4);
    assert!(mina.engine.phase().viewer().is_some());
}

#[test]
fn no_answer_keeps_the_tokens_says_offline_if_it_lasts_and_comes_back() {
    let world = World::new();
    let mina = due(&world, TokenStorage::Local);
    for _ in 0..4 {
        world.server.fault(REFRESH, Fault::Down);
    }
    let _watchman = world.go(Engine::keep(Rc::downgrade(&mina.engine)));
    world.run(mina.feed()).unwrap_err();
    assert!(matches!(mina.engine.phase(), Phase::Active(_)), "a moment is no outage");
    world.pass(7_000.0);
    assert!(matches!(mina.engine.phase(), Phase::Offline(_)));
    assert!(matches!(world.store.load(), Some(Record::Session(_))));
    world.pass(60_000.0);
    assert!(matches!(mina.engine.phase(), Phase::Active(_)));
    let tries = world.server.count("POST", REFRESH);
    assert_eq!(tries, 5, "it backs off");
}

#[test]
fn a_busy_server_is_left_alone_for_as_long_as_it_says() {
    for code in [Code::Throttled, Code::Busy] {
        let world = World::new();
        let mina = due(&world, TokenStorage::Local);
        world.server.fault(REFRESH, Fault::Refused(Problem::new(code).retry_after(20_000)));
        assert_eq!(world.run(mina.feed()).unwrap_err().code, code);
        world.run(mina.feed()).unwrap_err();
        assert_eq!(world.server.count("POST", REFRESH), 1);
        world.sleep(20_000.0);
        assert_eq!(world.run(mina.feed()), Ok(200));
    }
}

#[test]
fn half_a_grant_is_no_end() {
    let world = World::new();
    let mina = due(&world, TokenStorage::Local);
    world.server.fault(REFRESH, Fault::Says(200, "{\"viewer\":"));
    assert_eq!(world.run(mina.feed()).unwrap_err().code, Code::Unreachable);
    assert!(mina.engine.phase().viewer().is_some());
    assert_eq!(world.run(mina.feed()), Ok(200));
}

#[test]
fn a_session_that_ended_is_over_everywhere_in_this_browser() {
    let world = World::new();
    let mina = due(&world, TokenStorage::Local);
    let other = world.tab(&crate::wire::session::Boot::default());
    world.server.end(Why::Idle);
    world.sleep(3_600_000.0);
    assert_eq!(world.run(mina.feed()).unwrap_err().reason, Some(Why::Idle));
    assert_eq!(mina.engine.phase(), Phase::Ended(Why::Idle));
    assert_eq!(other.engine.phase(), Phase::Ended(Why::Idle));
    assert!(world.store.load().is_none());
}

#[test]
fn a_garbled_token_that_nothing_can_replace_counts_as_cleared() {
    let world = World::new();
    world.mina(TokenStorage::Local);
    let Some(Record::Session(mut kept)) = world.store.load() else { panic!("a session") };
    kept.refresh = Some(Secret::new("forged".into()));
    kept.received_at = 0;
    world.store.save(&Record::Session(kept));
    let tab = world.tab(&crate::wire::session::Boot::default());
    assert_eq!(tab.engine.phase(), Phase::Ended(Why::Cleared));
    assert!(world.store.load().is_none());
}

#[test]
fn a_store_emptied_under_a_session_that_lives_in_it_ends_it() {
    for storage in [TokenStorage::Local, TokenStorage::Session] {
        let world = World::new();
        let mina = due(&world, storage);
        world.store.clear();
        assert_eq!(world.run(mina.feed()).unwrap_err().reason, Some(Why::Cleared));
        assert_eq!(world.server.count("POST", REFRESH), 0, "what was cleared is not used");
    }
}

#[test]
fn a_store_emptied_under_a_session_in_cookies_says_nothing() {
    for storage in [TokenStorage::Cookie, TokenStorage::Hybrid] {
        let world = World::new();
        let mina = due(&world, storage);
        world.store.clear();
        assert_eq!(world.run(mina.feed()), Ok(200), "{storage:?}");
    }
}

#[test]
fn cookies_cleared_under_a_session_end_it() {
    let world = World::new();
    let mina = due(&world, TokenStorage::Cookie);
    world.server.cookies.take();
    assert_eq!(world.run(mina.feed()).unwrap_err().reason, Some(Why::Cleared));
    assert_eq!(mina.engine.phase(), Phase::Ended(Why::Cleared));
}

#[test]
fn the_watchman_refreshes_in_time_so_that_no_call_waits() {
    let world = World::new();
    let mina = world.mina(TokenStorage::Cookie);
    let _watchman = world.go(Engine::keep(Rc::downgrade(&mina.engine)));
    for _ in 0..40 {
        world.pass(30_000.0);
        world.run(mina.feed()).unwrap();
    }
    let log = mina.exchanges.borrow();
    assert!(log.iter().all(|exchange| exchange.status == 200), "no 401 in 20 minutes");
    let refreshes = world.server.count("POST", REFRESH);
    assert!((4..=6).contains(&refreshes), "{refreshes} in 20 minutes");
}

#[test]
fn no_token_is_left_in_the_store_by_the_cookie_strategies() {
    for storage in [TokenStorage::Cookie, TokenStorage::Hybrid] {
        let world = World::new();
        let mina = due(&world, storage);
        world.run(mina.feed()).unwrap();
        let stored = serde_json::to_string(&world.store.load().unwrap()).unwrap();
        assert!(!stored.contains("access") && !stored.contains("\"refresh\""), "{stored}");
    }
    assert_eq!(FEED, crate::routes::api::FEED);
}
