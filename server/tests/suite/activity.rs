//! What happened to an account's security, and "Was this you?"

use axum::http::Method;
use serde_json::{Value, json};

use crate::world::{Tab, World, on_both};

on_both!(
    the_history_tells_what_happened_and_only_ones_own,
    the_history_is_read_page_by_page_and_in_parts,
    a_log_in_from_a_new_browser_asks_its_owner,
    yes_it_was_me,
    no_ends_that_session_and_its_copies_at_once,
    an_alert_is_answered_once_and_by_its_owner,
    the_history_is_kept_for_90_days,
);

const PHONE: &str = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36";

async fn history(tab: &mut Tab, query: &str) -> Vec<Value> {
    let reply = tab.get(&format!("/api/activity{query}")).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    reply.json().as_array().unwrap().clone()
}

fn kinds(rows: &[Value]) -> Vec<&str> {
    rows.iter().map(|row| row["kind"].as_str().unwrap()).collect()
}

/// Somebody else logs in as mina, with the password and another browser.
async fn phone(world: &World) -> Tab {
    let mut tab = world.tab().with_header("user-agent", PHONE);
    let reply = tab.post("/api/session", &json!({"login": "mina", "password": "correct-horse-mina"})).await;
    assert_eq!(reply.status, 200);
    tab
}

async fn the_history_tells_what_happened_and_only_ones_own(world: World) {
    let mut thief = world.tab_of("mina").await.stolen();
    let mut tab = world.tab_of("mina").await;
    world.pass(1);
    world.tab().with_header("user-agent", PHONE).post("/api/session", &json!({"login": "MINA", "password": "wrong-horse-mina"})).await;
    world.tab().post("/api/session", &json!({"login": "nobody", "password": "wrong-horse-mina"})).await;
    world.pass(1);
    world.tab_of("rover").await;
    let copy = thief.stolen();
    thief.refresh().await;
    thief.get("/api/me").await;
    world.pass(31);
    let mut copy = copy;
    assert_eq!(copy.refresh().await.reason(), "reuse");

    let rows = history(&mut tab, "").await;
    assert_eq!(kinds(&rows), ["refresh_token_reused", "log_in_refused", "logged_in", "logged_in"], "newest first");
    assert_eq!((&rows[0]["result"], &rows[1]["result"], &rows[2]["result"]), (&json!("stopped"), &json!("refused"), &json!("done")));
    assert_eq!(rows[1]["device"], "Chrome on Android");
    assert_eq!(rows[1]["created_at"], json!(1_800_000_001_000_i64));
    assert!(rows.iter().all(|row| row["ip"].is_string()));
    world.pass(1);
    tab.log_out().await;
    world.pass(1);
    assert_eq!(kinds(&history(&mut world.tab_of("mina").await, "").await)[1], "logged_out");
    assert_eq!(world.tab().get("/api/activity").await.code(), "unauthenticated");
}

async fn the_history_is_read_page_by_page_and_in_parts(world: World) {
    let mut tab = world.tab_of("mina").await;
    for _ in 0..60 {
        world.pass(1);
        tab.get("/api/account").await;
    }
    let first = history(&mut tab, "").await;
    assert_eq!(first.len(), 50);
    let before = first[49]["event_id"].as_str().unwrap();
    let second = history(&mut tab, &format!("?before={before}")).await;
    assert_eq!(second.len(), 11);
    assert_eq!(kinds(&second).last(), Some(&"logged_in"));
    assert!(second.iter().all(|row| !first.contains(row)));
    assert_eq!(kinds(&history(&mut tab, "?topic=log_ins").await), ["logged_in"]);
    assert_eq!(history(&mut tab, "?topic=passwords").await.len(), 0);
    for bad in ["?topic=secrets", "?before=yesterday", "?account=rover"] {
        assert_eq!(tab.get(&format!("/api/activity{bad}")).await.code(), "malformed_request", "{bad}");
    }
}

async fn alerts(tab: &mut Tab) -> Vec<Value> {
    history(tab, "").await.into_iter().filter(|row| row["alert"] == "open").collect()
}

