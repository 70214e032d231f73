//! Comments, and what it means that a request is done once.

use axum::http::Method;
use futures::future::join_all;
use serde_json::{Value, json};

use crate::world::{Reply, Tab, World, on_both};

on_both!(
    what_is_said_is_read,
    a_request_that_is_sent_again_is_done_once,
    ten_at_the_same_moment_are_done_once,
    the_same_key_for_something_else_is_refused,
    a_key_belongs_to_an_account,
    a_key_is_forgotten_after_a_day,
    a_refusal_is_not_remembered,
    what_cannot_be_said,
);

async fn post_of(tab: &mut Tab) -> String {
    let post = tab.get("/api/feed").await.json()["items"][0]["post_id"].as_str().unwrap().to_owned();
    format!("/api/posts/{post}/comments")
}

async fn say(tab: &mut Tab, path: &str, words: &str, key: Option<&str>) -> Reply {
    tab.headers.retain(|(name, _)| name != "idempotency-key");
    tab.headers.extend(key.map(|key| ("idempotency-key".to_owned(), key.to_owned())));
    let reply = tab.post(path, &json!({"content": words})).await;
    tab.headers.clear();
    reply
}

async fn said(tab: &mut Tab, path: &str) -> Vec<Value> {
    tab.get(path).await.json().as_array().unwrap().clone()
}

async fn what_is_said_is_read(world: World) {
    let (mut mina, mut rover) = (world.tab_of("mina").await, world.tab_of("rover").await);
    let path = post_of(&mut mina).await;
    let reply = say(&mut mina, &path, "  What a light!\n ", None).await;
    assert_eq!(reply.status, 201);
    world.pass(1);
    say(&mut rover, &path, "And what a hill.", None).await;
    let all = said(&mut rover, &path).await;
    let words: Vec<_> = all.iter().map(|comment| (comment["username"].as_str().unwrap(), comment["content"].as_str().unwrap())).collect();
    assert_eq!(words, [("mina", "What a light!"), ("rover", "And what a hill.")]);
    assert_eq!(all[0], reply.json());
    // Without a key, it is done each time.
    say(&mut mina, &path, "What a light!", None).await;
    assert_eq!(said(&mut mina, &path).await.len(), 3);
    assert_eq!(said(&mut world.tab(), &path).await.len(), 3, "a post is public, and so is what is said to it");
}

async fn a_request_that_is_sent_again_is_done_once(world: World) {
    let mut tab = world.tab_of("mina").await;
    let path = post_of(&mut tab).await;
    let first = say(&mut tab, &path, "Once", Some("k1")).await;
    world.pass(60);
    // After a refresh, as the client's replay is.
    assert_eq!(tab.refresh().await.status, 200);
    let again = say(&mut tab, &path, "Once", Some("k1")).await;
    assert_eq!((again.status, again.json()), (first.status, first.json()), "it is answered what was answered then");
    assert_eq!(said(&mut tab, &path).await.len(), 1);
    say(&mut tab, &path, "Once", Some("k2")).await;
    assert_eq!(said(&mut tab, &path).await.len(), 2, "another key is another deed");
}

async fn ten_at_the_same_moment_are_done_once(world: World) {
    let mut tab = world.tab_of("mina").await;
    let path = post_of(&mut tab).await;
    let replies = join_all((0..10).map(|_| {
        let (mut tab, path) = (tab.stolen(), path.clone());
        async move { say(&mut tab, &path, "Once", Some("k1")).await }
    }))
    .await;
    assert!(replies.iter().all(|reply| reply.status == 201 && reply.json() == replies[0].json()), "{replies:?}");
    assert_eq!(said(&mut tab, &path).await.len(), 1);
}

async fn the_same_key_for_something_else_is_refused(world: World) {
    let mut tab = world.tab_of("mina").await;
    let path = post_of(&mut tab).await;
    say(&mut tab, &path, "One thing", Some("k1")).await;
    let reply = say(&mut tab, &path, "Another", Some("k1")).await;
    assert_eq!((reply.status.as_u16(), reply.code()), (422, "invalid_fields".into()));
    for key in ["", &"k".repeat(65)] {
        assert_eq!(say(&mut tab, &path, "One thing", Some(key)).await.code(), "malformed_request");
    }
    assert_eq!(said(&mut tab, &path).await.len(), 1);
}

async fn a_key_belongs_to_an_account(world: World) {
    let (mut mina, mut rover) = (world.tab_of("mina").await, world.tab_of("rover").await);
    let path = post_of(&mut mina).await;
    say(&mut mina, &path, "The same words", Some("k1")).await;
    let reply = say(&mut rover, &path, "The same words", Some("k1")).await;
    assert_eq!(reply.json()["username"], "rover");
    assert_eq!(said(&mut mina, &path).await.len(), 2);
}

async fn a_key_is_forgotten_after_a_day(world: World) {
    let mut tab = world.tab_of("mina").await;
    let path = post_of(&mut tab).await;
    say(&mut tab, &path, "Once", Some("k1")).await;
    for (hours, left) in [(23, 1), (2, 0)] {
        world.pass(hours * 60 * 60);
        server::jobs::purge_once(&world.site.auth).await.unwrap();
        assert_eq!(world.count("select count(*) from replies").await, left);
    }
}

async fn a_refusal_is_not_remembered(world: World) {
    let mut tab = world.tab_of("mina").await;
    let nowhere = "/api/posts/00000000-0000-0000-0000-000000000001/comments";
    for _ in 0..2 {
        assert_eq!(say(&mut tab, nowhere, "Hello?", Some("k1")).await.code(), "not_found");
    }
    assert_eq!(world.count("select count(*) from replies").await, 0);
    assert!(said(&mut tab, nowhere).await.is_empty());
    assert_eq!(tab.get("/api/posts/nonsense/comments").await.code(), "not_found");
}

async fn what_cannot_be_said(world: World) {
    let mut tab = world.tab_of("mina").await;
    let path = post_of(&mut tab).await;
    for words in ["", "  \n ", &"x".repeat(501), "bell \u{7}", "nul \0"] {
        let reply = say(&mut tab, &path, words, None).await;
        assert_eq!((reply.status.as_u16(), &reply.json()["fields"][0]["name"]), (422, &json!("content")), "{words:?}");
    }
    assert_eq!(tab.post(&path, &json!({"content": "x", "username": "admin"})).await.status, 400);
    // A tab that still shows another account says nothing in this one's name.
    tab.headers.push(("x-account".into(), "00000000-0000-0000-0000-000000000001".into()));
    assert_eq!(tab.json(Method::POST, &path, &json!({"content": "x"})).await.code(), "wrong_account");
    tab.headers.clear();
    assert!(said(&mut tab, &path).await.is_empty());
    assert_eq!(say(&mut tab, &path, &"ü".repeat(500), None).await.status, 201);
}
