//! Another password: by the old one, or by a link in a mail.

use axum::http::Method;
use serde_json::json;

use crate::world::{Tab, World, on_both};

on_both!(
    a_new_password_logs_others_out_and_this_browser_not,
    a_new_password_can_leave_others_alone,
    fresh_tokens_come_for_the_refresh_token_that_was_shown,
    what_is_no_new_password_is_refused_and_nothing_changes,
    guesses_at_the_current_password_are_counted,
    a_log_in_that_began_with_the_old_password_does_not_outlive_it,
    a_forgotten_password_is_set_anew_by_a_link,
    a_new_password_does_not_get_around_the_second_factor,
    nobody_learns_who_has_an_account,
    a_link_works_once_for_an_hour_and_only_the_newest,
    a_link_is_not_in_the_database,
    too_many_forget,
);

const OLD: &str = "correct-horse-mina";
const NEW: &str = "lantern copper sofa";

async fn log_in(world: &World, password: &str) -> u16 {
    world.tab().post("/api/session", &json!({"login": "mina", "password": password})).await.status.as_u16()
}

async fn change(tab: &mut Tab, current: &str, new: &str) -> crate::world::Reply {
    tab.json(Method::PUT, "/api/password", &json!({"current": current, "new": new})).await
}

async fn a_new_password_logs_others_out_and_this_browser_not(world: World) {
    let mut tab = world.tab_of("mina").await;
    let mut other = world.tab_of("mina").await;
    let stale = tab.stolen();
    let reply = change(&mut tab, OLD, NEW).await;
    assert_eq!((reply.status.as_u16(), &reply.json()["ended"]), (200, &json!(1)), "{}", reply.text);
    assert_eq!(tab.get("/api/me").await.status, 200, "its fresh tokens came in the same answer");
    assert_eq!(tab.refresh().await.status, 200);
    let mut stale = stale;
    assert_eq!(stale.get("/api/me").await.code(), "invalid_token", "the access token of before is over at once");
    assert_eq!(other.get("/api/me").await.code(), "invalid_token");
    assert_eq!(other.refresh().await.reason(), "password");
    assert_eq!(other.get("/").await.header("location"), Some("/login?why=password"));
    assert_eq!((log_in(&world, OLD).await, log_in(&world, NEW).await), (401, 200));
    let told = "select count(*) from mails where recipient = 'mina@nightlatch.example' and subject = 'Your password was changed'";
    assert_eq!(world.count(told).await, 1);
    assert_eq!(tab.get("/api/activity?topic=passwords").await.json()[0]["kind"], "password_changed");
    assert_eq!(world.tab_of("rover").await.get("/api/me").await.status, 200);
}

async fn a_new_password_can_leave_others_alone(world: World) {
    let mut tab = world.tab_of("mina").await;
    let mut other = world.tab_of("mina").await;
    let form = json!({"current": OLD, "new": NEW, "end_others": false});
    assert_eq!(tab.json(Method::PUT, "/api/password", &form).await.json()["ended"], 0);
    assert_eq!(other.get("/api/me").await.code(), "invalid_token", "its access token is of an older epoch");
    assert_eq!(other.refresh().await.status, 200, "and a refresh brings the next");
    assert_eq!(other.get("/api/me").await.status, 200);
}

async fn fresh_tokens_come_for_the_refresh_token_that_was_shown(world: World) {
    for storage in ["hybrid", "local", "native"] {
        let mut tab = world.tab();
        let password = if storage == "hybrid" { OLD } else { NEW };
        let grant = tab.post("/api/session", &json!({"login": "mina", "password": password, "storage": storage})).await.json();
        tab.bearer = grant["access"].as_str().map(str::to_owned);
        let mut form = json!({"current": password, "new": if storage == "native" { OLD } else { NEW }});
        if storage == "local" {
            // Without its refresh token, nothing is handed out that an access token alone must not bring.
            form["new"] = json!("another copper sofa");
            let reply = tab.json(Method::PUT, "/api/password", &form).await;
            assert_eq!((reply.status.as_u16(), reply.json().get("grant")), (200, None));
            let again = tab.post("/api/session/refresh", &json!({"refresh": grant["refresh"]})).await.json();
            tab.bearer = again["access"].as_str().map(str::to_owned);
            form = json!({"current": "another copper sofa", "new": NEW, "refresh": again["refresh"]});
        }
        if storage == "native" {
            form["refresh"] = grant["refresh"].clone();
        }
        let reply = tab.json(Method::PUT, "/api/password", &form).await;
        assert_eq!(reply.status, 200, "{storage}: {}", reply.text);
        let fresh = reply.json()["grant"].clone();
        assert_eq!(tab.get("/api/me").await.code(), "invalid_token", "{storage}");
        tab.bearer = fresh["access"].as_str().map(str::to_owned);
        assert_eq!(tab.get("/api/me").await.status, 200, "{storage}");
        let body = if storage == "hybrid" { json!({}) } else { json!({"refresh": fresh["refresh"]}) };
        assert_eq!(tab.post("/api/session/refresh", &body).await.status, 200, "{storage}");
    }
}

