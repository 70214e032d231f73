//! Authorization.

use axum::http::Method;
use serde_json::{Value, json};

use crate::world::{Tab, World, on_both};

on_both!(
    only_an_admin_sees_the_accounts,
    a_role_that_was_taken_away_is_gone_at_once,
    an_admin_disables_and_enables,
    an_admin_gives_a_role_and_takes_it_away,
    an_admin_ends_every_session_of_an_account,
    nobody_else_governs,
    an_admin_does_not_disable_themself,
);

async fn only_an_admin_sees_the_accounts(world: World) {
    let mut nobody = world.tab();
    assert_eq!(nobody.get("/api/admin/accounts").await.code(), "unauthenticated");
    assert_eq!(nobody.get("/admin/accounts").await.header("location"), Some("/login?next=/admin/accounts"));

    let mut mina = world.tab_of("mina").await;
    let reply = mina.get("/api/admin/accounts").await;
    assert_eq!((reply.status.as_u16(), reply.code()), (403, "insufficient_scope".into()));
    assert_eq!(reply.header("www-authenticate"), Some(r#"Bearer realm="nightlatch", error="insufficient_scope""#));
    let page = mina.get("/admin/accounts").await;
    assert_eq!(page.status, 403);
    assert!(!page.text.contains("rover"), "and the page shows nothing");

    let mut admin = world.tab_of("admin").await;
    let reply = admin.get("/api/admin/accounts").await;
    assert_eq!(reply.status, 200);
    let accounts = reply.json();
    assert_eq!(accounts.as_array().unwrap().len(), 3);
    let mina = accounts.as_array().unwrap().iter().find(|account| account["username"] == "mina").unwrap();
    assert_eq!((&mina["sessions"], &mina["role"]), (&1.into(), &"user".into()));
    assert!(!reply.text.contains("argon2"), "no hash leaves the house");
    let page = admin.get("/admin/accounts").await;
    assert!(page.status == 200 && page.text.contains("rover"));
}

async fn a_role_that_was_taken_away_is_gone_at_once(world: World) {
    let mut admin = world.tab_of("admin").await;
    world.sql("update accounts set role = 'user' where username = 'admin'").await;
    assert_eq!(admin.get("/api/admin/accounts").await.code(), "insufficient_scope", "whatever the access token remembers");
    world.sql("update accounts set role = 'admin', epoch = epoch + 1 where username = 'admin'").await;
    assert_eq!(admin.get("/api/admin/accounts").await.code(), "invalid_token", "a token of an older epoch");
}

async fn path_of(admin: &mut Tab, username: &str) -> String {
    let accounts = admin.get("/api/admin/accounts").await.json();
    let account = accounts.as_array().unwrap().iter().find(|account| account["username"] == username).unwrap().clone();
    format!("/api/admin/accounts/{}", account["account_id"].as_str().unwrap())
}

async fn newest_event(admin: &mut Tab) -> Value {
    admin.get("/api/admin/events").await.json()[0].clone()
}

async fn an_admin_disables_and_enables(world: World) {
    let mut admin = world.tab_of("admin").await;
    let mut mina = world.tab_of("mina").await;
    let path = path_of(&mut admin, "mina").await;
    world.pass(1);
    let reply = admin.json(Method::PATCH, &path, &json!({"disabled": true})).await;
    assert_eq!((reply.status.as_u16(), &reply.json()["disabled"], &reply.json()["sessions"]), (200, &json!(true), &json!(0)));
    assert_eq!(mina.get("/api/me").await.code(), "invalid_token", "at once");
    assert_eq!(mina.refresh().await.code(), "session_ended");
    world.pass(1);
    let log_in = json!({"login": "mina", "password": "correct-horse-mina"});
    assert_eq!(world.tab().post("/api/session", &log_in).await.code(), "invalid_credentials");
    let event = newest_event(&mut admin).await;
    assert_eq!(event["kind"], "log_in_refused");
    let audited = admin.get("/api/admin/events").await.json();
    let disabled = audited.as_array().unwrap().iter().find(|event| event["kind"] == "disabled").unwrap();
    assert_eq!((&disabled["username"], &disabled["actor"]), (&json!("mina"), &json!("admin")));
    assert_eq!(admin.json(Method::PATCH, &path, &json!({"disabled": false})).await.json()["disabled"], false);
    assert_eq!(world.tab().post("/api/session", &log_in).await.status, 200);
    assert_eq!(mina.refresh().await.code(), "session_ended", "what has ended stays ended");
}

async fn an_admin_gives_a_role_and_takes_it_away(world: World) {
    let mut admin = world.tab_of("admin").await;
    let mut mina = world.tab_of("mina").await;
    let path = path_of(&mut admin, "mina").await;
    for (role, status) in [("admin", 200), ("user", 403)] {
        world.pass(1);
        assert_eq!(admin.json(Method::PATCH, &path, &json!({"role": role})).await.json()["role"], role);
        assert_eq!(mina.get("/api/admin/accounts").await.code(), "invalid_token", "the token remembers another role");
        mina.refresh().await;
        assert_eq!(mina.get("/api/admin/accounts").await.status, status);
        assert_eq!(newest_event(&mut admin).await["kind"], "role_changed");
    }
    for bad in [json!({}), json!({"role": "king"}), json!({"username": "x"})] {
        let reply = admin.json(Method::PATCH, &path, &bad).await;
        assert!(matches!(reply.status.as_u16(), 400 | 422), "{bad}: {}", reply.text);
    }
}

async fn an_admin_ends_every_session_of_an_account(world: World) {
    let mut admin = world.tab_of("admin").await;
    let (mut one, mut two) = (world.tab_of("mina").await, world.tab_of("mina").await);
    let path = path_of(&mut admin, "mina").await;
    world.pass(1);
    assert_eq!(admin.send(Method::DELETE, &format!("{path}/sessions"), None).await.status, 204);
    for tab in [&mut one, &mut two] {
        assert_eq!(tab.get("/api/me").await.code(), "invalid_token");
        assert_eq!(tab.refresh().await.reason(), "elsewhere");
    }
    let event = newest_event(&mut admin).await;
    assert_eq!((&event["kind"], &event["actor"]), (&json!("ended_by_admin"), &json!("admin")));
    for id in ["01234567-89ab-7def-8123-456789abcdef", "nonsense"] {
        let path = format!("/api/admin/accounts/{id}");
        assert_eq!(admin.send(Method::DELETE, &format!("{path}/sessions"), None).await.status, 404);
        assert_eq!(admin.json(Method::PATCH, &path, &json!({"disabled": true})).await.status, 404);
    }
}

async fn nobody_else_governs(world: World) {
    let mut admin = world.tab_of("admin").await;
    let path = path_of(&mut admin, "rover").await;
    for (mut tab, code) in [(world.tab(), "unauthenticated"), (world.tab_of("mina").await, "insufficient_scope")] {
        assert_eq!(tab.json(Method::PATCH, &path, &json!({"role": "admin"})).await.code(), code);
        assert_eq!(tab.send(Method::DELETE, &format!("{path}/sessions"), None).await.code(), code);
        assert_eq!(tab.get("/api/admin/events").await.code(), code);
    }
    // An access token that remembers a role which was taken away is not enough.
    world.sql("update accounts set role = 'user' where username = 'admin'").await;
    assert_eq!(admin.json(Method::PATCH, &path, &json!({"role": "admin"})).await.code(), "insufficient_scope");
}

async fn an_admin_does_not_disable_themself(world: World) {
    let mut admin = world.tab_of("admin").await;
    let path = path_of(&mut admin, "admin").await;
    for (change, field) in [(json!({"disabled": true}), "disabled"), (json!({"role": "user"}), "role")] {
        let reply = admin.json(Method::PATCH, &path, &change).await;
        assert_eq!((reply.code(), &reply.json()["fields"][0]["name"]), ("invalid_fields".into(), &json!(field)));
    }
    assert_eq!(admin.get("/api/admin/accounts").await.status, 200);
}
