//! Several accounts in one browser: adding, switching, logging out of one or all.

use axum::http::Method;
use serde_json::{Value, json};

use crate::world::{REFRESH, Reply, Tab, World, on_both};

const PARKED: &str = "__Host-parked";
const SAVED: &str = "__Host-saved";
const HOUR: u64 = 60 * 60;

on_both!(
    the_account_that_is_left_behind_stays_within_reach,
    what_is_parked_has_the_limits_of_what_is_not_saved,
    what_is_parked_goes_with_its_log_out,
    a_switch_ends_the_former_session_and_keeps_its_key,
    saving_what_was_parked_makes_it_last,
    the_log_in_page_is_shown_to_add_an_account,
    logging_out_may_forget_the_account_or_all_of_them,
    a_session_that_only_scripts_know_can_be_parked,
    a_stale_page_acts_as_nobody_else,
    switching_without_scripts,
);

async fn log_in(tab: &mut Tab, name: &str) -> Reply {
    tab.post("/api/session", &json!({"login": name, "password": format!("correct-horse-{name}")})).await
}

async fn names(tab: &mut Tab) -> Vec<String> {
    let list = tab.get("/api/saved").await.json();
    list.as_array().unwrap().iter().map(|row| row["username"].as_str().unwrap().to_owned()).collect()
}

async fn row(tab: &mut Tab, name: &str) -> Value {
    let list = tab.get("/api/saved").await.json();
    list.as_array().unwrap().iter().find(|row| row["username"] == name).unwrap_or_else(|| panic!("no {name} in {list}")).clone()
}

async fn switch(tab: &mut Tab, name: &str) -> Reply {
    let id = row(tab, name).await["id"].as_str().unwrap().to_owned();
    tab.post(&format!("/api/saved/{id}/session"), &json!({})).await
}

async fn who(world: &World, tab: &mut Tab) -> String {
    let name = tab.get("/api/me").await.json()["username"].as_str().unwrap().to_owned();
    world.settle().await;
    name
}

async fn the_account_that_is_left_behind_stays_within_reach(world: World) {
    let mut tab = world.tab_of("mina").await;
    assert!(!tab.jar.contains_key(PARKED));
    let reply = log_in(&mut tab, "rover").await;
    let line = reply.cookie(PARKED).unwrap();
    assert!(line.ends_with("; Path=/; HttpOnly; Secure; SameSite=Lax"), "it goes with the browser: {line}");
    assert_eq!(names(&mut tab).await, ["mina"]);
    assert_eq!(row(&mut tab, "mina").await["parked"], true);
    for name in ["mina", "rover", "mina"] {
        assert_eq!(switch(&mut tab, name).await.status, 200);
        assert_eq!(who(&world, &mut tab).await, name);
        world.pass(60);
    }
    assert_eq!(world.count("select count(*) from sessions where ended_at is null").await, 1);
    assert_eq!(world.count("select count(*) from saved_logins where ended_at is null").await, 2);
}

async fn what_is_parked_has_the_limits_of_what_is_not_saved(world: World) {
    let mut tab = world.tab_of("mina").await;
    log_in(&mut tab, "rover").await;
    let mut later = tab.stolen();
    world.pass(12 * HOUR - 1);
    let reply = switch(&mut tab, "mina").await;
    assert_eq!((reply.status.as_u16(), &reply.json()["saved"]), (200, &json!(false)));
    assert!(reply.cookie(REFRESH).unwrap().ends_with("SameSite=Lax"), "and so has the session that it opens");
    who(&world, &mut tab).await;
    world.pass(12 * HOUR);
    assert_eq!(row(&mut tab, "mina").await["spent"], "idle");
    assert_eq!(row(&mut later, "mina").await["spent"], "idle");

    // Seven days after the password was entered, however often it was used.
    let mut tab = world.tab_of("mina").await;
    log_in(&mut tab, "rover").await;
    for _ in 0..7 * 24 / 4 - 1 {
        world.pass(4 * HOUR);
        let next = if who_is(&mut tab).await == "mina" { "rover" } else { "mina" };
        let reply = switch(&mut tab, next).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        who(&world, &mut tab).await;
    }
    world.pass(4 * HOUR);
    assert_eq!(row(&mut tab, "mina").await["spent"], "age");
    assert_eq!(switch(&mut tab, "mina").await.reason(), "age");
}

/// By the refresh cookie, which the access cookie may not outlive.
async fn who_is(tab: &mut Tab) -> String {
    tab.refresh().await.json()["viewer"]["username"].as_str().unwrap_or_default().to_owned()
}

async fn what_is_parked_goes_with_its_log_out(world: World) {
    let mut tab = world.tab_of("mina").await;
    log_in(&mut tab, "rover").await;
    switch(&mut tab, "mina").await;
    tab.log_out().await;
    assert_eq!(names(&mut tab).await, ["rover"], "it was not saved");
    switch(&mut tab, "rover").await;
    tab.log_out().await;
    assert!(names(&mut tab).await.is_empty() && !tab.jar.contains_key(PARKED));
    assert_eq!(world.count("select count(*) from saved_logins where ended_at is null").await, 0);
}

async fn a_switch_ends_the_former_session_and_keeps_its_key(world: World) {
    let mut tab = world.tab_of("mina").await;
    tab.json(Method::PATCH, "/api/session", &json!({"save": true})).await;
    let mut first = tab.stolen();
    log_in(&mut tab, "rover").await;
    assert!(!tab.jar.contains_key(PARKED), "mina is saved, and need not be parked");
    assert_eq!(first.refresh().await.reason(), "logged_out");
    let mut second = tab.stolen();
    assert_eq!(switch(&mut tab, "mina").await.status, 200);
    assert_eq!(second.refresh().await.reason(), "logged_out");
    assert!(tab.jar.contains_key(SAVED) && tab.jar.contains_key(PARKED));
}

