//! Where an account is logged in.

use axum::http::Method;
use serde_json::{Value, json};

use crate::world::{Tab, World, on_both};

on_both!(
    every_browser_is_listed_once_and_no_token_with_it,
    one_browser_is_logged_out_from_another,
    anothers_session_is_not_there,
    a_duplicated_tab_ends_with_its_browser,
    all_others_end_with_the_password_and_not_without,
    guesses_at_the_password_are_counted_like_log_ins,
    a_browser_is_called_what_its_owner_calls_it,
);

const FIREFOX: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0";

async fn firefox(world: &World) -> Tab {
    let mut tab = world.tab().with_header("user-agent", FIREFOX);
    tab.post("/api/session", &json!({"login": "mina", "password": "correct-horse-mina", "save": true})).await;
    tab
}

async fn list(tab: &mut Tab) -> Vec<Value> {
    let reply = tab.get("/api/sessions").await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    reply.json().as_array().unwrap().clone()
}

fn id(row: &Value) -> String {
    row["session_id"].as_str().unwrap().to_owned()
}

async fn every_browser_is_listed_once_and_no_token_with_it(world: World) {
    let mut tab = world.tab_of("mina").await;
    world.pass(200);
    let mut other = firefox(&world).await;
    world.tab_of("rover").await;
    let reply = tab.get("/api/sessions").await;
    for secret in tab.jar.values().chain(other.jar.values()) {
        assert!(!reply.text.contains(secret.as_str()));
    }
    let rows = reply.json().as_array().unwrap().clone();
    assert_eq!(rows.len(), 2, "{rows:?}");
    assert_eq!((&rows[0]["current"], &rows[1]["current"]), (&json!(true), &json!(false)), "this browser first");
    assert_eq!((&rows[0]["saved"], &rows[0]["storage"]), (&json!(false), &json!("cookie")));
    assert_eq!((&rows[1]["saved"], &rows[1]["device"]), (&json!(true), &json!("Firefox on Windows")));
    let times = |row: &Value| (row["created_at"].as_i64().unwrap(), row["last_used_at"].as_i64().unwrap());
    assert_eq!(times(&rows[1]), (1_800_000_200_000, 1_800_000_200_000));
    assert_eq!(times(&rows[0]), (1_800_000_000_000, 1_800_000_200_000), "this very request is a use");

    // What cannot be used any more is not there.
    world.pass(13 * 60 * 60);
    assert_eq!(other.refresh().await.status, 200);
    assert_eq!(list(&mut other).await.len(), 1);
    assert_eq!(world.tab().get("/api/sessions").await.code(), "unauthenticated");
}

async fn one_browser_is_logged_out_from_another(world: World) {
    let mut tab = world.tab_of("mina").await;
    let mut other = firefox(&world).await;
    let rows = list(&mut tab).await;
    let path = format!("/api/sessions/{}", id(&rows[1]));
    for _ in 0..2 {
        assert_eq!(tab.send(Method::DELETE, &path, None).await.status, 204, "and what has ended stays ended");
    }
    assert_eq!(other.get("/api/me").await.code(), "invalid_token", "its access token is over at once");
    let reply = other.refresh().await;
    assert_eq!((reply.code(), reply.reason()), ("session_ended".into(), "elsewhere".into()));
    assert_eq!(other.get("/").await.header("location"), Some("/login?why=elsewhere"));
    assert!(other.get("/login?why=elsewhere").await.text.contains("You were logged out from another device."));
    assert_eq!(list(&mut tab).await.len(), 1);
    assert_eq!(world.count("select count(*) from events where kind = 'session_ended'").await, 1, "noted once");
}

async fn anothers_session_is_not_there(world: World) {
    let mut mina = world.tab_of("mina").await;
    let mut rover = world.tab_of("rover").await;
    let hers = id(&list(&mut mina).await[0]);
    for path in
        [format!("/api/sessions/{hers}"), "/api/sessions/01234567-89ab-7def-8123-456789abcdef".into(), "/api/sessions/nonsense".into()]
    {
        let reply = rover.send(Method::DELETE, &path, None).await;
        assert_eq!((reply.status.as_u16(), reply.code()), (404, "not_found".into()), "{path}");
        let reply = rover.json(Method::PATCH, &path, &json!({"name": "mine"})).await;
        assert_eq!(reply.status, 404, "{path}");
    }
    assert_eq!(mina.get("/api/me").await.status, 200);
}

