//! A living session moves to another token storage.

use axum::http::Method;
use serde_json::{Value, json};

use crate::world::{ACCESS, REFRESH, Reply, Tab, World, on_both};

on_both!(
    tokens_move_between_every_two_storages_and_leave_no_cookie_behind,
    what_scripts_could_not_read_moves_to_where_they_can_only_with_the_password,
    guesses_at_the_password_are_counted,
    a_move_whose_answer_was_lost_is_made_up_for_by_the_next_refresh,
    a_change_of_nothing_is_refused,
    a_move_keeps_the_limits,
);

const STORAGES: [&str; 6] = ["cookie", "hybrid", "local", "session", "memory", "native"];
const PASSWORD: &str = "correct-horse-mina";

/// A tab of mina's, and the refresh token where it is hers to keep.
async fn logged_in(world: &World, storage: &str) -> (Tab, Option<Value>) {
    let mut tab = world.tab();
    let reply = tab.post("/api/session", &json!({"login": "mina", "password": PASSWORD, "storage": storage, "save": true})).await;
    assert_eq!(reply.status, 200);
    (tab, held(&reply))
}

fn held(reply: &Reply) -> Option<Value> {
    reply.json().get("refresh").cloned()
}

fn body(mut fields: Value, refresh: Option<&Value>) -> Value {
    if let Some(refresh) = refresh {
        fields["refresh"] = refresh.clone();
    }
    fields
}

async fn tokens_move_between_every_two_storages_and_leave_no_cookie_behind(world: World) {
    for from in STORAGES {
        for to in STORAGES {
            let (mut tab, refresh) = logged_in(&world, from).await;
            let change = body(json!({"storage": to, "password": PASSWORD}), refresh.as_ref());
            let reply = tab.json(Method::PATCH, "/api/session", &change).await;
            assert_eq!(reply.status, 200, "{from} to {to}: {}", reply.text);
            let grant = reply.json();
            assert_eq!((&grant["storage"], &grant["saved"], &grant["generation"]), (&json!(to), &json!(true), &json!(2)));
            let in_cookies = (to == "cookie", to == "cookie" || to == "hybrid");
            assert_eq!((tab.jar.contains_key(ACCESS), tab.jar.contains_key(REFRESH)), in_cookies, "{from} to {to}: the jar");
            assert_eq!((grant.get("access").is_none(), grant.get("refresh").is_none()), in_cookies, "{from} to {to}: the body");
            assert_eq!(tab.jar.get("__Host-storage").map(String::as_str), ["local", "session"].contains(&to).then_some(to));

            // It goes on from there, and the row remembers.
            let refreshed = tab.post("/api/session/refresh", &body(json!({}), grant.get("refresh"))).await;
            assert_eq!((refreshed.status.as_u16(), &refreshed.json()["storage"]), (200, &json!(to)), "{from} to {to}");
        }
    }
}

async fn what_scripts_could_not_read_moves_to_where_they_can_only_with_the_password(world: World) {
    for (from, to) in [("cookie", "local"), ("cookie", "hybrid"), ("cookie", "native"), ("hybrid", "memory"), ("hybrid", "session")] {
        let (mut tab, _) = logged_in(&world, from).await;
        let jar = tab.jar.clone();
        let without = tab.json(Method::PATCH, "/api/session", &json!({"storage": to})).await;
        assert_eq!((without.status.as_u16(), without.code()), (422, "invalid_fields".into()), "{from} to {to}");
        assert_eq!(without.json()["fields"][0]["name"], "password");
        let wrong = tab.json(Method::PATCH, "/api/session", &json!({"storage": to, "password": "correct-horse-rover"})).await;
        assert_eq!((wrong.status.as_u16(), wrong.code()), (401, "invalid_credentials".into()), "{from} to {to}");
        assert!(without.sets_no_cookie() && wrong.sets_no_cookie());
        assert_eq!(tab.jar, jar);
        let refreshed = tab.refresh().await;
        assert_eq!((refreshed.status.as_u16(), &refreshed.json()["storage"]), (200, &json!(from)), "nothing has changed");
        assert!(refreshed.json().get("refresh").is_none());
    }
    for (from, to) in [("local", "cookie"), ("memory", "hybrid"), ("hybrid", "cookie"), ("session", "local")] {
        let (mut tab, refresh) = logged_in(&world, from).await;
        let reply = tab.json(Method::PATCH, "/api/session", &body(json!({"storage": to}), refresh.as_ref())).await;
        assert_eq!(reply.status, 200, "{from} to {to} hides, or shows no more than before");
    }
}

