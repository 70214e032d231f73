//! A session that is bound to this client's key: whatever shows one of its tokens is signed, and nothing else is.

use super::world::World;
use crate::session::record::Record;
use crate::wire::problem::Code;
use crate::wire::secret::Secret;
use crate::wire::session::{Boot, Change, LogIn, TokenStorage};

/// Begins one, as the lab does.
fn begin(world: &std::rc::Rc<World>, storage: TokenStorage) -> super::world::Tab {
    let tab = world.tab(&Boot::default());
    let form = LogIn {
        login: "mina".into(),
        password: Secret::new("right".to_owned()),
        code: None,
        storage: Some(storage),
        save: Some(true),
        bound: false,
    };
    let (engine, form) = (tab.engine.clone(), crate::session::engine::written(&form));
    world.run(async move { engine.enter_bound("/api/session", form).await }).unwrap();
    tab
}

#[test]
fn whoever_logs_in_may_choose_it_and_nobody_has_to() {
    for bound in [false, true] {
        let world = World::new();
        let tab = world.tab(&Boot::default());
        let form = LogIn {
            login: "mina".into(),
            password: Secret::new("right".to_owned()),
            code: None,
            storage: Some(TokenStorage::Local),
            save: Some(true),
            bound,
        };
        let engine = tab.engine.clone();
        world.run(async move { engine.log_in(form).await }).unwrap();
        assert_eq!(world.run(tab.feed()), Ok(200));
        assert!(world.server.seen.borrow().iter().all(|request| request.bound == bound));
    }
}

#[test]
fn a_session_that_moves_may_be_bound_on_the_way_whatever_it_was_shown_with_before() {
    for from in [TokenStorage::Cookie, TokenStorage::Hybrid, TokenStorage::Local] {
        let world = World::new();
        let tab = world.tab(&Boot::default());
        world.log_in(&tab, "mina", from).unwrap();
        let engine = tab.engine.clone();
        let change = Change { storage: Some(TokenStorage::Memory), bound: true, ..Change::default() };
        world.run(async move { engine.change(change).await }).unwrap();
        let moved = world.server.seen.borrow().last().cloned().unwrap();
        assert!(moved.bound && moved.bearer.is_none(), "{from:?}: signed, and with no token that is bound to nothing");
        assert_eq!(world.run(tab.feed()), Ok(200), "{from:?}");
        assert!(world.server.seen.borrow().last().unwrap().bound, "{from:?}");
    }
}

#[test]
fn every_request_of_a_bound_session_is_signed_and_so_is_what_renews_it() {
    for storage in [TokenStorage::Local, TokenStorage::Session, TokenStorage::Memory, TokenStorage::Native] {
        let world = World::new();
        let tab = begin(&world, storage);
        assert_eq!(world.run(tab.feed()), Ok(200), "{storage:?}");
        world.server.forget_access();
        assert_eq!(world.run(tab.feed()), Ok(200), "{storage:?}: refused, refreshed and replayed");
        let engine = tab.engine.clone();
        world.run(async move { engine.change(Change { save: Some(false), ..Change::default() }).await }).unwrap();
        assert_eq!(world.run(tab.feed()), Ok(200));
        assert!(world.server.seen.borrow().iter().all(|request| request.bound), "{storage:?}");
    }
}

#[test]
fn it_goes_on_when_the_page_is_opened_again() {
    let world = World::new();
    drop(begin(&world, TokenStorage::Local));
    let tab = world.tab(&Boot { storage: Some(TokenStorage::Local), ..Boot::default() });
    assert_eq!(world.run(tab.feed()), Ok(200));
    assert!(world.server.seen.borrow().iter().all(|request| request.bound));
}

#[test]
fn a_log_out_needs_no_signature() {
    let world = World::new();
    let tab = begin(&world, TokenStorage::Local);
    world.run(tab.engine.log_out());
    let seen = world.server.seen.borrow();
    let last = seen.last().unwrap();
    assert_eq!((last.method, last.bound, last.bearer.is_none()), ("DELETE", false, true));
    assert!(last.body.as_ref().unwrap().expose().contains("refresh"));
}

#[test]
fn what_is_about_another_session_is_not_signed() {
    let world = World::new();
    let tab = begin(&world, TokenStorage::Local);
    world.log_in(&tab, "rover", TokenStorage::Local).unwrap();
    assert_eq!(world.run(tab.feed()), Ok(200));
    let Some(Record::Session(kept)) = tab.engine.ports.store.load() else { panic!("somebody is logged in") };
    assert!(!kept.bound && !world.server.seen.borrow().last().unwrap().bound);
}

#[test]
fn without_its_key_it_is_over_here_and_nowhere_else() {
    let world = World::new();
    let tab = begin(&world, TokenStorage::Local);
    world.server.fault("/api/session/refresh", super::server::Fault::Refused(crate::wire::problem::Problem::new(Code::InvalidToken)));
    world.server.forget_access();
    assert!(world.run(tab.feed()).is_err());
    assert_eq!(world.server.ended(uuid::Uuid::from_u128(1000)), None);
}

#[test]
fn a_session_that_moves_into_cookies_is_signed_for_no_longer() {
    let world = World::new();
    let tab = begin(&world, TokenStorage::Local);
    let engine = tab.engine.clone();
    world.run(async move { engine.change(Change { storage: Some(TokenStorage::Cookie), ..Change::default() }).await }).unwrap();
    assert_eq!(world.run(tab.feed()), Ok(200));
    assert!(!world.server.seen.borrow().last().unwrap().bound);
}
