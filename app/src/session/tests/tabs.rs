//! Several tabs over one store, with the lock and without.

use super::super::memory::MemoryStore;
use super::super::phase::Phase;
use super::super::ports::{Message, TokenStore};
use super::server::Fault;
use super::world::{Tab, World};
use crate::session::engine::Engine;
use crate::session::record::{Kept, Record};
use crate::wire::account::Viewer;
use crate::wire::problem::{Code, Problem};
use crate::wire::session::{Boot, Change, TokenStorage, Why};
use futures::future::join;
use std::rc::Rc;
use uuid::Uuid;

const REFRESH: &str = "/api/session/refresh";

fn boot(world: &World, storage: TokenStorage) -> Boot {
    let Some(Record::Session(kept)) = world.store.load() else { panic!("a session") };
    match storage.refresh_in_cookie() {
        true => Boot { viewer: Some(kept.viewer), storage: Some(storage), saved: true, expires_in: Some(300), ..Boot::default() },
        false => Boot { storage: Some(storage), saved: true, ..Boot::default() },
    }
}

fn two(world: &Rc<World>, storage: TokenStorage) -> (Tab, Tab) {
    let first = world.mina(storage);
    let second = world.tab(&boot(world, storage));
    world.server.seen.borrow_mut().clear();
    (first, second)
}

#[test]
fn two_tabs_need_one_refresh_where_there_is_a_lock() {
    for storage in [TokenStorage::Cookie, TokenStorage::Local] {
        let world = World::new();
        let (first, second) = two(&world, storage);
        world.server.forget_access();
        let (a, b) = world.run(join(first.feed(), second.feed()));
        assert_eq!((a, b), (Ok(200), Ok(200)), "{storage:?}");
        assert_eq!(world.server.count("POST", REFRESH), 1, "{storage:?}");
    }
}

#[test]
fn two_tabs_survive_without_a_lock_and_without_hearing_each_other() {
    for storage in [TokenStorage::Cookie, TokenStorage::Hybrid, TokenStorage::Local] {
        let world = World::new();
        world.door.off.set(true);
        world.deaf.set(true);
        let (first, second) = two(&world, storage);
        let _keep = (world.go(Engine::keep(Rc::downgrade(&first.engine))), world.go(Engine::keep(Rc::downgrade(&second.engine))));
        for round in 0..60 {
            world.sleep(f64::from(round % 7) * 60_000.0);
            if round % 5 == 0 {
                world.server.fault(REFRESH, Fault::Lost);
            }
            if round % 3 == 0 {
                world.server.forget_access();
            }
            let calls = world.go(join(first.feed(), second.feed()));
            world.pass(10_000.0);
            assert!(calls.borrow().is_some());
            assert!(first.engine.phase().viewer().is_some(), "{storage:?} {round} {:?}", first.engine.phase());
            assert!(second.engine.phase().viewer().is_some(), "{storage:?} {round} {:?}", second.engine.phase());
        }
        world.pass(70_000.0);
        assert_eq!(world.run(join(first.feed(), second.feed())), (Ok(200), Ok(200)), "{storage:?}");
    }
}

#[test]
fn a_log_out_shows_in_every_tab_at_once() {
    for storage in [TokenStorage::Cookie, TokenStorage::Hybrid, TokenStorage::Local] {
        let world = World::new();
        let (first, second) = two(&world, storage);
        drop(first.engine.log_out());
        assert_eq!(second.engine.phase(), Phase::Ended(Why::LoggedOut), "{storage:?}");
    }
}