async fn what_is_no_new_password_is_refused_and_nothing_changes(world: World) {
    let mut tab = world.tab_of("mina").await;
    for (current, new, code, field) in [
        ("", NEW, "invalid_fields", "current"),
        (OLD, "", "invalid_fields", "new"),
        (OLD, "short", "invalid_fields", "new"),
        (OLD, "password123", "invalid_fields", "new"),
        (OLD, OLD, "invalid_fields", "new"),
        ("correct-horse-rover", NEW, "invalid_credentials", ""),
    ] {
        let reply = change(&mut tab, current, new).await;
        assert_eq!(reply.code(), code, "{current} {new}");
        if !field.is_empty() {
            assert_eq!(reply.json()["fields"][0]["name"], field, "{current} {new}");
        }
    }
    assert_eq!(tab.get("/api/me").await.status, 200);
    assert_eq!((log_in(&world, OLD).await, log_in(&world, NEW).await), (200, 401));
    assert_eq!(world.tab().json(Method::PUT, "/api/password", &json!({"current": OLD, "new": NEW})).await.code(), "unauthenticated");
}

async fn guesses_at_the_current_password_are_counted(world: World) {
    let mut tab = world.tab_of("mina").await;
    let mut codes = Vec::new();
    for _ in 0..12 {
        codes.push(change(&mut tab, "a guess of somebody", NEW).await.code());
    }
    assert_eq!((codes[0].as_str(), codes[11].as_str()), ("invalid_credentials", "throttled"));
}

/// The password is looked at first, and the session is written later: in between, it may have been changed.
async fn a_log_in_that_began_with_the_old_password_does_not_outlive_it(world: World) {
    let auth = &world.site.auth;
    let account = server::store::accounts::by_login(&auth.db, "mina").await.unwrap().unwrap();
    let mut tab = world.tab_of("mina").await;
    let new = server::store::sessions::NewSession {
        session_id: server::model::id(1),
        account_id: account.account_id,
        storage: app::wire::session::TokenStorage::Cookie,
        saved: false,
        device: server::model::Device::default(),
        created_at: 1_800_000_000_000,
        idle_expires_at: 1_900_000_000_000,
        expires_at: 1_900_000_000_000,
        family: None,
        browser: None,
        jkt: None,
    };
    assert_eq!(change(&mut tab, OLD, NEW).await.status, 200);
    let mut tx = auth.db.begin().await.unwrap();
    let entered = server::auth::session::enter(auth, &mut tx, &account, "logged_in", &new).await;
    assert!(matches!(entered, Err(server::auth::Error::InvalidCredentials)), "{entered:?}");
}

/// Asks for a link to a new password, and answers with what it holds.
pub async fn link(world: &World) -> String {
    world.pass(1);
    assert_eq!(world.tab().post("/api/password/forgot", &json!({"login": "Mina@nightlatch.example"})).await.status, 204);
    let (to, subject, text) = world.deliver().await;
    assert_eq!((to.as_str(), subject.as_str()), ("mina@nightlatch.example", "Set a new password"));
    let link = text.split("http://localhost:3000/reset/").nth(1).unwrap_or_else(|| panic!("no link: {text}"));
    link.split_whitespace().next().unwrap().to_owned()
}

async fn a_forgotten_password_is_set_anew_by_a_link(world: World) {
    let mut tab = world.tab_of("mina").await;
    let token = link(&world).await;
    assert_eq!(token.len(), 43, "256 bits in base64url");
    let reply = world.tab().post("/api/password/reset", &json!({"token": token, "new": NEW})).await;
    assert_eq!(reply.status, 204, "{}", reply.text);
    assert!(reply.sets_no_cookie(), "it does not log in");
    assert_eq!(tab.get("/api/me").await.code(), "invalid_token");
    assert_eq!(tab.refresh().await.reason(), "password");
    assert_eq!((log_in(&world, OLD).await, log_in(&world, NEW).await), (401, 200));
    let rows = world.count("select count(*) from events where kind in ('reset_asked', 'password_reset')").await;
    assert_eq!(rows, 2);
}

