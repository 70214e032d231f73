//! "Save your login info?"

use axum::http::Method;
use serde_json::json;

use crate::world::{REFRESH, World, on_both};

on_both!(
    saving_makes_the_session_outlive_the_browser,
    an_access_token_alone_gets_no_refresh_token,
    answering_again_does_not_prolong_a_session_for_ever,
    an_ended_session_cannot_be_saved,
    saving_leaves_the_cookies_of_another_session_alone,
);

async fn saving_makes_the_session_outlive_the_browser(world: World) {
    let mut tab = world.tab_of("mina").await;
    let reply = tab.json(Method::PATCH, "/api/session", &json!({"save": true})).await;
    assert_eq!((reply.status.as_u16(), &reply.json()["saved"]), (200, &json!(true)));
    assert!(reply.cookie(REFRESH).unwrap().ends_with("Max-Age=7776000"));
    world.pass(89 * 24 * 60 * 60);
    let reply = tab.refresh().await;
    assert_eq!(reply.status, 200, "89 days later");
    assert!(reply.cookie(REFRESH).unwrap().ends_with("Max-Age=7776000"), "and again 90 days");

    let reply = tab.json(Method::PATCH, "/api/session", &json!({"save": false})).await;
    assert_eq!(reply.status, 200);
    assert!(reply.cookie(REFRESH).unwrap().ends_with("; SameSite=Lax"), "from now on it ends with the browser");
    world.pass(12 * 60 * 60);
    assert_eq!(tab.refresh().await.reason(), "idle", "and after twelve hours on the server");
}

async fn an_access_token_alone_gets_no_refresh_token(world: World) {
    let mut tab = world.tab_of("mina").await;
    tab.jar.remove(REFRESH);
    let reply = tab.json(Method::PATCH, "/api/session", &json!({"save": true})).await;
    assert_eq!((reply.status.as_u16(), reply.code()), (401, "unauthenticated".into()));
    assert!(reply.sets_no_cookie());
}

async fn answering_again_does_not_prolong_a_session_for_ever(world: World) {
    let mut tab = world.tab_of("mina").await;
    let mut last = None;
    for day in 0..370 {
        if day % 30 == 0 {
            last = Some(tab.json(Method::PATCH, "/api/session", &json!({"save": true})).await);
        }
        world.pass(24 * 60 * 60);
    }
    let _ = last;
    assert_eq!(tab.refresh().await.reason(), "age");
}

async fn an_ended_session_cannot_be_saved(world: World) {
    let mut tab = world.tab_of("mina").await;
    let mut copy = tab.stolen();
    tab.log_out().await;
    let reply = copy.json(Method::PATCH, "/api/session", &json!({"save": true})).await;
    assert_eq!(reply.reason(), "logged_out");
    assert!(reply.sets_no_cookie());
}

async fn saving_leaves_the_cookies_of_another_session_alone(world: World) {
    let mut tab = world.tab_of("mina").await;
    let mut other = world.tab();
    let grant = other.post("/api/session", &json!({"login": "rover", "password": "correct-horse-rover", "storage": "local"})).await.json();
    other.jar = tab.jar.clone();
    other.jar.remove(REFRESH);
    let body = json!({"save": true, "refresh": grant["refresh"]});
    let reply = other.json(Method::PATCH, "/api/session", &body).await;
    assert_eq!(reply.status, 200);
    assert!(reply.cookie(crate::world::ACCESS).is_none(), "mina's cookie is none of rover's business");
    assert!(reply.cookie("__Host-storage").unwrap().ends_with("Max-Age=31536000"), "as long as the session can last");
    assert_eq!(tab.get("/api/me").await.status, 200);
}
