//! Saved logins: one tap, five accounts, and what becomes of answers that are lost, doubled or late.

use axum::http::Method;
use serde_json::{Value, json};

use crate::world::{ACCESS, REFRESH, Reply, Tab, World, on_both};

pub const SAVED: &str = "__Host-saved";
pub const PARKED: &str = "__Host-parked";
pub const DAY: u64 = 24 * 60 * 60;

on_both!(
    one_tap_opens_a_new_session_after_the_log_out,
    not_now_leaves_nothing_and_is_remembered_for_thirty_days,
    saving_twice_leaves_one_and_a_lost_answer_brings_the_same_key_again,
    unsaving_takes_it_away_again,
    a_lost_answer_to_a_tap_brings_the_same_session_again,
    a_lost_answer_is_made_good_at_any_age,
    two_taps_at_once_open_one_session,
    two_accounts_tapped_at_once_lose_neither,
    a_key_that_was_replaced_ends_the_saved_login_and_what_it_opened,
    a_key_older_than_its_window_is_not_reuse_in_a_race,
    asking_for_the_password,
    five_accounts_and_no_more,
    another_browsers_id_is_not_found,
    a_log_in_of_a_saved_account_is_saved,
    a_key_is_no_refresh_token_and_a_refresh_token_no_key,
    the_storage_is_remembered,
    a_saved_login_follows_the_tokens,
);

/// Somebody who is logged in, and has saved it.
pub async fn saved(world: &World, name: &str) -> Tab {
    let mut tab = world.tab_of(name).await;
    let reply = save(&mut tab).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    tab
}

pub async fn save(tab: &mut Tab) -> Reply {
    tab.json(Method::PATCH, "/api/session", &json!({"save": true})).await
}

pub async fn list(tab: &mut Tab) -> Vec<Value> {
    let reply = tab.get("/api/saved").await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    reply.json().as_array().unwrap().clone()
}

pub async fn id(tab: &mut Tab, name: &str) -> String {
    let list = list(tab).await;
    let row = list.iter().find(|row| row["username"] == name);
    row.unwrap_or_else(|| panic!("no {name} in {list:?}"))["id"].as_str().unwrap().to_owned()
}

pub async fn tap(tab: &mut Tab, id: &str) -> Reply {
    tab.post(&format!("/api/saved/{id}/session"), &json!({})).await
}

pub async fn remove(tab: &mut Tab, id: &str) -> Reply {
    tab.json(Method::DELETE, &format!("/api/saved/{id}"), &json!({})).await
}

/// What the browser does at once with a session that it was granted.
pub async fn used(world: &World, tab: &mut Tab, name: &str) {
    assert_eq!(tab.get("/api/me").await.json()["username"], name);
    world.settle().await;
}

/// 356 days with a tap on each 89th, and a log-out after each.
pub async fn nearly_a_year(world: &World, tab: &mut Tab, id: &str, name: &str) {
    for _ in 0..4 {
        tab.log_out().await;
        world.pass(89 * DAY);
        assert_eq!(tap(tab, id).await.status, 200);
        used(world, tab, name).await;
    }
}

async fn one_tap_opens_a_new_session_after_the_log_out(world: World) {
    let mut tab = world.tab_of("mina").await;
    assert!(list(&mut tab).await.is_empty());
    let reply = save(&mut tab).await;
    let line = reply.cookie(SAVED).unwrap();
    assert!(line.contains("; Path=/; HttpOnly; Secure; SameSite=Lax; Max-Age=31536000"), "{line}");
    assert!(!reply.text.contains(&tab.jar[SAVED]), "no script gets it");
    tab.log_out().await;
    assert!(!tab.jar.contains_key(REFRESH) && tab.jar.contains_key(SAVED));
    let rows = list(&mut tab).await;
    assert_eq!((rows.len(), &rows[0]["username"], &rows[0]["spent"]), (1, &json!("mina"), &json!(null)));

    let (mina, before) = (id(&mut tab, "mina").await, tab.jar[SAVED].clone());
    let reply = tap(&mut tab, &mina).await;
    assert_eq!((reply.status.as_u16(), &reply.json()["saved"]), (200, &json!(true)), "{}", reply.text);
    assert_ne!(tab.jar[SAVED], before, "the key was replaced");
    used(&world, &mut tab, "mina").await;
    assert_eq!(world.count("select count(*) from events where kind = 'one_tap'").await, 1);
    // And again, at once and later.
    for wait in [0, 5, 3600] {
        tab.log_out().await;
        world.pass(wait);
        assert_eq!(tap(&mut tab, &mina).await.status, 200, "{wait} s later");
        used(&world, &mut tab, "mina").await;
    }
    assert_eq!(world.count("select count(*) from sessions where ended_at is null").await, 1);
}

