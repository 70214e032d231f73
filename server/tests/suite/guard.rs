//! Requests that another site made a browser send, and credentials that contradict each other.

use axum::http::Method;
use serde_json::json;

use crate::world::{ACCESS, ORIGIN, REFRESH, World, on_both};

on_both!(
    another_site_changes_nothing,
    our_own_origin_may,
    credentials_of_two_sessions_are_never_merged,
    a_stale_tab_cannot_act_as_somebody_else,
    no_origin_is_let_in
);

const UNSAFE: [(Method, &str); 8] = [
    (Method::POST, "/api/accounts"),
    (Method::POST, "/api/session"),
    (Method::PATCH, "/api/session"),
    (Method::DELETE, "/api/session"),
    (Method::POST, "/api/session/refresh"),
    (Method::POST, "/login"),
    (Method::POST, "/welcome/save"),
    (Method::POST, "/logout"),
];

async fn another_site_changes_nothing(world: World) {
    let tab = world.tab_of("mina").await;
    for headers in [
        &[("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")][..],
        &[("sec-fetch-site", "same-site"), ("origin", "http://localhost:3001")],
        &[("sec-fetch-site", "none")],
        &[("sec-fetch-site", "cross-site"), ("origin", ORIGIN)],
        &[("origin", "https://evil.example")],
        &[("origin", "null")],
        &[("origin", "http://localhost:3000.evil.example")],
        &[("no-fetch-metadata", "")],
    ] {
        for (method, path) in UNSAFE {
            let mut attack = tab.stolen();
            attack.headers = headers.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
            let media = if path.starts_with("/api") { "application/json" } else { "application/x-www-form-urlencoded" };
            let reply = attack.send(method.clone(), path, Some((media, "{}".into()))).await;
            assert_eq!((reply.status.as_u16(), reply.code()), (403, "cross_site".into()), "{method} {path} {headers:?}");
            assert!(reply.sets_no_cookie());
        }
    }
    assert_eq!(world.count("select count(*) from sessions where ended_at is null and generation = 1").await, 1);
}

async fn our_own_origin_may(world: World) {
    let mut tab = world.tab_of("mina").await;
    tab.headers = vec![("origin".into(), ORIGIN.into())];
    assert_eq!(tab.refresh().await.status, 200, "a browser without Sec-Fetch-Site");
}

async fn credentials_of_two_sessions_are_never_merged(world: World) {
    let mut mina = world.tab_of("mina").await;
    let rover = world.tab_of("rover").await;
    let own = mina.jar[ACCESS].clone();
    for (bearer, expected) in [(rover.jar[ACCESS].clone(), 400), (own.clone(), 200), ("garbage".into(), 401)] {
        mina.bearer = Some(bearer);
        assert_eq!(mina.get("/api/me").await.status.as_u16(), expected);
    }
    mina.bearer = Some(own);
    mina.jar.insert(ACCESS.into(), "garbage".into());
    assert_eq!(mina.get("/api/me").await.code(), "conflicting_credentials", "a cookie that is not proven to be the same session");
    let mut tab = world.tab_of("mina").await;
    let reply = tab.post("/api/session/refresh", &json!({"refresh": rover.jar[REFRESH]})).await;
    assert_eq!((reply.status.as_u16(), reply.code()), (400, "conflicting_credentials".into()));
    for twice in [ACCESS, REFRESH] {
        let mut tab = world.tab_of("mina").await;
        let value = tab.jar[twice].clone();
        tab.jar.insert(twice.into(), format!("{value}; {twice}=planted"));
        let reply = if twice == ACCESS { tab.get("/api/me").await } else { tab.refresh().await };
        assert_eq!((reply.status.as_u16(), reply.code()), (400, "conflicting_credentials".into()), "two cookies of one name");
    }
}

async fn a_stale_tab_cannot_act_as_somebody_else(world: World) {
    let mina = world.tab_of("mina").await.get("/api/me").await.json()["account_id"].as_str().unwrap().to_owned();
    let mut rover = world.tab_of("rover").await.with_header("x-account", &mina);
    let reply = rover.get("/api/feed").await;
    assert_eq!((reply.status.as_u16(), reply.code()), (409, "wrong_account".into()));
}

async fn no_origin_is_let_in(world: World) {
    let mut tab = world.tab_of("mina").await.with_header("origin", "https://evil.example");
    let reply = tab.get("/api/me").await;
    assert!(reply.headers.keys().all(|name| !name.as_str().starts_with("access-control-")));
    let preflight = tab.send(Method::OPTIONS, "/api/me", None).await;
    assert_eq!(preflight.status, 405);
    assert!(preflight.headers.keys().all(|name| !name.as_str().starts_with("access-control-")));
}