#[test]
fn a_log_out_that_another_tab_buries_is_written_down_again_and_told() {
    for heard in [true, false] {
        let world = World::new();
        // The word, if it comes, comes last.
        world.deaf.set(true);
        let (first, second) = two(&world, TokenStorage::Local);
        let keeper = if heard { &second } else { &first };
        let _keep = world.go(Engine::keep(Rc::downgrade(&keeper.engine)));
        let before = world.store.load().unwrap();
        world.server.fault("/api/session", Fault::Down);
        // The tab that logs out is gone before it can try again, if another one has heard it.
        let left = world.go(first.engine.log_out());
        assert!(left.borrow().is_some());
        // What a tab in another process was granted at that moment, and stores.
        world.store.save(&before);
        if heard {
            world.tell_all(Message::LoggedOut { session_id: before.session_id(), why: Why::LoggedOut });
        }
        world.pass(10_000.0);
        assert_eq!(world.server.count("DELETE", "/api/session"), 2, "heard: {heard}");
        assert_eq!(world.server.ended(before.session_id()), Some(Why::LoggedOut), "heard: {heard}");
        assert_eq!(world.store.load(), None, "heard: {heard}");
    }
}

#[test]
fn a_session_that_moved_away_was_not_cleared_also_where_the_word_is_faster_than_the_store() {
    for (between, why) in [(2_000.0, Why::Moved), (20_000.0, Why::Cleared)] {
        let world = World::new();
        let (_, other) = two(&world, TokenStorage::Local);
        let session_id = world.store.load().unwrap().session_id();
        world.tell_all(Message::Granted { session_id, generation: 1 });
        world.sleep(between);
        // Now it is to be seen that the tokens are in another tab's storage, or else somebody has cleared everything.
        world.store.clear();
        let engine = other.engine.clone();
        world.go(async move { engine.wake().await });
        world.pass(2_000.0);
        assert_eq!(other.engine.phase(), Phase::Ended(why));
    }
}

#[test]
fn a_tab_that_wakes_late_brings_no_logged_out_session_back() {
    let world = World::new();
    let (first, second) = two(&world, TokenStorage::Cookie);
    let before = world.store.load().unwrap();
    world.run(first.engine.log_out());
    // Frozen until now, another tab stores what it was granted before.
    world.store.save(&before);
    world.tell_all(Message::Granted { session_id: before.session_id(), generation: 2 });
    for tab in [first, second] {
        assert_eq!(tab.engine.phase(), Phase::Ended(Why::LoggedOut));
    }
}

#[test]
fn a_tab_that_did_not_hear_of_a_log_out_finds_it_in_the_store() {
    let world = World::new();
    world.deaf.set(true);
    let (first, second) = two(&world, TokenStorage::Local);
    drop(first.engine.log_out());
    assert!(second.engine.moved());
    let engine = second.engine.clone();
    world.run(async move { engine.wake().await });
    assert_eq!(second.engine.phase(), Phase::Ended(Why::LoggedOut));
}

#[test]
fn a_log_in_shows_in_tabs_that_nobody_was_logged_in_to() {
    let world = World::new();
    let (first, second) = (world.tab(&Boot::default()), world.tab(&Boot::default()));
    let viewer = world.log_in(&first, "mina", TokenStorage::Cookie).unwrap();
    assert_eq!(second.engine.phase(), Phase::Active(viewer));
}

#[test]
fn another_account_stops_a_tab_and_voids_what_was_asked_for_the_first() {
    for storage in [TokenStorage::Cookie, TokenStorage::Hybrid, TokenStorage::Local] {
        let world = World::new();
        let (first, second) = two(&world, storage);
        let mina = second.engine.phase().viewer().unwrap().clone();
        world.run(second.feed()).unwrap();
        world.server.fault("/api/feed", Fault::Slow(1000.0));
        let late = world.go(second.feed());
        let rover = world.log_in(&first, "rover", storage).unwrap();
        assert_eq!(second.engine.phase(), switched(&mina, &rover), "{storage:?}");
        world.pass(1000.0);
        assert_eq!(late.take().unwrap().unwrap_err().code, Code::WrongAccount);
        // Nothing is asked for as somebody else: there are no tokens here any more, and no account to name.
        world.sleep(3_600_000.0);
        world.server.seen.borrow_mut().clear();
        drop(world.go(Engine::keep(Rc::downgrade(&second.engine))));
        let engine = second.engine.clone();
        world.run(async move { engine.wake().await });
        world.pass(60_000.0);
        assert!(world.server.seen.borrow().iter().all(|request| request.bearer.is_none() && request.account.is_none()), "{storage:?}");
        assert_eq!(world.server.count("POST", REFRESH), 0, "{storage:?}");
        assert_eq!(second.engine.phase(), switched(&mina, &rover), "{storage:?}");
    }
}