async fn a_log_in_from_a_new_browser_asks_its_owner(world: World) {
    let mails = "select count(*) from mails where recipient = 'mina@nightlatch.example' and subject like 'New login: %'";
    let mut tab = world.tab_of("mina").await;
    assert_eq!((alerts(&mut tab).await.len(), world.count(mails).await), (0, 0), "the first browser of all is nobody's surprise");
    // The same browser again, whatever its session: it is known by a cookie of its own, that no script reads and that outlives it.
    for storage in ["local", "memory", "cookie"] {
        let reply = tab.post("/api/session", &json!({"login": "mina", "password": "correct-horse-mina", "storage": storage})).await;
        let line = reply.cookie("__Host-browser").unwrap();
        assert!(line.contains("; HttpOnly; Secure; SameSite=Lax; Max-Age=34560000"), "{line}");
        tab.jar.remove("__Host-refresh");
        tab.bearer = reply.json()["access"].as_str().map(str::to_owned);
        assert_eq!(alerts(&mut tab).await.len(), 0, "{storage}");
    }
    phone(&world).await;
    let open = alerts(&mut tab).await;
    assert_eq!((open.len(), &open[0]["device"], world.count(mails).await), (1, &json!("Chrome on Android"), 1));
    let (to, subject, text) = world.deliver().await;
    assert_eq!((to.as_str(), subject.as_str()), ("mina@nightlatch.example", "New login: Chrome on Android"));
    assert!(text.contains("http://localhost:3000/settings/security/sessions"), "{text}");
    assert_eq!(alerts(&mut world.tab_of("rover").await).await.len(), 0, "nobody else is asked");

    // A row that was made without a claim to its address has no owner to write to.
    let sign_up = json!({"username": "lena", "email": "mina@nightlatch.example", "password": "lantern copper sofa"});
    assert_eq!(world.tab().post("/api/accounts", &sign_up).await.status, 201);
    let mut lena = world.tab();
    lena.post("/api/session", &json!({"login": "lena", "password": "lantern copper sofa"})).await;
    assert_eq!((alerts(&mut lena).await.len(), world.count(mails).await), (1, 1));
}

async fn yes_it_was_me(world: World) {
    let mut tab = world.tab_of("mina").await;
    let mut phone = phone(&world).await;
    let event = alerts(&mut tab).await[0]["event_id"].as_str().unwrap().to_owned();
    let reply = tab.post(&format!("/api/activity/{event}"), &json!({"mine": true})).await;
    assert_eq!((reply.status.as_u16(), &reply.json()["alert"]), (200, &json!("mine")));
    assert_eq!(alerts(&mut tab).await.len(), 0);
    assert_eq!(phone.get("/api/me").await.status, 200, "it stays");
}

async fn no_ends_that_session_and_its_copies_at_once(world: World) {
    let mut tab = world.tab_of("mina").await;
    let mut thief = world.tab().with_header("user-agent", PHONE);
    let grant = thief.post("/api/session", &json!({"login": "mina", "password": "correct-horse-mina", "storage": "session"})).await.json();
    let fork = thief.post("/api/session/fork", &json!({"refresh": grant["refresh"]})).await.json();
    let event = alerts(&mut tab).await[0]["event_id"].as_str().unwrap().to_owned();
    let reply = tab.post(&format!("/api/activity/{event}"), &json!({"mine": false})).await;
    assert_eq!((reply.status.as_u16(), &reply.json()["alert"]), (200, &json!("not_mine")));
    for tokens in [&grant, &fork] {
        thief.bearer = tokens["access"].as_str().map(str::to_owned);
        assert_eq!(thief.get("/api/me").await.code(), "invalid_token");
        assert_eq!(thief.post("/api/session/refresh", &json!({"refresh": tokens["refresh"]})).await.reason(), "elsewhere");
    }
    assert_eq!(tab.get("/api/me").await.status, 200, "the one who answers stays");
}

async fn an_alert_is_answered_once_and_by_its_owner(world: World) {
    let mut tab = world.tab_of("mina").await;
    let mut phone = phone(&world).await;
    let event = alerts(&mut tab).await[0]["event_id"].as_str().unwrap().to_owned();
    let path = format!("/api/activity/{event}");
    let mut rover = world.tab_of("rover").await;
    let reply = rover.post(&path, &json!({"mine": false})).await;
    assert_eq!((reply.status.as_u16(), reply.code()), (404, "not_found".into()));
    assert_eq!(phone.get("/api/me").await.status, 200);
    for _ in 0..2 {
        assert_eq!(tab.post(&path, &json!({"mine": true})).await.status, 200, "the same answer again is answered the same");
    }
    assert_eq!(tab.post(&path, &json!({"mine": false})).await.status, 404, "another one is too late");
    assert_eq!(phone.get("/api/me").await.status, 200);
    assert_eq!(tab.json(Method::POST, "/api/activity/nonsense", &json!({"mine": true})).await.status, 404);
}

async fn the_history_is_kept_for_90_days(world: World) {
    let mut tab = world.tab();
    tab.post("/api/session", &json!({"login": "mina", "password": "correct-horse-mina", "save": true})).await;
    for (days, left) in [(89, 1), (2, 0)] {
        world.pass(days * 24 * 60 * 60);
        server::jobs::purge_once(&world.site.auth).await.unwrap();
        assert_eq!(world.count("select count(*) from events").await, left, "{days}");
    }
}