async fn a_duplicated_tab_ends_with_its_browser(world: World) {
    let mut tab = world.tab_of("mina").await;
    let mut first = world.tab();
    let grant = first.post("/api/session", &json!({"login": "mina", "password": "correct-horse-mina", "storage": "session"})).await.json();
    world.pass(60);
    let fork = first.post("/api/session/fork", &json!({"refresh": grant["refresh"]})).await;
    assert_eq!(fork.status, 200, "{}", fork.text);
    let mut copy = first.stolen();
    copy.bearer = fork.json()["access"].as_str().map(str::to_owned);
    assert_eq!(copy.get("/api/me").await.status, 200);

    let rows = list(&mut tab).await;
    assert_eq!(rows.len(), 2, "two tabs of one browser are one row");
    assert_eq!(rows[1]["created_at"], json!(1_800_000_000_000_i64), "logged in since the first of them was");
    assert_eq!(list(&mut copy).await.iter().filter(|row| row["current"] == true).count(), 1);
    let path = format!("/api/sessions/{}", id(&rows[1]));
    assert_eq!(tab.send(Method::DELETE, &path, None).await.status, 204);
    assert_eq!(copy.get("/api/me").await.code(), "invalid_token");
    for token in [&grant["refresh"], &fork.json()["refresh"]] {
        let reply = world.tab().post("/api/session/refresh", &json!({"refresh": token})).await;
        assert_eq!(reply.reason(), "elsewhere");
        let reply = first.post("/api/session/fork", &json!({"refresh": token})).await;
        assert_eq!(reply.code(), "session_ended", "and nothing is forked from it any more");
    }
}

async fn all_others_end_with_the_password_and_not_without(world: World) {
    let mut tab = world.tab_of("mina").await;
    let (mut one, mut two) = (firefox(&world).await, firefox(&world).await);
    let mut rover = world.tab_of("rover").await;
    for (password, code) in [("", "invalid_fields"), ("correct-horse-rover", "invalid_credentials")] {
        let reply = tab.json(Method::DELETE, "/api/sessions", &json!({"password": password})).await;
        assert_eq!(reply.code(), code);
        assert_eq!(one.get("/api/me").await.status, 200, "nothing has ended");
    }
    let reply = tab.json(Method::DELETE, "/api/sessions", &json!({"password": "correct-horse-mina"})).await;
    assert_eq!((reply.status.as_u16(), &reply.json()["ended"]), (200, &json!(2)));
    for other in [&mut one, &mut two] {
        assert_eq!(other.get("/api/me").await.code(), "invalid_token");
        assert_eq!(other.refresh().await.reason(), "everywhere");
    }
    assert_eq!(tab.get("/api/me").await.status, 200, "this one goes on");
    assert_eq!(tab.refresh().await.status, 200);
    assert_eq!(rover.get("/api/me").await.status, 200, "and so does everybody else");
}

async fn guesses_at_the_password_are_counted_like_log_ins(world: World) {
    let mut tab = world.tab_of("mina").await;
    let mut codes = Vec::new();
    for _ in 0..12 {
        codes.push(tab.json(Method::DELETE, "/api/sessions", &json!({"password": "a guess"})).await.code());
    }
    assert_eq!((codes[0].as_str(), codes[11].as_str()), ("invalid_credentials", "throttled"));
}

async fn a_browser_is_called_what_its_owner_calls_it(world: World) {
    let mut tab = firefox(&world).await;
    let path = format!("/api/sessions/{}", id(&list(&mut tab).await[0]));
    for (name, device, named) in [("  Kitchen \u{202e}tablet ", "Kitchen tablet", true), (" ", "Firefox on Windows", false)] {
        assert_eq!(tab.json(Method::PATCH, &path, &json!({"name": name})).await.status, 204);
        let row = &list(&mut tab).await[0];
        assert_eq!((&row["device"], &row["named"]), (&json!(device), &json!(named)));
    }
}