fn switched(mine: &Viewer, now: &Viewer) -> Phase {
    Phase::Switched { mine: Box::new(mine.clone()), now: Box::new(now.clone()) }
}

#[test]
fn a_tab_that_was_stopped_goes_on_when_its_own_account_is_back() {
    let world = World::new();
    let (first, second) = two(&world, TokenStorage::Local);
    world.log_in(&first, "rover", TokenStorage::Local).unwrap();
    let nora = world.log_in(&first, "nora", TokenStorage::Local).unwrap();
    assert!(matches!(second.engine.phase(), Phase::Switched { now, .. } if *now == nora), "the latest is named");
    let mina = world.log_in(&first, "mina", TokenStorage::Local).unwrap();
    assert_eq!(second.engine.phase(), Phase::Active(mina));
    assert_eq!(world.run(second.feed()), Ok(200));
    // Or when it is asked for here.
    world.log_in(&first, "rover", TokenStorage::Local).unwrap();
    let mina = world.log_in(&second, "mina", TokenStorage::Local).unwrap();
    assert_eq!(second.engine.phase(), Phase::Active(mina));
    assert!(matches!(first.engine.phase(), Phase::Switched { .. }));
}

#[test]
fn the_same_account_with_another_session_is_no_switch() {
    let world = World::new();
    let (first, second) = two(&world, TokenStorage::Cookie);
    let mina = world.log_in(&first, "mina", TokenStorage::Cookie).unwrap();
    assert_eq!(second.engine.phase(), Phase::Active(mina));
}

/// Somebody switched without scripts: no tab has heard of it, the store does not know it, and the cookies are another account's.
#[test]
fn cookies_of_another_account_are_noticed_by_a_refusal_and_by_a_refresh() {
    for (storage, by_refresh) in [(TokenStorage::Cookie, false), (TokenStorage::Cookie, true), (TokenStorage::Hybrid, true)] {
        let world = World::new();
        let mina = world.mina(storage);
        let me = mina.engine.phase().viewer().unwrap().clone();
        let other = world.tab_over(&Boot::default(), Rc::new(MemoryStore::default()));
        world.deaf.set(true);
        let rover = world.log_in(&other, "rover", storage).unwrap();
        if by_refresh {
            world.sleep(3_600_000.0);
        } else {
            world.server.fault("/api/feed", Fault::Refused(Problem::new(Code::WrongAccount)));
            let said = Box::leak(serde_json::to_string(&rover).unwrap().into_boxed_str());
            world.server.fault("/api/me", Fault::Says(200, said));
        }
        assert_eq!(world.run(mina.feed()).unwrap_err().code, Code::WrongAccount, "{storage:?}");
        assert_eq!(mina.engine.phase(), switched(&me, &rover), "{storage:?}");
        if by_refresh {
            let Some(Record::Session(kept)) = world.store.load() else { panic!("a session") };
            assert_eq!(kept.viewer, rover, "the other account has lost nothing: its tokens are in the cookies, and the tabs know");
        }
    }
}

/// Its cookies would be put over those of the new session, and whoever has just logged in would be out again.
#[test]
fn a_log_in_waits_for_the_answer_to_another_tabs_refresh() {
    for (storage, login) in [(TokenStorage::Cookie, "rover"), (TokenStorage::Hybrid, "mina")] {
        let world = World::new();
        let (first, second) = two(&world, storage);
        world.sleep(3_600_000.0);
        world.server.fault(REFRESH, Fault::Late(1_000.0));
        let late = world.go(second.feed());
        let engine = first.engine.clone();
        let form = World::form(login, storage);
        let entered = world.go(async move { engine.log_in(form).await });
        assert!(late.borrow().is_none() && entered.borrow().is_none(), "{storage:?}: both are under way");
        world.pass(1_000.0);
        let viewer = entered.take().unwrap().unwrap();
        assert_eq!(first.engine.phase(), Phase::Active(viewer), "{storage:?}");
        world.sleep(3_600_000.0);
        assert_eq!(world.run(first.feed()), Ok(200), "{storage:?}: the cookies are those of the session that was begun last");
    }
}