async fn not_now_leaves_nothing_and_is_remembered_for_thirty_days(world: World) {
    let credentials = json!({"login": "mina", "password": "correct-horse-mina"});
    let mut tab = world.tab();
    assert_eq!(tab.post("/api/session", &credentials).await.json()["offer"], "ask");
    let reply = tab.json(Method::PATCH, "/api/session", &json!({"save": false})).await;
    assert!(reply.cookie(SAVED).is_none());
    assert!(reply.cookie("__Host-declined").unwrap().ends_with("Max-Age=2592000"));
    assert!(list(&mut tab).await.is_empty());
    assert!(tab.post("/api/session", &credentials).await.json()["offer"].is_null());
    assert_eq!(tab.form("/login", "login=mina&password=correct-horse-mina").await.header("location"), Some("/"));
    tab.jar.remove("__Host-declined");
    assert_eq!(tab.form("/login", "login=mina&password=correct-horse-mina").await.header("location"), Some("/welcome/save"));
    // Saving takes the no back.
    tab.form("/welcome/save", "save=no").await;
    assert!(tab.jar.contains_key("__Host-declined"));
    tab.form("/welcome/save", "save=yes").await;
    assert!(!tab.jar.contains_key("__Host-declined") && tab.jar.contains_key(SAVED));
}

async fn saving_twice_leaves_one_and_a_lost_answer_brings_the_same_key_again(world: World) {
    let mut tab = world.tab_of("mina").await;
    let mut lost = tab.stolen();
    save(&mut lost).await;
    save(&mut tab).await;
    assert_eq!(tab.jar[SAVED], lost.jar[SAVED]);
    save(&mut tab).await;
    let reply = tab.post("/api/saved", &json!({})).await;
    assert_eq!(reply.status, 201, "{}", reply.text);
    assert_eq!(world.count("select count(*) from saved_logins").await, 1);
    assert_eq!(list(&mut tab).await.len(), 1);
}

async fn unsaving_takes_it_away_again(world: World) {
    let mut tab = saved(&world, "mina").await;
    let mut copy = tab.stolen();
    let reply = tab.json(Method::PATCH, "/api/session", &json!({"save": false})).await;
    assert!(reply.cookie(SAVED).unwrap().contains("Max-Age=0"));
    assert_eq!(world.count("select count(*) from saved_logins where ended_at is null").await, 0);
    assert!(list(&mut copy).await.is_empty());
}

async fn a_lost_answer_to_a_tap_brings_the_same_session_again(world: World) {
    let mut tab = saved(&world, "mina").await;
    tab.log_out().await;
    let mina = id(&mut tab, "mina").await;
    let mut lost = tab.stolen();
    assert_eq!(tap(&mut lost, &mina).await.status, 200);
    assert_eq!(tap(&mut tab, &mina).await.status, 200);
    assert_eq!((&tab.jar[SAVED], &tab.jar[REFRESH]), (&lost.jar[SAVED], &lost.jar[REFRESH]), "key and session");
    assert_eq!(world.count("select count(*) from sessions where ended_at is null").await, 1);
    used(&world, &mut tab, "mina").await;
}

async fn a_lost_answer_is_made_good_at_any_age(world: World) {
    let mut tab = saved(&world, "mina").await;
    tab.log_out().await;
    let mina = id(&mut tab, "mina").await;
    for _ in 0..3 {
        let mut lost = tab.stolen();
        assert_eq!(tap(&mut lost, &mina).await.status, 200);
        world.pass(20 * DAY);
    }
    assert_eq!(tap(&mut tab, &mina).await.status, 200);
    used(&world, &mut tab, "mina").await;
    assert_eq!(world.count("select count(*) from sessions where ended_at is null").await, 1, "those that nobody got are over");
}

async fn two_taps_at_once_open_one_session(world: World) {
    let mut tab = saved(&world, "mina").await;
    tab.log_out().await;
    let mina = id(&mut tab, "mina").await;
    let (mut one, mut other) = (tab.stolen(), tab.stolen());
    let (first, second) = tokio::join!(tap(&mut one, &mina), tap(&mut other, &mina));
    assert_eq!((first.status.as_u16(), second.status.as_u16()), (200, 200), "{} {}", first.text, second.text);
    assert_eq!(one.jar[SAVED], other.jar[SAVED]);
    assert_eq!(world.count("select count(*) from sessions where ended_at is null").await, 1);
    used(&world, &mut one, "mina").await;
    // A third one, which knows nothing of the two: it gets nothing, and breaks nothing.
    let late = tap(&mut tab, &mina).await;
    assert_eq!((late.status.as_u16(), late.code()), (409, "superseded".into()));
    assert!(late.sets_no_cookie());
    used(&world, &mut other, "mina").await;
}

