//! A duplicated tab gets a session of its own.

use serde_json::{Value, json};

use crate::world::{Reply, Tab, World, on_both};

on_both!(
    a_duplicated_tab_gets_a_session_of_its_own_and_both_go_on,
    a_thief_in_another_browser_gets_no_fork,
    only_a_session_that_lives_in_a_tab_is_forked,
    a_fork_lives_no_longer_than_what_it_was_forked_from,
    a_reuse_ends_the_whole_family_and_nobody_else,
    a_replaced_token_shown_for_a_fork_elsewhere_is_a_reuse,
    a_copy_that_comes_too_late_gets_nothing_and_its_twin_goes_on,
    the_cookies_of_other_sessions_are_not_looked_at,
);

/// A browser in which mina is logged in, in one tab, and the grant.
async fn browser(world: &World, storage: &str, save: bool) -> (Tab, Value) {
    let mut browser = world.tab();
    let body = json!({"login": "mina", "password": "correct-horse-mina", "storage": storage, "save": save});
    let grant = browser.post("/api/session", &body).await.json();
    (browser, grant)
}

async fn show(tab: &mut Tab, path: &str, grant: &Value) -> Reply {
    tab.post(path, &json!({"refresh": grant["refresh"]})).await
}

const FORK: &str = "/api/session/fork";
const REFRESH: &str = "/api/session/refresh";

async fn used(world: &World, tab: &mut Tab, grant: &Value) {
    tab.bearer = Some(grant["access"].as_str().unwrap().to_owned());
    assert_eq!(tab.get("/api/me").await.status, 200);
    tab.bearer = None;
    world.settle().await;
}

async fn a_duplicated_tab_gets_a_session_of_its_own_and_both_go_on(world: World) {
    for (storage, save) in [("session", false), ("session", true), ("local", false)] {
        let (mut browser, mut first) = browser(&world, storage, save).await;
        let reply = show(&mut browser, FORK, &first).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        let mut second = reply.json();
        assert_ne!(first["viewer"]["session_id"], second["viewer"]["session_id"]);
        assert_eq!((&second["storage"], &second["saved"], &second["generation"]), (&json!(storage), &json!(save), &json!(1)));
        assert_eq!(first["viewer"]["account_id"], second["viewer"]["account_id"]);
        for _ in 0..3 {
            for grant in [&mut first, &mut second] {
                used(&world, &mut browser, grant).await;
                world.pass(240);
                let reply = show(&mut browser, REFRESH, grant).await;
                assert_eq!(reply.status, 200);
                *grant = reply.json();
            }
        }
        // A copy of the copy.
        let third = show(&mut browser, FORK, &second).await;
        assert_eq!(third.status, 200);
        assert_ne!(third.json()["viewer"]["session_id"], second["viewer"]["session_id"]);
    }
}

async fn a_thief_in_another_browser_gets_no_fork(world: World) {
    let (_, grant) = browser(&world, "session", false).await;
    let (mut other, _) = browser(&world, "session", false).await;
    for thief in [&mut world.tab(), &mut other] {
        let reply = show(thief, FORK, &grant).await;
        assert_eq!((reply.status.as_u16(), reply.code()), (401, "invalid_token".into()));
    }
    assert_eq!(world.count("select count(*) from sessions where family is not null").await, 0);
}

async fn only_a_session_that_lives_in_a_tab_is_forked(world: World) {
    for (storage, save) in [("local", true), ("memory", true), ("native", true)] {
        let (mut tab, grant) = browser(&world, storage, save).await;
        assert_eq!(show(&mut tab, FORK, &grant).await.code(), "invalid_token", "{storage}");
    }
    let (mut tab, _) = browser(&world, "cookie", true).await;
    assert_eq!(tab.post(FORK, &json!({})).await.code(), "unauthenticated");
    // Moved into a tab, it can be.
    let (mut tab, grant) = browser(&world, "memory", false).await;
    let moved = tab.json(axum::http::Method::PATCH, "/api/session", &json!({"storage": "session", "refresh": grant["refresh"]})).await;
    assert_eq!(show(&mut tab, FORK, &moved.json()).await.status, 200);
}