#[test]
fn a_tab_that_did_not_hear_of_another_account_is_refused_and_stops() {
    let world = World::new();
    world.deaf.set(true);
    let (first, second) = two(&world, TokenStorage::Cookie);
    let rover = world.log_in(&first, "rover", TokenStorage::Cookie).unwrap();
    world.server.fault("/api/feed", Fault::Refused(Problem::new(Code::WrongAccount)));
    assert_eq!(world.run(second.feed()).unwrap_err().code, Code::WrongAccount);
    assert!(matches!(second.engine.phase(), Phase::Switched { now, .. } if *now == rover));
    assert!(world.server.seen.borrow().iter().filter(|request| request.path == "/api/feed").all(|request| request.account.is_some()));
}

#[test]
fn a_page_that_brings_an_unknown_session_tells_the_others() {
    let world = World::new();
    let (_, second) = two(&world, TokenStorage::Cookie);
    let rover =
        Viewer { session_id: Uuid::from_u128(9), account_id: Uuid::from_u128(9), ..second.engine.phase().viewer().unwrap().clone() };
    // Logged in without scripts: the cookies are there, and no record.
    world.tab(&Boot {
        viewer: Some(rover.clone()),
        storage: Some(TokenStorage::Cookie),
        generation: 1,
        expires_in: Some(300),
        ..Boot::default()
    });
    assert!(matches!(second.engine.phase(), Phase::Switched { now, .. } if *now == rover));
}

/// See [`crate::wire::session::patience`].
#[test]
fn a_refresh_is_not_waited_for_longer_than_the_race_goes_on() {
    for storage in TokenStorage::IN_A_BROWSER {
        let world = World::new();
        let mina = world.mina(storage);
        world.sleep(3_600_000.0);
        assert_eq!(world.run(mina.feed()), Ok(200));
        let seen = world.server.seen.borrow();
        let waits: Vec<_> = seen.iter().filter(|request| request.path == REFRESH).map(|request| request.patience).collect();
        assert_eq!(waits, [crate::wire::session::patience(300)], "{storage:?}");
    }
}

#[test]
fn a_session_of_one_tab_alone_is_not_touched_by_the_others() {
    let world = World::new();
    let own = Rc::new(MemoryStore::default());
    let alone = world.tab_over(&Boot::default(), own);
    let mina = world.log_in(&alone, "mina", TokenStorage::Memory).unwrap();
    let other = world.tab(&Boot::default());
    world.log_in(&other, "rover", TokenStorage::Cookie).unwrap();
    assert_eq!(alone.engine.phase(), Phase::Active(mina));
    drop(other.engine.log_out());
    assert!(alone.engine.phase().viewer().is_some());
}

#[test]
fn an_older_grant_does_not_bury_a_newer_one() {
    let world = World::new();
    world.door.off.set(true);
    let mina = world.mina(TokenStorage::Local);
    world.sleep(3_600_000.0);
    world.server.fault(REFRESH, Fault::Slow(500.0));
    let feed = world.go(mina.feed());
    let Some(Record::Session(mut kept)) = world.store.load() else { panic!("a session") };
    (kept.generation, kept.stamp) = (9, 9);
    world.store.save(&Record::Session(kept));
    world.pass(500.0);
    assert!(feed.borrow().is_some());
    let Some(Record::Session(kept)) = world.store.load() else { panic!("a session") };
    assert_eq!(kept.generation, 9);
}