/// Both answers are on their way at once; whichever comes last, no key is lost, and none looks stolen later.
async fn two_accounts_tapped_at_once_lose_neither(world: World) {
    let mut both = two(&world).await;
    let (mina, rover) = (id(&mut both, "mina").await, id(&mut both, "rover").await);
    for last_is_rover in [true, false] {
        both.log_out().await;
        world.pass(3600);
        let (mut one, mut other) = (both.stolen(), both.stolen());
        assert_eq!(tap(&mut other, &rover).await.status, 200);
        assert_eq!(tap(&mut one, &mina).await.status, 200);
        // Each is used before the other one's answer comes.
        used(&world, &mut one, "mina").await;
        used(&world, &mut other, "rover").await;
        both.jar = if last_is_rover { other.jar } else { one.jar };
        for id in [&mina, &rover, &mina, &rover] {
            world.pass(3600);
            let reply = tap(&mut both, id).await;
            assert_eq!(reply.status, 200, "last is rover: {last_is_rover}: {}", reply.text);
            assert_eq!(both.get("/api/me").await.status, 200);
            world.settle().await;
        }
    }
    assert_eq!(world.count("select count(*) from events where kind = 'saved_login_reused'").await, 0);
}

/// A browser in which mina and rover are saved.
pub async fn two(world: &World) -> Tab {
    let mut tab = saved(world, "mina").await;
    tab.log_out().await;
    tab.post("/api/session", &json!({"login": "rover", "password": "correct-horse-rover"})).await;
    save(&mut tab).await;
    assert_eq!(list(&mut tab).await.len(), 2);
    // What was noted about answers on their way is over.
    world.pass(3600);
    tab
}

async fn a_key_that_was_replaced_ends_the_saved_login_and_what_it_opened(world: World) {
    let mut tab = two(&world).await;
    tab.log_out().await;
    let mina = id(&mut tab, "mina").await;
    let mut thief = tab.stolen();
    assert_eq!(tap(&mut thief, &mina).await.status, 200);
    used(&world, &mut thief, "mina").await;
    world.pass(3600);
    let reply = tap(&mut tab, &mina).await;
    assert_eq!((reply.status.as_u16(), reply.code(), reply.reason()), (401, "session_ended".into(), "reuse".into()));
    assert!(reply.sets_no_cookie());
    assert_eq!(thief.refresh().await.reason(), "reuse", "what it opened is over");
    assert_eq!(tap(&mut thief, &mina).await.reason(), "reuse", "and the thief's key with it");
    assert_eq!(
        world.count("select count(*) from mails where subject = 'We ended one of your sessions'").await,
        1,
        "the owner is told, once"
    );
    let rows = list(&mut tab).await;
    let spent = |name: &str| rows.iter().find(|row| row["username"] == name).unwrap()["spent"].clone();
    assert_eq!((spent("mina"), spent("rover")), (json!("reuse"), json!(null)), "the other account has nothing to do with it");
}

async fn a_key_older_than_its_window_is_not_reuse_in_a_race(world: World) {
    let mut tab = saved(&world, "mina").await;
    tab.log_out().await;
    let mina = id(&mut tab, "mina").await;
    let mut old = tab.stolen();
    tap(&mut tab, &mina).await;
    used(&world, &mut tab, "mina").await;
    world.pass(29);
    assert_eq!(tap(&mut old, &mina).await.code(), "superseded");
    world.pass(1);
    assert_eq!(tap(&mut old, &mina).await.reason(), "reuse");
}