async fn guesses_at_the_password_are_counted(world: World) {
    let (mut tab, _) = logged_in(&world, "cookie").await;
    let mut codes = Vec::new();
    for _ in 0..12 {
        codes.push(tab.json(Method::PATCH, "/api/session", &json!({"storage": "local", "password": "a guess"})).await.code());
    }
    assert_eq!(codes.first().map(String::as_str), Some("invalid_credentials"));
    assert_eq!(codes.last().map(String::as_str), Some("throttled"));
    assert_eq!(tab.refresh().await.status, 200, "and the session goes on");
}

async fn a_move_whose_answer_was_lost_is_made_up_for_by_the_next_refresh(world: World) {
    // Out of the cookies: the browser still has the old one, which brings the successor to where it now belongs.
    let (mut tab, _) = logged_in(&world, "cookie").await;
    let before = tab.jar.clone();
    tab.json(Method::PATCH, "/api/session", &json!({"storage": "local", "password": PASSWORD})).await;
    tab.jar = before;
    let reply = tab.refresh().await;
    assert_eq!((reply.status.as_u16(), &reply.json()["storage"]), (200, &json!("local")));
    assert!(held(&reply).is_some());
    assert!(!tab.jar.contains_key(ACCESS) && !tab.jar.contains_key(REFRESH), "the old copies are gone");

    // Into the cookies: the old token in the body brings them, and nothing is left for scripts.
    let (mut tab, refresh) = logged_in(&world, "local").await;
    tab.stolen().json(Method::PATCH, "/api/session", &body(json!({"storage": "cookie"}), refresh.as_ref())).await;
    let reply = tab.post("/api/session/refresh", &body(json!({}), refresh.as_ref())).await;
    assert_eq!((reply.status.as_u16(), &reply.json()["storage"]), (200, &json!("cookie")));
    assert!(held(&reply).is_none() && tab.jar.contains_key(REFRESH));
    assert_eq!(tab.refresh().await.status, 200);

    // The same right after a refresh, when there is no next generation.
    let (mut tab, refresh) = logged_in(&world, "local").await;
    let refresh = held(&tab.post("/api/session/refresh", &body(json!({}), refresh.as_ref())).await);
    tab.stolen().json(Method::PATCH, "/api/session", &body(json!({"storage": "cookie"}), refresh.as_ref())).await;
    let reply = tab.post("/api/session/refresh", &body(json!({}), refresh.as_ref())).await;
    assert_eq!((reply.status.as_u16(), &reply.json()["storage"]), (200, &json!("cookie")));
    assert!(tab.jar.contains_key(REFRESH), "the browser has not got it yet");
    assert_eq!(tab.refresh().await.status, 200);
}

async fn a_change_of_nothing_is_refused(world: World) {
    let (mut tab, _) = logged_in(&world, "cookie").await;
    let reply = tab.json(Method::PATCH, "/api/session", &json!({})).await;
    assert_eq!((reply.status.as_u16(), reply.code()), (400, "malformed_request".into()));
    let reply = tab.json(Method::PATCH, "/api/session", &json!({"storage": "indexeddb"})).await;
    assert_eq!(reply.status, 400);
}

async fn a_move_keeps_the_limits(world: World) {
    let mut tab = world.tab_of("mina").await;
    world.pass(6 * 24 * 60 * 60 / 12);
    let first = tab.json(Method::PATCH, "/api/session", &json!({"storage": "hybrid", "password": PASSWORD})).await;
    assert_eq!(first.status, 401, "twelve hours unused: {}", first.text);

    let (mut tab, mut refresh) = logged_in(&world, "local").await;
    for day in 0..366 {
        world.pass(24 * 60 * 60);
        let to = if day % 2 == 0 { "session" } else { "local" };
        let reply = tab.json(Method::PATCH, "/api/session", &body(json!({"storage": to}), refresh.as_ref())).await;
        if day == 364 {
            assert_eq!(reply.reason(), "age", "moving about does not prolong it");
            return;
        }
        refresh = held(&reply);
    }
}