#[test]
fn a_newer_grant_that_an_older_one_has_buried_is_put_back() {
    for heard in [true, false] {
        let world = World::new();
        world.door.off.set(true);
        let (first, second) = two(&world, TokenStorage::Local);
        let Some(Record::Session(old)) = world.store.load() else { panic!("a session") };
        world.sleep(3_600_000.0);
        assert_eq!(world.run(join(first.feed(), second.feed())), (Ok(200), Ok(200)));
        let newer = world.store.load().unwrap();
        // What a tab in another process stores that has not seen the newer one yet.
        let (session_id, generation) = (old.viewer.session_id, old.generation);
        world.store.save(&Record::Session(Kept { stamp: 9, ..old }));
        if heard {
            world.tell_all(Message::Granted { session_id, generation });
            assert_eq!(world.store.load(), Some(newer), "for the page that is opened next");
        }
        world.sleep(3_600_000.0);
        assert_eq!(world.run(join(first.feed(), second.feed())), (Ok(200), Ok(200)), "nobody shows the older token again");
    }
}

/// What a tab has to itself, and whether it came as a copy.
struct OfOneTab(MemoryStore, bool);

impl TokenStore for OfOneTab {
    fn load(&self) -> Option<Record> {
        self.0.load()
    }
    fn save(&self, record: &Record) {
        self.0.save(record);
    }
    fn clear(&self) {
        self.0.clear();
    }
    fn copied(&self) -> bool {
        self.1
    }
}

/// mina's tab, and a duplicate of it that knows what it is.
fn duplicated(world: &Rc<World>) -> (Tab, Tab) {
    let mina = world.mina(TokenStorage::Session);
    let copy = MemoryStore::default();
    copy.save(&world.store.load().unwrap());
    let twin = world.tab_over(&Boot::default(), Rc::new(OfOneTab(copy, true)));
    (mina, twin)
}

#[test]
fn a_duplicated_tab_gets_a_session_of_its_own_and_both_go_on() {
    for twin_first in [true, false] {
        let world = World::new();
        let (mina, twin) = duplicated(&world);
        let session_of = |tab: &Tab| tab.engine.phase().viewer().unwrap().session_id;
        assert_ne!(session_of(&mina), session_of(&twin));
        for _ in 0..3 {
            world.sleep(3_600_000.0);
            let (first, second) = if twin_first { (&twin, &mina) } else { (&mina, &twin) };
            assert_eq!(world.run(first.feed()), Ok(200));
            world.sleep(3_600_000.0);
            assert_eq!(world.run(second.feed()), Ok(200), "nobody took it for theft");
        }
        drop(twin.engine.log_out());
        assert_eq!(world.run(mina.feed()), Ok(200), "each logs out for itself");
    }
}

#[test]
fn what_a_duplicated_tab_asks_at_once_waits_for_its_own_session() {
    let world = World::new();
    world.server.fault("/api/session/fork", Fault::Slow(1000.0));
    let (mina, twin) = duplicated(&world);
    let feed = world.go(twin.feed());
    assert_eq!(world.run(mina.feed()), Ok(200));
    assert!(feed.borrow().is_none());
    world.pass(1000.0);
    assert_eq!(feed.take(), Some(Ok(200)));
}

#[test]
fn a_duplicated_tab_that_gets_no_session_of_its_own_leaves_its_twin_alone() {
    let world = World::new();
    world.server.fault("/api/session/fork", Fault::Refused(Problem::new(Code::InvalidToken)));
    let (mina, twin) = duplicated(&world);
    assert_eq!(twin.engine.phase(), Phase::Ended(Why::Unknown));
    world.sleep(3_600_000.0);
    assert_eq!(world.run(mina.feed()), Ok(200));
}

