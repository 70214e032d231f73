//! Authorised calls.

use super::super::Part;
use super::super::phase::Phase;
use super::server::Fault;
use super::world::World;
use crate::wire::problem::{Code, Problem};
use crate::wire::session::{TokenStorage, Why};
use futures::future::join_all;

const REFRESH: &str = "/api/session/refresh";
const FEED: &str = "/api/feed";

#[test]
fn five_calls_refused_at_once_share_one_refresh_and_are_replayed_each() {
    for storage in TokenStorage::IN_A_BROWSER {
        let world = World::new();
        let mina = world.mina(storage);
        world.server.forget_access();
        let calls: Vec<_> = (0..5).map(|_| mina.feed()).collect();
        let answers = world.run(join_all(calls));
        assert!(answers.iter().all(|answer| *answer == Ok(200)), "{storage:?}: {answers:?}");
        assert_eq!(world.server.count("POST", REFRESH), 1, "{storage:?}");
        assert_eq!(world.server.count("GET", FEED), 10, "{storage:?}");
        let parts: Vec<_> = mina.exchanges.borrow().iter().map(|exchange| exchange.part).collect();
        assert_eq!(parts.iter().filter(|part| **part == Part::Replay).count(), 5);
    }
}

#[test]
fn the_exchanges_of_one_call_share_a_group() {
    let world = World::new();
    let mina = world.mina(TokenStorage::Cookie);
    world.server.forget_access();
    world.run(mina.feed()).unwrap();
    let log = mina.exchanges.borrow();
    let seen: Vec<_> = log.iter().map(|exchange| (exchange.group, exchange.part, exchange.status)).collect();
    let group = log[0].group;
    assert_eq!(seen, [(group, Part::Request, 401), (group, Part::Refresh, 200), (group, Part::Replay, 200)]);
}

#[test]
fn a_replay_carries_the_same_body_and_key() {
    let world = World::new();
    let mina = world.mina(TokenStorage::Local);
    world.server.forget_access();
    assert_eq!(world.run(mina.call("POST", "/api/posts", Some(r#"{"caption":"hi"}"#))), Ok(200));
    let seen = world.server.seen.borrow();
    let bodies: Vec<_> = seen.iter().filter(|request| request.path == "/api/posts").map(|request| request.body.clone().unwrap()).collect();
    assert_eq!(bodies.len(), 2);
    assert_eq!(bodies[0], bodies[1]);
    assert!(seen.iter().filter(|request| request.path == "/api/posts").all(|request| request.account.is_some()));
    drop(seen);

    assert_eq!(world.run(mina.call("POST", "/api/posts", None)), Ok(200));
    assert_eq!(world.run(mina.feed()), Ok(200));
    let seen = world.server.seen.borrow();
    let keys: Vec<_> = seen.iter().filter(|request| request.path == "/api/posts").map(|request| request.key.unwrap()).collect();
    assert!(keys[0] == keys[1] && keys[1] != keys[2], "one key for each thing to be done: {keys:?}");
    assert!(seen.iter().filter(|request| request.method == "GET").all(|request| request.key.is_none()));
}

#[test]
fn a_second_refusal_is_an_error_and_ends_nothing() {
    let world = World::new();
    let mina = world.mina(TokenStorage::Local);
    world.server.fault(FEED, Fault::Refused(Problem::new(Code::InvalidToken)));
    world.server.fault(FEED, Fault::Refused(Problem::new(Code::InvalidToken)));
    assert_eq!(world.run(mina.feed()).unwrap_err().code, Code::InvalidToken);
    assert_eq!(world.server.count("POST", REFRESH), 1);
    assert!(matches!(mina.engine.phase(), Phase::Active(_)));
    assert_eq!(world.run(mina.feed()), Ok(200));
}

#[test]
fn a_token_that_is_due_is_refreshed_before_it_is_used() {
    let world = World::new();
    let mina = world.mina(TokenStorage::Hybrid);
    world.sleep(3_600_000.0);
    assert_eq!(world.run(mina.feed()), Ok(200));
    let statuses: Vec<_> = mina.exchanges.borrow().iter().map(|exchange| (exchange.part, exchange.status)).collect();
    assert_eq!(statuses, [(Part::Refresh, 200), (Part::Request, 200)], "no 401");
}

#[test]
fn a_token_that_is_due_and_still_holds_is_used_while_the_refresh_fails() {
    let world = World::new();
    let mina = world.mina(TokenStorage::Local);
    world.sleep(280_000.0);
    world.server.fault(REFRESH, Fault::Down);
    assert_eq!(world.run(mina.feed()), Ok(200));
}

#[test]
fn a_typed_end_ends_the_session_and_says_why() {
    let world = World::new();
    let mina = world.mina(TokenStorage::Local);
    world.server.end(Why::Elsewhere);
    assert_eq!(world.run(mina.feed()).unwrap_err().reason, Some(Why::Elsewhere));
    assert_eq!(mina.engine.phase(), Phase::Ended(Why::Elsewhere));
    assert!(super::super::ports::TokenStore::load(&world.store).is_none());
}

#[test]
fn an_unreadable_refusal_is_no_log_out() {
    for body in ["", "<html>gateway</html>", "{\"code\":\"session_ended\"", "{\"code\":\"unheard_of\"}"] {
        for status in [401, 403, 500, 502] {
            let world = World::new();
            let mina = world.mina(TokenStorage::Local);
            world.server.fault(FEED, Fault::Says(status, body));
            world.server.fault(FEED, Fault::Says(status, body));
            world.server.fault(REFRESH, Fault::Says(status, body));
            let problem = world.run(mina.feed()).unwrap_err();
            assert_eq!((problem.code, problem.status), (Code::Unreachable, status));
            assert!(mina.engine.phase().viewer().is_some(), "{status} {body}");
            world.server.faults.borrow_mut().clear();
            assert_eq!(world.run(mina.feed()), Ok(200));
        }
    }
}

#[test]
fn a_refusal_for_other_reasons_is_passed_on_as_it_is() {
    let world = World::new();
    let mina = world.mina(TokenStorage::Cookie);
    world.server.fault(FEED, Fault::Refused(Problem::new(Code::InsufficientScope)));
    assert_eq!(world.run(mina.feed()).unwrap_err().code, Code::InsufficientScope);
    assert_eq!(world.server.count("POST", REFRESH), 0);
}

#[test]
fn nobody_is_refreshed_where_nobody_is_logged_in() {
    let world = World::new();
    let tab = world.tab(&crate::wire::session::Boot::default());
    assert_eq!(world.run(tab.feed()).unwrap_err().code, Code::Unauthenticated);
    assert_eq!(world.server.count("POST", REFRESH), 0);
}

#[test]
fn cookies_stay_behind_where_the_client_holds_the_tokens() {
    for storage in TokenStorage::IN_A_BROWSER {
        let world = World::new();
        let mina = world.mina(storage);
        world.server.forget_access();
        world.run(mina.feed()).unwrap();
        let travelled = world.server.seen.borrow().iter().all(|request| request.cookies == storage.refresh_in_cookie());
        assert!(travelled, "{storage:?}");
    }
}
