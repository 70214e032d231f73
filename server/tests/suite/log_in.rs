//! Logging in, logging out, and what each storage is handed.

use axum::http::Method;
use serde_json::json;

use crate::world::{ACCESS, REFRESH, World, on_both};

on_both!(
    a_wrong_name_a_wrong_password_and_a_disabled_account_look_the_same,
    each_storage_is_handed_what_is_its_own,
    a_session_that_is_not_saved_has_cookies_without_an_age,
    a_bcrypt_hash_opens_once_and_is_replaced,
    an_email_address_logs_in_too,
    a_second_log_in_takes_the_place_of_the_first,
    logging_out_clears_only_its_own_cookies,
    logging_out_always_succeeds,
    too_many_tries_have_to_wait,
    many_accounts_from_one_address_have_to_wait,
    a_native_client_needs_no_browser,
);

async fn a_wrong_name_a_wrong_password_and_a_disabled_account_look_the_same(world: World) {
    world.sql("update accounts set disabled_at = 1 where username = 'rover'").await;
    let mut seen = Vec::new();
    for (login, password) in [("nobody", "correct-horse-nobody"), ("mina", "wrong-horse-mina"), ("rover", "correct-horse-rover")] {
        let reply = world.tab().post("/api/session", &json!({"login": login, "password": password})).await;
        assert!(reply.sets_no_cookie());
        let mut problem = reply.json();
        problem.as_object_mut().unwrap().remove("request_id");
        seen.push((reply.status, problem));
    }
    assert_eq!(seen[0].1["code"], "invalid_credentials");
    assert!(seen.iter().all(|one| *one == seen[0]), "{seen:?}");
    assert_eq!(world.count("select count(*) from sessions").await, 0);
}

async fn each_storage_is_handed_what_is_its_own(world: World) {
    for (storage, access_cookie, refresh_cookie) in [
        ("cookie", true, true),
        ("hybrid", false, true),
        ("local", false, false),
        ("session", false, false),
        ("memory", false, false),
        ("native", false, false),
    ] {
        let mut tab = world.tab();
        let reply = tab.post("/api/session", &json!({"login": "mina", "password": "correct-horse-mina", "storage": storage})).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        assert_eq!(reply.cookie(ACCESS).is_some(), access_cookie, "{storage}");
        assert_eq!(reply.cookie(REFRESH).is_some(), refresh_cookie, "{storage}");
        let grant = reply.json();
        assert_eq!(grant["access"].is_string(), !access_cookie, "{storage}");
        assert_eq!(grant["refresh"].is_string(), !refresh_cookie, "{storage}");
        assert_eq!(grant["storage"], storage);
        tab.bearer = grant["access"].as_str().map(str::to_owned);
        assert_eq!(tab.get("/api/me").await.json()["username"], "mina", "{storage}");

        world.pass(60);
        let body = if refresh_cookie { json!({}) } else { json!({"refresh": grant["refresh"]}) };
        let again = tab.post("/api/session/refresh", &body).await;
        assert_eq!(again.json()["generation"], 2, "{storage}: {}", again.text);
        assert_eq!(again.json()["access"].is_string(), !access_cookie, "{storage}");
    }
}

async fn a_session_that_is_not_saved_has_cookies_without_an_age(world: World) {
    let mut tab = world.tab();
    let reply = tab.post("/api/session", &json!({"login": "mina", "password": "correct-horse-mina"})).await;
    for name in [ACCESS, REFRESH] {
        let line = reply.cookie(name).unwrap();
        assert!(line.ends_with("; Path=/; HttpOnly; Secure; SameSite=Lax"), "{line}");
    }
    let reply = world.tab().post("/api/session", &json!({"login": "mina", "password": "correct-horse-mina", "save": true})).await;
    assert!(reply.cookie(ACCESS).unwrap().ends_with("; Max-Age=300"));
    assert!(reply.cookie(REFRESH).unwrap().ends_with("; Max-Age=7776000"), "90 days, the idle limit");
}

async fn a_bcrypt_hash_opens_once_and_is_replaced(world: World) {
    // bcrypt, cost 4, of "an older house 7"
    let hash = bcrypt::hash("an older house 7", 4).unwrap();
    let statement: &'static str =
        Box::leak(format!("update accounts set password_hash = '{hash}' where username = 'mina'").into_boxed_str());
    world.sql(statement).await;
    for _ in 0..2 {
        let reply = world.tab().post("/api/session", &json!({"login": "mina", "password": "an older house 7"})).await;
        assert_eq!(reply.status, 200);
        assert_eq!(world.count("select count(*) from accounts where password_hash like '$argon2id$%'").await, 3);
    }
}

async fn an_email_address_logs_in_too(world: World) {
    let reply = world.tab().post("/api/session", &json!({"login": " Mina@Nightlatch.example ", "password": "correct-horse-mina"})).await;
    assert_eq!(reply.json()["viewer"]["username"], "mina");
}