#[test]
fn a_fork_that_fails_for_now_is_tried_again() {
    let world = World::new();
    world.server.fault("/api/session/fork", Fault::Lost);
    world.server.fault("/api/session/fork", Fault::Says(503, "busy"));
    let (mina, twin) = duplicated(&world);
    assert_eq!(world.run(twin.feed()), Ok(200), "the copied access token is good for now");
    world.pass(10_000.0);
    assert_eq!(world.run(twin.feed()), Ok(200));
    assert_ne!(mina.engine.phase().viewer().unwrap().session_id, twin.engine.phase().viewer().unwrap().session_id);
    assert_eq!(world.run(twin.feed()), Ok(200));
    assert_eq!(world.server.count("POST", REFRESH), 0, "the copy was shown for nothing else");
}

#[test]
fn a_session_that_moves_into_one_tab_is_given_up_by_the_others() {
    let world = World::new();
    let (first, second) = two(&world, TokenStorage::Local);
    // Out of what the tabs share, into what they do not.
    let engine = first.engine.clone();
    let change = Change { storage: Some(TokenStorage::Memory), ..Change::default() };
    world.deaf.set(true);
    world.run(async move { engine.change(change).await }).unwrap();
    let Some(Record::Session(kept)) = world.store.load() else { panic!("a session") };
    world.store.clear();
    world.deaf.set(false);
    let moved = Message::Granted { session_id: kept.viewer.session_id, generation: kept.generation };
    world.tell_all(moved);
    assert_eq!(second.engine.phase(), Phase::Ended(Why::Moved));
    assert_eq!(world.server.ended(kept.viewer.session_id), None, "it goes on in the other");
}

#[test]
fn a_duplicated_tab_that_does_not_know_it_gives_its_copy_up_and_the_session_lives() {
    let world = World::new();
    let mina = world.mina(TokenStorage::Session);
    let copy = Rc::new(MemoryStore::default());
    copy.save(&world.store.load().unwrap());
    let twin = world.tab_over(&Boot::default(), copy.clone());
    assert_eq!(world.run(twin.feed()), Ok(200));
    world.sleep(3_600_000.0);
    assert_eq!(world.run(mina.feed()), Ok(200));
    assert!(copy.load().is_none());
    assert_eq!(twin.engine.phase(), Phase::Ended(Why::Unknown));
    world.sleep(3_600_000.0);
    assert_eq!(world.run(mina.feed()), Ok(200), "nobody took it for theft");
}

#[test]
fn an_access_token_in_memory_stays_good_when_another_tab_refreshes() {
    let world = World::new();
    let (first, second) = two(&world, TokenStorage::Hybrid);
    let engine = second.engine.clone();
    world.run(async move { engine.refresh(0).await });
    world.server.seen.borrow_mut().clear();
    assert_eq!(world.run(first.feed()), Ok(200));
    assert_eq!(world.server.count("POST", REFRESH), 0);
}

#[test]
fn another_tabs_refresh_is_no_reason_to_show_a_refused_token_again() {
    let world = World::new();
    let (first, second) = two(&world, TokenStorage::Hybrid);
    assert_eq!(world.run(second.feed()), Ok(200));
    world.server.fault("/api/feed", Fault::Slow(1_000.0));
    let call = world.go(first.feed());
    // While it is on its way, the other tab refreshes. In `hybrid` its access token stays there.
    world.server.forget_access();
    assert_eq!(world.run(second.feed()), Ok(200));
    world.pass(1_000.0);
    assert_eq!(call.borrow_mut().take(), Some(Ok(200)), "with a token of its own");
}

#[test]
fn a_tab_that_finds_its_store_empty_waits_for_the_word_of_the_one_that_emptied_it() {
    for told in [true, false] {
        let world = World::new();
        let mina = world.mina(TokenStorage::Local);
        let session_id = mina.engine.phase().viewer().unwrap().session_id;
        world.store.clear();
        let engine = mina.engine.clone();
        let looked = world.go(async move { engine.wake().await });
        assert!(looked.borrow().is_none() && mina.engine.phase().viewer().is_some(), "not yet");
        if told {
            world.tell_all(Message::Granted { session_id, generation: 9 });
        }
        world.pass(1_000.0);
        assert_eq!(mina.engine.phase(), Phase::Ended(if told { Why::Moved } else { Why::Cleared }));
    }
}