async fn asking_for_the_password(world: World) {
    let mut tab = saved(&world, "mina").await;
    tab.log_out().await;
    let mina = id(&mut tab, "mina").await;
    let path = format!("/api/saved/{mina}");
    let open = format!("{path}/session");
    let reply = tab.json(Method::PATCH, &path, &json!({"ask_password": true})).await;
    assert_eq!((reply.status.as_u16(), &reply.json()["ask_password"]), (200, &json!(true)));
    let before = tab.jar.clone();
    assert_eq!(tap(&mut tab, &mina).await.code(), "invalid_fields");
    assert_eq!(tab.post(&open, &json!({"password": "wrong"})).await.code(), "invalid_credentials");
    assert_eq!(tab.form(&format!("/login/saved/{mina}"), "password=wrong").await.status, 422);
    assert_eq!(tab.jar, before, "nothing has happened to the key");
    // To be asked no longer takes the password as well.
    let reply = tab.json(Method::PATCH, &path, &json!({"ask_password": false})).await;
    assert_eq!(reply.code(), "invalid_fields");
    assert_eq!(tab.form("/login/saved", &format!("id={mina}&deed=trust")).await.status, 422);
    assert_eq!(tab.post(&open, &json!({"password": "correct-horse-mina"})).await.status, 200);
    used(&world, &mut tab, "mina").await;
    // Its owner is logged in, and need not.
    assert_eq!(tab.form("/settings/security/saved", &format!("id={mina}&deed=trust")).await.status, 303);
    assert_eq!(tab.form("/settings/security/saved", &format!("id={mina}&deed=ask")).await.status, 303);
    tab.log_out().await;
    let reply = tab.json(Method::PATCH, &path, &json!({"ask_password": false, "password": "correct-horse-mina"})).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    world.pass(60);
    assert_eq!(tap(&mut tab, &mina).await.status, 200);
    tab.log_out().await;
    tab.json(Method::PATCH, &path, &json!({"ask_password": true})).await;
    for _ in 0..10 {
        assert_eq!(tab.post(&open, &json!({"password": "wrong"})).await.code(), "invalid_credentials");
    }
    let reply = tab.post(&open, &json!({"password": "correct-horse-mina"})).await;
    assert_eq!((reply.status.as_u16(), reply.header("retry-after")), (429, Some("30")), "throttled like a log-in");
}

async fn five_accounts_and_no_more(world: World) {
    let mut tab = world.tab();
    let mut names = vec!["mina".to_owned(), "rover".into(), "admin".into()];
    for name in ["nora", "otto", "pia"] {
        let fields = json!({"username": name, "email": format!("{name}@example.org"), "password": "three unrelated words"});
        assert_eq!(world.tab().post("/api/accounts", &fields).await.status, 201);
        names.push(name.to_owned());
    }
    let credentials = |name: &str| {
        let password = if name.len() > 4 || name == "mina" { format!("correct-horse-{name}") } else { "three unrelated words".into() };
        json!({"login": name, "password": password})
    };
    for name in &names[..5] {
        let reply = tab.post("/api/session", &credentials(name)).await;
        assert_eq!((reply.status.as_u16(), &reply.json()["offer"]), (200, &json!("ask")), "{name}");
        assert_eq!(save(&mut tab).await.status, 200, "{name}");
        tab.log_out().await;
    }
    assert_eq!(list(&mut tab).await.len(), 5);
    assert_eq!(tab.post("/api/session", &credentials("pia")).await.json()["offer"], "full");
    let before = tab.jar.clone();
    let reply = save(&mut tab).await;
    assert_eq!(reply.status, 422);
    assert!(reply.text.contains("You already have five saved accounts here. Remove one to save this one."), "{}", reply.text);
    assert_eq!(tab.jar, before, "nothing has changed");
    let page = tab.form("/welcome/save", "save=yes").await;
    assert!(page.status == 422 && page.text.contains("You already have five saved accounts here."), "{}", page.status);
    let mina = id(&mut tab, "mina").await;
    assert_eq!(remove(&mut tab, &mina).await.status, 204);
    assert_eq!(save(&mut tab).await.status, 200);
    assert!(tab.jar[SAVED].len() < 400, "{}", tab.jar[SAVED].len());
}

async fn another_browsers_id_is_not_found(world: World) {
    let mut tab = saved(&world, "mina").await;
    let mina = id(&mut tab, "mina").await;
    for mut other in [world.tab(), saved(&world, "mina").await, saved(&world, "rover").await] {
        for id in [&mina, "garbage"] {
            assert_eq!(tap(&mut other, id).await.status, 404);
            assert_eq!(remove(&mut other, id).await.status, 404);
            assert_eq!(other.json(Method::PATCH, &format!("/api/saved/{id}"), &json!({"ask_password": true})).await.status, 404);
            assert_eq!(other.form("/login/saved", &format!("id={id}&deed=remove")).await.status, 404);
            assert_eq!(other.form(&format!("/login/saved/{id}"), "").await.header("location"), Some("/login"));
        }
    }
    // The id with a forged key.
    let mut forger = world.tab();
    forger.jar.insert(SAVED.into(), tab.jar[SAVED].replace(&tab.jar[SAVED][..1], "B"));
    assert_eq!(tap(&mut forger, &mina).await.status, 404);
    forger.jar.insert(SAVED.into(), "garbage..".into());
    assert!(list(&mut forger).await.is_empty());
    tab.log_out().await;
    assert_eq!(tap(&mut tab, &mina).await.status, 200, "nobody has done anything to it");
}