async fn a_new_password_does_not_get_around_the_second_factor(world: World) {
    let mut tab = world.tab_of("mina").await;
    let app = crate::factor::enrol(&world, &mut tab, OLD).await;
    let token = link(&world).await;
    assert_eq!(world.tab().post("/api/password/reset", &json!({"token": token, "new": NEW})).await.status, 204);
    let mut form = json!({"login": "mina", "password": NEW});
    assert_eq!(world.tab().post("/api/session", &form).await.code(), "second_factor_required");
    form["code"] = app.code(&world).into();
    assert_eq!(world.tab().post("/api/session", &form).await.status, 200);
}

async fn nobody_learns_who_has_an_account(world: World) {
    world.sql("update accounts set disabled_at = 1 where username = 'rover'").await;
    let mut seen = Vec::new();
    for login in ["mina", "mina@nightlatch.example", "nobody", "nobody@nightlatch.example", "rover", "\u{0}"] {
        let reply = world.tab().post("/api/password/forgot", &json!({"login": login})).await;
        seen.push((reply.status, reply.text.clone()));
        assert!(reply.sets_no_cookie());
    }
    assert!(seen.iter().all(|one| *one == seen[0]), "{seen:?}");
    // Whether there is somebody is looked up later, so that it takes as long for nobody.
    assert_eq!(world.count("select count(*) from mails").await, 0);
    world.deliver().await;
    assert_eq!(world.count("select count(*) from mails").await, 2, "to mina alone");
    assert_eq!(world.count("select count(*) from forgotten").await, 0);
    let reply = world.tab().post("/api/password/forgot", &json!({"login": " "})).await;
    assert_eq!((reply.code(), &reply.json()["fields"][0]["name"]), ("invalid_fields".into(), &json!("login")));
}

async fn a_link_works_once_for_an_hour_and_only_the_newest(world: World) {
    let reset = async |token: &str, new: &str| {
        let reply = world.tab().post("/api/password/reset", &json!({"token": token, "new": new})).await;
        if reply.status == 204 { String::new() } else { reply.json()["fields"][0]["name"].as_str().unwrap_or_default().to_owned() }
    };
    let (first, second) = (link(&world).await, link(&world).await);
    assert_eq!(reset(&first, NEW).await, "token", "another one took its place");
    assert_eq!(reset(&second, "short").await, "new");
    assert_eq!(reset(&second, "password123").await, "new", "and a refused password does not spend it");
    assert_eq!(reset(&second, NEW).await, "");
    assert_eq!(reset(&second, "another copper sofa").await, "token", "used");
    assert_eq!(log_in(&world, NEW).await, 200);

    let third = link(&world).await;
    world.pass(60 * 60 - 1);
    assert_eq!(reset(&third, "short").await, "new", "still good");
    world.pass(1);
    assert_eq!(reset(&third, "another copper sofa").await, "token", "an hour is over");

    let fourth = link(&world).await;
    let mut tab = world.tab();
    tab.post("/api/session", &json!({"login": "mina", "password": NEW})).await;
    assert_eq!(change(&mut tab, NEW, OLD).await.status, 200);
    assert_eq!(reset(&fourth, "another copper sofa").await, "token", "a change of the password spends it");
    for none in ["", "nonsense", &"A".repeat(43)] {
        assert_eq!(reset(none, NEW).await, "token", "{none}");
    }
}

async fn a_link_is_not_in_the_database(world: World) {
    // As it is where mails are sent: what was not sent yet holds no link.
    world.tab().post("/api/password/forgot", &json!({"login": "mina"})).await;
    while server::auth::passwords::look_up(&world.site.auth).await.unwrap() {}
    assert_eq!(world.count("select count(*) from mails where body like '%{reset}%' and body not like '%/reset/%'").await, 1);
    assert_eq!(world.count("select count(*) from resets").await, 0, "no token is made before the mail goes out");
    let token = link(&world).await;
    let hash = {
        use sha2::Digest;
        sha2::Sha256::digest(token.as_bytes()).to_vec()
    };
    let account = server::store::resets::opens(&world.site.auth.db, &hash, 1_800_000_000_000).await.unwrap();
    assert!(account.is_some(), "its hash is what is kept");
}

async fn too_many_forget(world: World) {
    let mut statuses = Vec::new();
    for login in ["mina", "nobody"] {
        for _ in 0..5 {
            statuses.push(world.tab().post("/api/password/forgot", &json!({"login": login})).await.status.as_u16());
        }
    }
    assert_eq!(statuses, [204, 204, 204, 204, 429, 204, 204, 204, 204, 429], "for one that is there and one that is not");
}
