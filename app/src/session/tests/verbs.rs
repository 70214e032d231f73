//! Log-in, log-out, save.

use super::super::phase::Phase;
use super::super::ports::{Pending, TokenStore};
use super::super::record::{Place, Record};
use super::server::Fault;
use super::world::World;
use crate::wire::problem::{Code, Problem};
use crate::wire::secret::Secret;
use crate::wire::session::{Boot, Change, Leave, LogIn, TokenStorage, Why};
use uuid::Uuid;

const REFRESH: &str = "/api/session/refresh";
const SESSION: &str = "/api/session";

#[test]
fn a_log_in_makes_the_session_this_browsers() {
    for storage in TokenStorage::IN_A_BROWSER {
        let world = World::new();
        let tab = world.tab(&Boot::default());
        let viewer = world.log_in(&tab, "mina", storage).unwrap();
        assert_eq!(tab.engine.phase(), Phase::Active(viewer));
        assert_eq!(world.run(tab.feed()), Ok(200));
        assert!(!tab.engine.moved());
    }
}

#[test]
fn a_passkey_makes_a_session_where_its_tokens_shall_live() {
    for storage in TokenStorage::IN_A_BROWSER {
        let world = World::new();
        let tab = world.tab(&Boot::default());
        let saved = (storage == TokenStorage::Local).then(Uuid::nil);
        let path = if saved.is_some() { "/api/saved/00000000-0000-0000-0000-000000000000/challenge" } else { "/api/passkeys/challenge" };
        world.server.fault(path, Fault::Says(200, "a challenge"));
        let engine = tab.engine.clone();
        let viewer = world.run(async move {
            let sign = |options: Secret| -> Pending<'static, Option<Secret>> {
                Box::pin(async move { Some(Secret::new(format!(r#"{{"signed":"{}"}}"#, options.expose()))) })
            };
            engine.log_in_by_passkey(saved, (Some(storage), false), &sign).await
        });
        assert_eq!(tab.engine.phase(), Phase::Active(viewer.unwrap()));
        assert_eq!(world.run(tab.feed()), Ok(200), "{storage:?}");
    }
}

#[test]
fn a_passkey_that_is_not_given_changes_nothing() {
    let world = World::new();
    let tab = world.tab(&Boot::default());
    world.server.fault("/api/passkeys/challenge", Fault::Says(200, "a challenge"));
    let engine = tab.engine.clone();
    let refused = world.run(async move { engine.log_in_by_passkey(None, (None, false), &|_| Box::pin(async { None })).await });
    assert_eq!(refused.unwrap_err().code, Code::InvalidPasskey);
    assert_eq!(tab.engine.phase(), Phase::Anonymous);
    assert_eq!(world.server.count("POST", "/api/session/passkey"), 0);
}

#[test]
fn a_refused_log_in_changes_nothing() {
    let world = World::new();
    let tab = world.tab(&Boot::default());
    let form = LogIn { login: "mina".into(), password: Secret::new("wrong".into()), code: None, storage: None, save: None, bound: false };
    let engine = tab.engine.clone();
    assert_eq!(world.run(async move { engine.log_in(form).await }).unwrap_err().code, Code::InvalidCredentials);
    assert_eq!(tab.engine.phase(), Phase::Anonymous);
    assert!(world.store.load().is_none());
}

#[test]
fn a_log_out_is_done_here_before_the_server_has_heard() {
    for storage in TokenStorage::IN_A_BROWSER {
        let world = World::new();
        let mina = world.mina(storage);
        let session_id = mina.engine.phase().viewer().unwrap().session_id;
        let telling = mina.engine.log_out();
        assert_eq!(mina.engine.phase(), Phase::Ended(Why::LoggedOut));
        assert!(world.server.seen.borrow().is_empty());
        world.run(telling);
        assert_eq!(world.server.ended(session_id), Some(Why::LoggedOut), "{storage:?}");
        assert!(world.store.load().is_none());
        assert!(world.server.seen.borrow()[0].keepalive);
        assert!(world.run(mina.feed()).is_err());
    }
}

#[test]
fn a_log_out_that_did_not_arrive_is_sent_first_thing_next_time() {
    for storage in TokenStorage::IN_A_BROWSER {
        for fault in [Fault::Down, Fault::Says(502, ""), Fault::Refused(Problem::new(Code::Throttled))] {
            let world = World::new();
            let mina = world.mina(storage);
            let viewer = mina.engine.phase().viewer().cloned().unwrap();
            world.server.fault(SESSION, fault);
            world.run(mina.engine.log_out());
            assert_eq!(world.server.ended(viewer.session_id), None);
            assert!(matches!(world.store.load(), Some(Record::Revoke(_))));
            assert!(mina.engine.owes());

            // The server still believes in the session, and renders the page for its owner.
            let seen = storage.refresh_in_cookie().then(|| viewer.clone());
            let next = world.tab(&Boot { viewer: seen, storage: Some(storage), ..Boot::default() });
            assert!(next.engine.phase().viewer().is_none(), "{storage:?}");
            assert_eq!(world.server.ended(viewer.session_id), Some(Why::LoggedOut), "{storage:?}");
            assert!(world.store.load().is_none());
            assert!(!next.engine.owes());
        }
    }
}

#[test]
fn an_owed_log_out_holds_no_name_and_goes_before_the_next_log_in() {
    let world = World::new();
    let mina = world.mina(TokenStorage::Local);
    world.server.fault(SESSION, Fault::Down);
    world.run(mina.engine.log_out());
    assert!(!serde_json::to_string(&world.store.load().unwrap()).unwrap().contains("mina"));
    world.server.seen.borrow_mut().clear();
    world.log_in(&mina, "rover", TokenStorage::Local).unwrap();
    let methods: Vec<_> = world.server.seen.borrow().iter().map(|request| request.method).collect();
    assert_eq!(methods, ["DELETE", "POST"]);
}

#[test]
fn a_log_out_wins_against_a_refresh_in_flight() {
    for storage in TokenStorage::IN_A_BROWSER {
        let world = World::new();
        let mina = world.mina(storage);
        world.sleep(3_600_000.0);
        world.server.fault(REFRESH, Fault::Slow(1000.0));
        let feed = world.go(mina.feed());
        drop(mina.engine.log_out());
        world.pass(1000.0);
        assert!(feed.take().unwrap().is_err());
        assert_eq!(mina.engine.phase(), Phase::Ended(Why::LoggedOut), "{storage:?}");
        assert!(!matches!(world.store.load(), Some(Record::Session(_))));
    }
}

#[test]
fn an_answer_that_comes_after_the_log_out_is_not_shown() {
    let world = World::new();
    let mina = world.mina(TokenStorage::Local);
    world.server.fault("/api/feed", Fault::Slow(1000.0));
    let feed = world.go(mina.feed());
    drop(mina.engine.log_out());
    world.pass(1000.0);
    assert_eq!(feed.take().unwrap().unwrap_err().reason, Some(Why::LoggedOut));
}

#[test]
fn saving_moves_the_record_to_where_it_lasts() {
    let world = World::new();
    let mina = world.mina(TokenStorage::Local);
    for (save, place) in [(false, Place::Tab), (true, Place::Browser)] {
        let engine = mina.engine.clone();
        world.run(async move { engine.change(Change { save: Some(save), ..Change::default() }).await }).unwrap();
        assert_eq!(world.store.load().unwrap().place(), place);
        assert_eq!(world.run(mina.feed()), Ok(200));
    }
}

#[test]
fn saving_with_a_token_that_was_replaced_goes_on_with_the_next() {
    for storage in TokenStorage::IN_A_BROWSER {
        for fault in [Fault::Refused(Problem::new(Code::Superseded)), Fault::Refused(Problem::new(Code::InvalidToken))] {
            let world = World::new();
            let mina = world.mina(storage);
            world.server.fault(SESSION, fault);
            let engine = mina.engine.clone();
            assert_eq!(
                world.run(async move { engine.change(Change { save: Some(false), ..Change::default() }).await }),
                Ok(()),
                "{storage:?}"
            );
            assert_eq!(world.server.count("POST", REFRESH), 1);
        }
    }
}

#[test]
fn tokens_move_between_all_storages_and_the_session_goes_on() {
    for from in TokenStorage::IN_A_BROWSER {
        for to in TokenStorage::IN_A_BROWSER {
            let world = World::new();
            let mina = world.mina(from);
            let engine = mina.engine.clone();
            let change = Change { storage: Some(to), ..Change::default() };
            assert_eq!(world.run(async move { engine.change(change).await }), Ok(()), "{from:?} to {to:?}");
            let Some(Record::Session(kept)) = world.store.load() else { panic!("a session") };
            assert_eq!((kept.storage, kept.refresh.is_some()), (to, !to.refresh_in_cookie()), "{from:?} to {to:?}");
            for _ in 0..2 {
                world.sleep(3_600_000.0);
                assert_eq!(world.run(mina.feed()), Ok(200), "{from:?} to {to:?}");
            }
        }
    }
}

/// The server has moved the session, and the browser does not know.
#[test]
fn a_move_whose_answer_was_lost_is_found_out_by_the_next_refresh() {
    for (from, to) in [(TokenStorage::Cookie, TokenStorage::Local), (TokenStorage::Local, TokenStorage::Cookie)] {
        let world = World::new();
        let mina = world.mina(from);
        world.server.fault(SESSION, Fault::Lost);
        let engine = mina.engine.clone();
        let change = Change { storage: Some(to), ..Change::default() };
        assert_eq!(world.run(async move { engine.change(change).await }).unwrap_err().code, Code::Unreachable);
        if from.refresh_in_cookie() {
            // Of a lost answer, the cookies are lost too.
            world.server.cookies.borrow_mut().1 = Some(format!("{} 1", mina.engine.phase().viewer().unwrap().session_id));
        } else {
            world.server.cookies.take();
        }
        for _ in 0..2 {
            world.sleep(3_600_000.0);
            assert_eq!(world.run(mina.feed()), Ok(200), "{from:?} to {to:?}");
        }
        let Some(Record::Session(kept)) = world.store.load() else { panic!("a session") };
        assert_eq!(kept.storage, to);
    }
}

#[test]
fn a_save_that_fails_leaves_all_as_it_was() {
    let world = World::new();
    let mina = world.mina(TokenStorage::Local);
    world.server.fault(SESSION, Fault::Down);
    let engine = mina.engine.clone();
    assert_eq!(
        world.run(async move { engine.change(Change { save: Some(false), ..Change::default() }).await }).unwrap_err().code,
        Code::Unreachable
    );
    assert_eq!(world.store.load().unwrap().place(), Place::Browser);
    assert!(mina.engine.phase().viewer().is_some());
}

#[test]
fn a_log_out_that_is_heard_late_does_not_take_the_next_session_away() {
    let world = World::new();
    let mina = world.mina(TokenStorage::Local);
    world.server.fault(SESSION, Fault::Slow(1000.0));
    let telling = world.go(mina.engine.log_out());
    world.server.fault(SESSION, Fault::Down);
    let rover = world.log_in(&mina, "rover", TokenStorage::Local).unwrap();
    world.pass(1000.0);
    assert!(telling.borrow().is_some());
    assert_eq!(world.store.load().map(|record| record.session_id()), Some(rover.session_id));
    assert_eq!(world.run(mina.feed()), Ok(200));
}

#[test]
fn one_tap_takes_the_place_of_the_session_there_was_and_leaves_it_within_reach() {
    for storage in [TokenStorage::Cookie, TokenStorage::Local, TokenStorage::Memory] {
        let world = World::new();
        let mina = world.mina(storage);
        let before = mina.engine.phase().viewer().unwrap().clone();
        let rover = world.tab_over(&Boot::default(), std::rc::Rc::new(crate::session::memory::MemoryStore::default()));
        let rover = world.log_in(&rover, "rover", storage).unwrap();
        let engine = mina.engine.clone();
        world.server.taps.borrow_mut().push(rover.session_id);
        let tapped = world.run(async move { engine.one_tap(uuid::Uuid::from_u128(5), None).await }).unwrap();
        assert_eq!((&tapped, mina.engine.phase()), (&rover, Phase::Active(rover.clone())), "{storage:?}");
        // What travels in cookies the server sees; of the rest it is told by the session's own token, before and after.
        let parks = world.server.seen.borrow().iter().filter(|request| request.method == "PATCH").count();
        assert_eq!(parks, usize::from(!storage.refresh_in_cookie()), "{storage:?}");
        if !storage.refresh_in_cookie() {
            assert_eq!(world.server.ended(before.session_id), Some(Why::LoggedOut), "{storage:?}");
        }
        assert_eq!(world.run(mina.feed()), Ok(200), "{storage:?}");
    }
}

#[test]
fn a_tap_that_is_refused_changes_nothing() {
    let world = World::new();
    let mina = world.mina(TokenStorage::Local);
    world.server.fault("/api/saved/00000000-0000-0000-0000-000000000005/session", Fault::Refused(Problem::ended(Why::Reuse)));
    let engine = mina.engine.clone();
    let problem = world.run(async move { engine.one_tap(uuid::Uuid::from_u128(5), None).await }).unwrap_err();
    assert_eq!((problem.code, problem.reason), (Code::SessionEnded, Some(Why::Reuse)));
    assert_eq!(world.run(mina.feed()), Ok(200), "whoever was logged in still is");
}

#[test]
fn what_becomes_of_the_saved_logins_is_said_with_the_log_out_also_when_it_is_owed() {
    let world = World::new();
    let mina = world.mina(TokenStorage::Local);
    world.server.fault("/api/session?saved=all", Fault::Down);
    world.run(mina.engine.log_out_leaving(Leave::All));
    assert!(mina.engine.owes());
    let engine = mina.engine.clone();
    world.run(async move { engine.wake().await });
    assert!(!mina.engine.owes());
    assert_eq!(world.server.count("DELETE", "/api/session?saved=all"), 2);
}