async fn a_log_in_of_a_saved_account_is_saved(world: World) {
    let mut tab = saved(&world, "mina").await;
    tab.log_out().await;
    let reply = tab.post("/api/session", &json!({"login": "mina", "password": "correct-horse-mina"})).await;
    assert_eq!((&reply.json()["saved"], &reply.json()["offer"]), (&json!(true), &json!(null)));
    assert!(reply.cookie(REFRESH).unwrap().ends_with("Max-Age=7776000"));
    assert_eq!(world.count("select count(*) from saved_logins").await, 1);
    // Saved with the log-in itself.
    let mut tab = world.tab();
    tab.post("/api/session", &json!({"login": "rover", "password": "correct-horse-rover", "save": true})).await;
    assert_eq!(list(&mut tab).await.len(), 1);
}

async fn a_key_is_no_refresh_token_and_a_refresh_token_no_key(world: World) {
    let mut tab = saved(&world, "mina").await;
    let (key, token) = (tab.jar[SAVED].clone(), tab.jar[REFRESH].clone());
    let mut other = world.tab();
    other.jar.insert(SAVED.into(), token);
    assert!(list(&mut other).await.is_empty());
    assert_eq!(other.post("/api/session/refresh", &json!({"refresh": key})).await.code(), "invalid_token");
    tab.jar.remove(REFRESH);
    tab.jar.remove(ACCESS);
    assert_eq!(tab.json(Method::PATCH, "/api/session", &json!({"save": true})).await.status, 401, "a saved login is no session");
}

async fn the_storage_is_remembered(world: World) {
    let mut tab = world.tab();
    let grant = tab.post("/api/session", &json!({"login": "mina", "password": "correct-horse-mina", "storage": "local"})).await.json();
    let reply = tab.json(Method::PATCH, "/api/session", &json!({"save": true, "refresh": grant["refresh"]})).await;
    assert!(reply.cookie(SAVED).is_some());
    let body = json!({"refresh": reply.json()["refresh"]});
    assert_eq!(tab.json(Method::DELETE, "/api/session", &body).await.status, 204);
    let mina = id(&mut tab, "mina").await;
    let reply = tap(&mut tab, &mina).await;
    assert_eq!(reply.json()["storage"], "local");
    assert!(reply.json()["refresh"].is_string() && reply.cookie(REFRESH).is_none());
    tab.bearer = reply.json()["access"].as_str().map(str::to_owned);
    used(&world, &mut tab, "mina").await;
    tab.bearer = None;
    world.pass(60);
    // Without scripts nothing but a cookie brings a token back.
    assert_eq!(tab.form(&format!("/login/saved/{mina}"), "next=/p/1").await.header("location"), Some("/p/1"));
    assert!(tab.jar.contains_key(REFRESH));
    assert!(!tab.jar.contains_key(PARKED));
}

async fn a_saved_login_follows_the_tokens(world: World) {
    let mut tab = saved(&world, "mina").await;
    let mut other = saved(&world, "mina").await;
    // Refused: nothing moves.
    assert_eq!(tab.json(Method::PATCH, "/api/session", &json!({"storage": "local"})).await.status, 422);
    assert_eq!(world.count("select count(*) from saved_logins where storage = 'cookie'").await, 2);
    let to_local = json!({"storage": "local", "password": "correct-horse-mina"});
    let grant = tab.json(Method::PATCH, "/api/session", &to_local).await.json();
    tab.json(Method::DELETE, "/api/session", &json!({"refresh": grant["refresh"]})).await;
    let mina = id(&mut tab, "mina").await;
    let reply = tap(&mut tab, &mina).await;
    assert_eq!(reply.json()["storage"], "local");
    assert!(reply.json()["refresh"].is_string() && reply.cookie(REFRESH).is_none());

    // And back: it follows a session that it has opened itself.
    let back = json!({"storage": "hybrid", "refresh": reply.json()["refresh"]});
    assert_eq!(tab.json(Method::PATCH, "/api/session", &back).await.status, 200);
    tab.log_out().await;
    assert_eq!(tap(&mut tab, &mina).await.json()["storage"], "hybrid");

    // That of another browser stays where it is.
    other.log_out().await;
    let theirs = id(&mut other, "mina").await;
    assert_eq!(tap(&mut other, &theirs).await.json()["storage"], "cookie");
}
