//! How a page begins.

use super::super::Part;
use super::super::phase::Phase;
use super::super::ports::TokenStore;
use super::super::record::Record;
use super::server::Fault;
use super::world::World;
use crate::wire::session::{Boot, TokenStorage, Why};

const REFRESH: &str = "/api/session/refresh";

#[test]
fn a_stored_session_is_shown_before_any_request() {
    for storage in [TokenStorage::Local, TokenStorage::Session] {
        let world = World::new();
        let mina = world.mina(storage);
        let viewer = mina.engine.phase().viewer().cloned().unwrap();
        drop(mina);
        let next = world.tab(&Boot { storage: Some(storage), saved: true, ..Boot::default() });
        assert_eq!(*next.phases.borrow(), [Phase::Active(viewer)]);
        assert!(world.server.seen.borrow().is_empty());
        assert_eq!(world.run(next.feed()), Ok(200));
    }
}

#[test]
fn a_cold_open_meets_no_401() {
    for storage in [TokenStorage::Cookie, TokenStorage::Hybrid, TokenStorage::Local] {
        for away in [1_000.0, 280_000.0, 8.0 * 3_600_000.0] {
            let world = World::new();
            let mina = world.mina(storage);
            let viewer = mina.engine.phase().viewer().cloned();
            drop(mina);
            world.sleep(away);
            let left = (away < 300_000.0 && storage == TokenStorage::Cookie).then(|| 300 - (away / 1000.0) as u32);
            let boot = Boot {
                viewer: viewer.filter(|_| storage.refresh_in_cookie()),
                storage: Some(storage),
                expires_in: left,
                ..Boot::default()
            };
            let next = world.tab(&boot);
            assert_eq!(world.run(next.feed()), Ok(200));
            let log = next.exchanges.borrow();
            assert!(log.iter().all(|exchange| exchange.status == 200), "{storage:?} {away} {log:?}");
        }
    }
}

#[test]
fn a_wrong_clock_costs_a_401_and_no_session() {
    for off_by in [-400_000_000_000_i64, -3_600_000 - 1_000, 400_000_000_000] {
        let world = World::new();
        drop(world.mina(TokenStorage::Local));
        world.sleep(3_600_000.0);
        world.clock.wall_off_by.set(off_by);
        let next = world.tab(&Boot::default());
        assert_eq!(world.run(next.feed()), Ok(200));
        assert!(next.exchanges.borrow().iter().filter(|exchange| exchange.status == 401).count() <= 1);
    }
}

#[test]
fn calls_made_before_the_first_refresh_wait_for_it() {
    let world = World::new();
    let mina = world.mina(TokenStorage::Hybrid);
    let viewer = mina.engine.phase().viewer().cloned();
    drop(mina);
    world.server.fault(REFRESH, Fault::Slow(2000.0));
    let next = world.tab(&Boot { viewer, storage: Some(TokenStorage::Hybrid), expires_in: None, ..Boot::default() });
    let feed = world.go(next.feed());
    assert!(feed.borrow().is_none());
    world.pass(2000.0);
    assert_eq!(feed.take(), Some(Ok(200)));
    let first: Vec<_> = next.exchanges.borrow().iter().map(|exchange| (exchange.part, exchange.path.clone())).take(2).collect();
    assert_eq!(first[0].0, Part::Refresh);
    assert_eq!(first[1], (Part::Request, "/api/feed".to_owned()));
    assert_eq!(world.server.count("POST", REFRESH), 1);
}

#[test]
fn a_hint_without_a_record_is_said_to_be_cleared_only_where_it_was_to_last() {
    let ends = |storage, saved| {
        let world = World::new();
        world.tab(&Boot { storage: Some(storage), saved, ..Boot::default() }).engine.phase()
    };
    assert_eq!(ends(TokenStorage::Local, true), Phase::Ended(Why::Cleared));
    assert_eq!(ends(TokenStorage::Local, false), Phase::Anonymous);
    assert_eq!(ends(TokenStorage::Session, true), Phase::Anonymous);
    assert_eq!(ends(TokenStorage::Memory, true), Phase::Anonymous);
}

#[test]
fn a_record_whose_cookies_are_gone_is_put_away_without_asking() {
    let world = World::new();
    drop(world.mina(TokenStorage::Cookie));
    let next = world.tab(&Boot::default());
    assert_eq!(next.engine.phase(), Phase::Anonymous);
    assert!(world.store.load().is_none());
    assert!(world.server.seen.borrow().is_empty());
}

#[test]
fn a_page_set_aside_notices_that_its_session_moved() {
    let world = World::new();
    let mina = world.mina(TokenStorage::Cookie);
    assert!(!mina.engine.moved());
    world.store.clear();
    assert!(mina.engine.moved());
}

#[test]
fn coming_back_after_hours_refreshes_at_once() {
    let world = World::new();
    let mina = world.mina(TokenStorage::Cookie);
    world.sleep(8.0 * 3_600_000.0);
    let engine = mina.engine.clone();
    world.run(async move { engine.wake().await });
    assert_eq!(world.server.count("POST", REFRESH), 1);
    let Some(Record::Session(kept)) = world.store.load() else { panic!("a session") };
    assert_eq!(kept.generation, 1);
}

#[test]
fn a_page_rendered_before_another_tabs_refresh_does_not_refresh_again() {
    let world = World::new();
    let mina = world.mina(TokenStorage::Cookie);
    let generation = mina.engine.with_kept(|kept| kept.generation).unwrap();
    let viewer = mina.engine.phase().viewer().cloned();
    let rendered = Boot { viewer, storage: Some(TokenStorage::Cookie), generation, ..Boot::default() };
    world.sleep(400_000.0);
    assert_eq!(world.run(mina.feed()), Ok(200), "with a refresh");
    let next = world.tab(&rendered);
    assert_eq!(world.run(next.feed()), Ok(200));
    assert!(next.exchanges.borrow().iter().all(|exchange| exchange.part != Part::Refresh), "{:?}", next.exchanges.borrow());
}
