//! A copy of everything, and the end of it.

use axum::http::Method;
use serde_json::json;

use crate::world::{REFRESH, World, on_both};

on_both!(
    a_copy_holds_everything_and_no_secret,
    an_account_that_is_to_be_deleted_is_out_of_sight_and_logged_out,
    a_log_in_within_14_days_takes_it_back,
    after_14_days_everything_is_removed,
);

async fn a_copy_holds_everything_and_no_secret(world: World) {
    let mut tab = world.tab_of("mina").await;
    let post = tab.get("/api/feed").await.json()["items"][0]["post_id"].as_str().unwrap().to_owned();
    tab.post(&format!("/api/posts/{post}/comments"), &json!({"content": "What a light!"})).await;
    let reply = tab.get("/api/account").await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.header("content-disposition"), Some("attachment; filename=\"nightlatch-mina.json\""));
    let copy = reply.json();
    assert_eq!((&copy["account"]["username"], &copy["account"]["email"]), (&json!("mina"), &json!("mina@nightlatch.example")));
    assert_eq!(copy["sessions"].as_array().unwrap().len(), 1);
    assert!(!copy["posts"].as_array().unwrap().is_empty());
    assert_eq!(copy["comments"][0]["content"], "What a light!");
    assert!(copy["events"].as_array().unwrap().iter().any(|event| event["kind"] == "logged_in"));
    for secret in ["argon2", "password_hash", "browser", "generation"].into_iter().chain(tab.jar.values().map(String::as_str)) {
        assert!(!reply.text.contains(&format!("\"{secret}")), "{secret}");
    }
    assert_eq!(world.tab().get("/api/account").await.code(), "unauthenticated");
}

async fn an_account_that_is_to_be_deleted_is_out_of_sight_and_logged_out(world: World) {
    let mut rover = world.tab_of("rover").await;
    let post = rover.get("/api/feed").await.json()["items"][0]["post_id"].as_str().unwrap().to_owned();
    let mut tab = world.tab_of("mina").await;
    let mut other = world.tab_of("mina").await;
    let comments = format!("/api/posts/{post}/comments");
    tab.post(&comments, &json!({"content": "What a light!"})).await;
    for (password, code) in [("", "invalid_fields"), ("correct-horse-rover", "invalid_credentials")] {
        assert_eq!(tab.json(Method::DELETE, "/api/account", &json!({"password": password})).await.code(), code);
    }
    world.pass(1);
    let before = rover.get("/api/feed").await.text;
    assert!(before.contains("\"mina\""));
    let reply = tab.json(Method::DELETE, "/api/account", &json!({"password": "correct-horse-mina"})).await;
    assert_eq!(reply.status, 204);
    assert!(!tab.jar.contains_key(REFRESH), "its cookies are gone");
    for tab in [&mut tab, &mut other] {
        assert_eq!(tab.get("/api/me").await.status, 401);
    }
    assert_eq!(other.refresh().await.reason(), "everywhere");
    assert!(!rover.get("/api/feed").await.text.contains("\"mina\""), "nobody sees the posts");
    assert_eq!(rover.get(&comments).await.json(), json!([]), "nor what was said");
    let (to, subject, _) = world.deliver().await;
    assert_eq!((to.as_str(), subject.as_str()), ("mina@nightlatch.example", "Your account will be deleted in 14 days"));
}

async fn a_log_in_within_14_days_takes_it_back(world: World) {
    let mut tab = world.tab_of("mina").await;
    tab.json(Method::DELETE, "/api/account", &json!({"password": "correct-horse-mina"})).await;
    world.pass(14 * 24 * 60 * 60 - 1);
    server::jobs::purge_once(&world.site.auth).await.unwrap();
    let wrong = world.tab().post("/api/session", &json!({"login": "mina", "password": "correct-horse-rover"})).await;
    assert_eq!(wrong.status, 401);
    let mut tab = world.tab_of("mina").await;
    assert!(tab.get("/api/feed").await.text.contains("\"mina\""));
    let events = tab.get("/api/activity").await.json();
    let undone = events.as_array().unwrap().iter().find(|event| event["kind"] == "deletion_undone").unwrap();
    assert_eq!(world.count("select count(*) from mails where subject = 'Your account is kept'").await, 1);
    // Whoever came in is told, wherever they look next, until they have answered.
    for page in ["/", "/settings", "/settings/security/sessions"] {
        let said = tab.get(page).await.text;
        assert!(said.contains("Your account is kept: ") && said.contains("Nothing was removed."), "{page}");
    }
    let answer = format!("deed=answer&id={}&mine=yes", undone["event_id"].as_str().unwrap());
    assert_eq!(tab.form("/settings/security/sessions", &answer).await.status, 303);
    assert!(!tab.get("/").await.text.contains("Your account is kept"), "answered");
    world.pass(60 * 60);
    server::jobs::purge_once(&world.site.auth).await.unwrap();
    assert_eq!(world.count("select count(*) from accounts").await, 3, "and it stays");
}

async fn after_14_days_everything_is_removed(world: World) {
    let mut tab = world.tab_of("mina").await;
    let pictures = world.count("select count(*) from pictures").await;
    let posts = world.count("select count(*) from posts p join accounts a on a.account_id = p.account_id where a.username = 'mina'").await;
    assert!(posts > 0);
    tab.json(Method::DELETE, "/api/account", &json!({"password": "correct-horse-mina"})).await;
    world.pass(14 * 24 * 60 * 60);
    server::jobs::purge_once(&world.site.auth).await.unwrap();
    server::feed::posting::sweep(&world.site.auth.db, &world.site.pictures, server::clock::Clock::now(&*world.clock)).await.unwrap();
    assert_eq!(world.count("select count(*) from accounts where username = 'mina'").await, 0);
    for (what, query) in [
        ("sessions", "select count(*) from sessions"),
        ("events", "select count(*) from events"),
        ("browsers", "select count(*) from browsers"),
        ("posts", "select count(*) from posts where account_id not in (select account_id from accounts)"),
    ] {
        assert_eq!(world.count(query).await, 0, "{what}");
    }
    assert_eq!(world.count("select count(*) from pictures").await, pictures - posts);
    let (to, subject, _) = world.deliver().await;
    assert_eq!((to.as_str(), subject.as_str()), ("mina@nightlatch.example", "Your account has been deleted"));
    assert_eq!(world.count("select count(*) from mails").await, 1, "the last one, and none of those before");
    let reply = world.tab().post("/api/session", &json!({"login": "mina", "password": "correct-horse-mina"})).await;
    assert_eq!(reply.code(), "invalid_credentials");
}