async fn saving_what_was_parked_makes_it_last(world: World) {
    let mut tab = world.tab_of("mina").await;
    log_in(&mut tab, "rover").await;
    switch(&mut tab, "mina").await;
    assert_eq!(row(&mut tab, "mina").await["parked"], true);
    let reply = tab.json(Method::PATCH, "/api/session", &json!({"save": true})).await;
    assert_eq!(reply.status, 200);
    assert!(reply.cookie(SAVED).is_some() && reply.cookie(PARKED).is_some(), "from one cookie to the other");
    assert_eq!(
        (row(&mut tab, "mina").await["parked"].clone(), row(&mut tab, "rover").await["parked"].clone()),
        (json!(false), json!(true))
    );
    tab.log_out().await;
    world.pass(89 * 24 * HOUR);
    assert_eq!(switch(&mut tab, "mina").await.status, 200);
}

async fn the_log_in_page_is_shown_to_add_an_account(world: World) {
    let mut tab = world.tab_of("mina").await;
    assert_eq!(tab.get("/login").await.header("location"), Some("/"));
    let page = tab.get("/login?add=1").await;
    assert!(page.status == 200 && page.text.contains("name=\"password\""));
    let reply = tab.form("/login", "login=rover&password=correct-horse-rover").await;
    assert_eq!(reply.status, 303);
    assert_eq!(names(&mut tab).await, ["mina"]);
    assert_eq!(tab.form("/login", "login=rover&password=wrong").await.status, 422);
    assert_eq!(who(&world, &mut tab).await, "rover", "one that fails changes nothing");
}

async fn logging_out_may_forget_the_account_or_all_of_them(world: World) {
    let tab = world.tab_of("mina").await;
    for (path, form, left) in [
        ("/api/session", "", vec!["mina", "rover"]),
        ("/api/session?saved=forget", "", vec!["mina"]),
        ("/api/session?saved=all", "", vec![]),
        ("/logout", "", vec!["mina", "rover"]),
        ("/logout", "asked=1&keep=on", vec!["mina", "rover"]),
        ("/logout", "asked=1", vec!["mina"]),
        ("/logout", "all=1", vec![]),
    ] {
        let mut tab = tab.stolen();
        tab.jar.clear();
        for name in ["mina", "rover"] {
            log_in(&mut tab, name).await;
            assert_eq!(tab.json(Method::PATCH, "/api/session", &json!({"save": true})).await.status, 200);
        }
        let mut copy = tab.stolen();
        let reply = if path == "/logout" { tab.form(path, form).await } else { tab.json(Method::DELETE, path, &json!({})).await };
        assert!(matches!(reply.status.as_u16(), 204 | 303), "{}", reply.text);
        assert!(!tab.jar.contains_key(REFRESH));
        let mut found = names(&mut tab).await;
        found.sort();
        assert_eq!(found, left, "{path} {form}");
        let mut found = names(&mut copy).await;
        found.sort();
        assert_eq!(found, left, "nor does a copy of the cookie bring one back: {path} {form}");
    }
}

async fn a_session_that_only_scripts_know_can_be_parked(world: World) {
    let mut tab = world.tab();
    let grant = tab.post("/api/session", &json!({"login": "mina", "password": "correct-horse-mina", "storage": "session"})).await.json();
    let reply = tab.json(Method::PATCH, "/api/session", &json!({"park": true, "refresh": grant["refresh"]})).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    assert!(reply.cookie(PARKED).is_some());
    log_in(&mut tab, "rover").await;
    let reply = switch(&mut tab, "mina").await;
    assert_eq!((&reply.json()["storage"], &reply.json()["viewer"]["username"]), (&json!("session"), &json!("mina")));
    // Whoever has the access token alone leaves nothing.
    let mut other = world.tab();
    other.bearer = grant["access"].as_str().map(str::to_owned);
    assert_eq!(other.json(Method::PATCH, "/api/session", &json!({"park": true})).await.status, 401);
}

async fn a_stale_page_acts_as_nobody_else(world: World) {
    let mut tab = world.tab_of("mina").await;
    let mina = tab.get("/api/me").await.json()["account_id"].as_str().unwrap().to_owned();
    log_in(&mut tab, "rover").await;
    let post = tab.get("/api/feed").await.json()["items"][0]["post_id"].as_str().map(str::to_owned);
    let mut stale = tab.stolen().with_header("x-account", &mina);
    assert_eq!(stale.get("/api/feed").await.code(), "wrong_account");
    if let Some(post) = post {
        let reply = stale.post(&format!("/api/posts/{post}/comments"), &json!({"content": "as whom?"})).await;
        assert_eq!((reply.status.as_u16(), reply.code()), (409, "wrong_account".into()));
    }
    assert_eq!(world.count("select count(*) from comments where content = 'as whom?'").await, 0);
}

async fn switching_without_scripts(world: World) {
    let mut tab = world.tab_of("mina").await;
    log_in(&mut tab, "rover").await;
    let id = row(&mut tab, "mina").await["id"].as_str().unwrap().to_owned();
    let reply = tab.form(&format!("/login/saved/{id}"), "next=//evil.example").await;
    assert_eq!((reply.status.as_u16(), reply.header("location")), (303, Some("/")), "never off this site");
    assert_eq!(who(&world, &mut tab).await, "mina");
    assert_eq!(names(&mut tab).await.len(), 2);
}