async fn a_second_log_in_takes_the_place_of_the_first(world: World) {
    let mut tab = world.tab_of("mina").await;
    let mut first = tab.stolen();
    tab.post("/api/session", &json!({"login": "rover", "password": "correct-horse-rover", "storage": "local"})).await;
    assert!(!tab.jar.contains_key(ACCESS) && !tab.jar.contains_key(REFRESH), "the cookies of the first are gone");
    assert_eq!(first.refresh().await.reason(), "logged_out", "and its row is no orphan");
    assert_eq!(world.count("select count(*) from sessions where ended_at is null").await, 1);
}

async fn logging_out_clears_only_its_own_cookies(world: World) {
    let mut mina = world.tab_of("mina").await;
    let mut rover = world.tab();
    let grant = rover.post("/api/session", &json!({"login": "rover", "password": "correct-horse-rover", "storage": "native"})).await.json();

    // Somebody shows rover's refresh token beside mina's cookies: two sessions, nothing happens.
    let reply = mina.json(Method::DELETE, "/api/session", &json!({"refresh": grant["refresh"]})).await;
    assert_eq!((reply.status.as_u16(), reply.code()), (400, "conflicting_credentials".into()));
    let mut half = mina.stolen();
    half.jar.remove(REFRESH);
    let reply = half.json(Method::DELETE, "/api/session", &json!({"refresh": grant["refresh"]})).await;
    assert_eq!(reply.code(), "conflicting_credentials", "also beside her access token alone");
    assert_eq!(world.count("select count(*) from sessions where ended_at is null").await, 2);

    let reply = mina.log_out().await;
    assert_eq!(reply.status, 204);
    assert!(reply.cookie(ACCESS).unwrap().contains("Max-Age=0") && reply.cookie(REFRESH).unwrap().contains("Max-Age=0"));
    assert_eq!(mina.get("/api/me").await.code(), "unauthenticated");

    rover.bearer = grant["access"].as_str().map(str::to_owned);
    assert_eq!(rover.get("/api/me").await.status, 200);
    rover.bearer = None;
    assert_eq!(rover.json(Method::DELETE, "/api/session", &json!({"refresh": grant["refresh"]})).await.status, 204);
    assert_eq!(world.count("select count(*) from sessions where ended_why = 'logged_out'").await, 2);
}

async fn logging_out_always_succeeds(world: World) {
    let mut tab = world.tab();
    assert_eq!(tab.log_out().await.status, 204, "nobody was logged in");
    tab.jar.insert(REFRESH.into(), "garbage".into());
    tab.jar.insert(ACCESS.into(), "garbage".into());
    assert_eq!(tab.log_out().await.status, 204);
    assert!(tab.jar.is_empty(), "cookies that name no session are cleared");
    let mut tab = world.tab_of("mina").await;
    world.pass(600);
    let mut again = tab.stolen();
    assert_eq!(tab.log_out().await.status, 204, "the access token has expired, the refresh token says which session");
    assert_eq!(again.log_out().await.status, 204, "a second time");
    assert_eq!(again.refresh().await.code(), "unauthenticated");
}

async fn too_many_tries_have_to_wait(world: World) {
    let mut tab = world.tab();
    for _ in 0..10 {
        assert_eq!(tab.post("/api/session", &json!({"login": "mina", "password": "wrong"})).await.code(), "invalid_credentials");
    }
    for password in ["wrong", "correct-horse-mina"] {
        let reply = tab.post("/api/session", &json!({"login": "mina", "password": password})).await;
        assert_eq!((reply.status.as_u16(), reply.code()), (429, "throttled".into()));
        assert_eq!(reply.header("retry-after"), Some("30"));
        assert_eq!(reply.json()["retry_after_ms"], 30_000);
    }
    let reply = tab.form("/login", "login=mina&password=correct-horse-mina").await;
    assert_eq!((reply.status.as_u16(), reply.header("retry-after")), (429, Some("30")), "the form says the same");
    world.pass(30);
    assert_eq!(tab.post("/api/session", &json!({"login": "mina", "password": "correct-horse-mina"})).await.status, 200);
    let mut other = world.tab();
    for _ in 0..10 {
        assert_eq!(
            other.post("/api/session", &json!({"login": "mina", "password": "wrong"})).await.status,
            401,
            "forgiven by the right password"
        );
    }
}

async fn many_accounts_from_one_address_have_to_wait(world: World) {
    let mut tab = world.tab();
    let mut codes = Vec::new();
    for account in 0..110 {
        codes.push(tab.post("/api/session", &json!({"login": format!("account{account}"), "password": "Summer2026!"})).await.code());
    }
    assert_eq!(codes.iter().filter(|code| *code == "invalid_credentials").count(), 100);
    assert_eq!(codes.iter().filter(|code| *code == "throttled").count(), 10);
}

async fn a_native_client_needs_no_browser(world: World) {
    let mut client = world.tab().with_header("no-fetch-metadata", "");
    let reply = client.post("/api/session", &json!({"login": "mina", "password": "correct-horse-mina", "storage": "native"})).await;
    assert_eq!(reply.status, 200);
    assert!(reply.sets_no_cookie());
    client.bearer = reply.json()["access"].as_str().map(str::to_owned);
    assert_eq!(client.get("/api/feed").await.json()["items"].as_array().unwrap().len(), 10);
}