async fn a_fork_lives_no_longer_than_what_it_was_forked_from(world: World) {
    let (mut tab, mut grant) = browser(&world, "session", false).await;
    let end = grant["session_expires_at"].clone();
    for _ in 0..15 {
        world.pass(11 * 60 * 60);
        let reply = show(&mut tab, FORK, &grant).await;
        if reply.status != 200 {
            assert_eq!(reply.reason(), "idle", "the first one was not used for twelve hours, and its fork is none the older");
            return;
        }
        grant = reply.json();
        assert_eq!(grant["session_expires_at"], end);
    }
    world.pass(11 * 60 * 60);
    assert_eq!(show(&mut tab, FORK, &grant).await.reason(), "age");
}

async fn a_reuse_ends_the_whole_family_and_nobody_else(world: World) {
    let (mut tab, first) = browser(&world, "session", false).await;
    let (mut stranger, other) = browser(&world, "session", false).await;
    let second = show(&mut tab, FORK, &first).await.json();
    let third = show(&mut tab, FORK, &second).await.json();
    world.pass(240);
    let newer = show(&mut tab, REFRESH, &second).await.json();
    used(&world, &mut tab, &newer).await;
    world.pass(31);
    assert_eq!(show(&mut world.tab(), REFRESH, &second).await.reason(), "reuse");
    for grant in [&first, &newer, &third] {
        assert_eq!(show(&mut tab, REFRESH, grant).await.reason(), "reuse");
        tab.bearer = Some(grant["access"].as_str().unwrap().to_owned());
        assert_eq!(tab.get("/api/me").await.status, 401, "at once");
        tab.bearer = None;
    }
    assert_eq!(show(&mut stranger, REFRESH, &other).await.status, 200, "another log-in of the same account goes on");
    assert_eq!(
        world.count("select count(*) from mails where subject = 'We ended one of your sessions'").await,
        1,
        "the owner is told once"
    );
    assert_eq!(world.count("select count(*) from events where kind = 'refresh_token_reused'").await, 1);
}

async fn a_replaced_token_shown_for_a_fork_elsewhere_is_a_reuse(world: World) {
    let (mut tab, first) = browser(&world, "session", false).await;
    let newer = show(&mut tab, REFRESH, &first).await.json();
    used(&world, &mut tab, &newer).await;
    world.pass(31);
    assert_eq!(show(&mut world.tab(), FORK, &first).await.reason(), "reuse");
    assert_eq!(show(&mut tab, REFRESH, &newer).await.reason(), "reuse");
}

async fn a_copy_that_comes_too_late_gets_nothing_and_its_twin_goes_on(world: World) {
    let (mut tab, first) = browser(&world, "session", false).await;
    let newer = show(&mut tab, REFRESH, &first).await.json();
    used(&world, &mut tab, &newer).await;
    world.pass(31);
    assert_eq!(show(&mut tab, FORK, &first).await.code(), "invalid_token");
    assert_eq!(show(&mut tab, REFRESH, &newer).await.status, 200);
}

async fn the_cookies_of_other_sessions_are_not_looked_at(world: World) {
    let (mut tab, grant) = browser(&world, "session", false).await;
    tab.post("/api/session", &json!({"login": "rover", "password": "correct-horse-rover"})).await;
    let before = tab.jar.clone();
    let reply = show(&mut tab, FORK, &grant).await;
    assert_eq!((reply.status.as_u16(), &reply.json()["viewer"]["username"]), (200, &json!("mina")));
    assert_eq!(tab.jar.get(crate::world::REFRESH), before.get(crate::world::REFRESH), "rover's session is none of its business");
}
