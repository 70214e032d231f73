//! Saved logins: limits and second thoughts that no use of them comes upon by itself.

use axum::http::Method;
use serde_json::{Value, json};

use crate::saved::{DAY, PARKED, SAVED, id, list, nearly_a_year, remove, save, saved, tap, two, used};
use crate::world::{REFRESH, Tab, World, on_both};

on_both!(
    a_year_is_counted_from_the_password_however_late_it_was_saved,
    what_a_key_opens_ends_with_its_year,
    a_key_that_is_spent_is_asked_for_nothing,
    no_more_than_five_are_parked,
    those_that_are_spent_make_room,
    no_more_keys_are_looked_at_than_a_browser_of_ours_has,
    while_a_key_is_overtaken_nothing_is_done_with_the_others,
    a_removal_and_a_log_in_hold_while_a_key_is_overtaken_and_touch_no_cookie,
    a_session_that_was_used_is_handed_out_to_nobody_else,
    a_client_that_is_no_browser_keeps_no_keys,
    the_answer_no_is_taken_back_only_where_it_was_given,
);

const HOUR: u64 = 60 * 60;
const YEAR: u64 = 365 * DAY;

/// Accounts beside those of the demo, all with one password.
async fn newcomers(world: &World, names: &[&str]) {
    for name in names {
        let fields = json!({"username": name, "email": format!("{name}@example.org"), "password": "three unrelated words"});
        assert_eq!(world.tab().post("/api/accounts", &fields).await.status, 201);
    }
}

async fn log_in(tab: &mut Tab, name: &str) -> crate::world::Reply {
    let password =
        if ["mina", "rover", "admin"].contains(&name) { format!("correct-horse-{name}") } else { "three unrelated words".into() };
    let reply = tab.post("/api/session", &json!({"login": name, "password": password})).await;
    assert_eq!(reply.status, 200, "{name}: {}", reply.text);
    reply
}

async fn names(tab: &mut Tab) -> Vec<String> {
    list(tab).await.iter().map(|row| row["username"].as_str().unwrap().to_owned()).collect()
}

async fn a_year_is_counted_from_the_password_however_late_it_was_saved(world: World) {
    let mut tab = world.tab_of("mina").await;
    for _ in 0..6 {
        world.pass(10 * HOUR);
        assert_eq!(tab.refresh().await.status, 200);
    }
    let line = save(&mut tab).await.cookie(SAVED).unwrap();
    assert!(line.ends_with(&format!("Max-Age={}", YEAR - 60 * HOUR)), "{line}");
    let mina = id(&mut tab, "mina").await;
    nearly_a_year(&world, &mut tab, &mina, "mina").await;
    tab.log_out().await;
    world.pass(YEAR - 4 * 89 * DAY - 60 * HOUR - 1);
    assert_eq!(list(&mut tab).await[0]["spent"], Value::Null, "a second before");
    world.pass(1);
    assert_eq!(list(&mut tab).await[0]["spent"], "age");
    assert_eq!(tap(&mut tab, &mina).await.reason(), "age");
}

async fn what_a_key_opens_ends_with_its_year(world: World) {
    let mut tab = saved(&world, "mina").await;
    let mina = id(&mut tab, "mina").await;
    nearly_a_year(&world, &mut tab, &mina, "mina").await;
    world.pass(8 * DAY);
    assert_eq!(tab.refresh().await.status, 200, "it is in use");
    used(&world, &mut tab, "mina").await;
    world.pass(DAY);
    assert_eq!(tab.refresh().await.reason(), "age", "no chain of sessions outlives the year since the password was entered");
}

async fn a_key_that_is_spent_is_asked_for_nothing(world: World) {
    let mut tab = saved(&world, "mina").await;
    tab.log_out().await;
    let mina = id(&mut tab, "mina").await;
    world.pass(90 * DAY);
    let attempts = world.count("select count(*) from attempts").await;
    for ask in [true, false] {
        let to = json!({"ask_password": ask, "password": "correct-horse-mina"});
        let reply = tab.json(Method::PATCH, &format!("/api/saved/{mina}"), &to).await;
        assert_eq!((reply.status.as_u16(), reply.code(), reply.reason()), (401, "session_ended".into(), "idle".into()), "{ask}");
    }
    for deed in ["ask", "trust"] {
        assert_eq!(tab.form("/login/saved", &format!("id={mina}&deed={deed}")).await.status, 401, "{deed}");
    }
    assert_eq!(world.count("select count(*) from saved_logins where ask_password").await, 0);
    assert_eq!(world.count("select count(*) from attempts").await, attempts, "and no password is looked at");
    assert_eq!(tap(&mut tab, &mina).await.reason(), "idle");
}

async fn no_more_than_five_are_parked(world: World) {
    newcomers(&world, &["nora", "otto", "pia", "quinn"]).await;
    let mut tab = world.tab();
    for name in ["mina", "rover", "admin", "nora", "otto", "pia", "quinn"] {
        log_in(&mut tab, name).await;
    }
    assert_eq!(names(&mut tab).await, ["otto", "nora", "admin", "rover", "mina"], "whoever comes after five is parked no more");
    assert_eq!(world.count("select count(*) from saved_logins").await, 5);
    // Those of yesterday, which open nothing any more, are no reason.
    world.pass(12 * HOUR);
    assert!(list(&mut tab).await.iter().all(|row| row["spent"] == "idle"), "nobody was there for twelve hours");
    log_in(&mut tab, "quinn").await;
    log_in(&mut tab, "pia").await;
    assert_eq!(names(&mut tab).await, ["quinn", "otto", "nora", "admin", "rover"]);
}

async fn those_that_are_spent_make_room(world: World) {
    newcomers(&world, &["nora", "otto", "pia"]).await;
    let mut tab = world.tab();
    for name in ["mina", "rover", "admin", "nora", "otto"] {
        log_in(&mut tab, name).await;
        assert_eq!(save(&mut tab).await.status, 200);
        tab.log_out().await;
    }
    world.pass(90 * DAY);
    assert_eq!(log_in(&mut tab, "pia").await.json()["offer"], "ask");
    assert_eq!(save(&mut tab).await.status, 200);
    assert_eq!(names(&mut tab).await, ["pia", "otto", "nora", "admin", "rover"], "the oldest of them has gone");
}

async fn no_more_keys_are_looked_at_than_a_browser_of_ours_has(world: World) {
    let mut keys = Vec::new();
    for _ in 0..11 {
        keys.push(saved(&world, "mina").await.jar[SAVED].clone());
    }
    let mut tab = world.tab();
    tab.jar.insert(SAVED.into(), keys.join("."));
    assert_eq!(list(&mut tab).await.len(), 10);
    tab.jar.insert(SAVED.into(), [&keys[0][..], &keys[0]].join("."));
    assert_eq!(list(&mut tab).await.len(), 1, "and each of them once");
}

/// A browser in which mina and rover are saved and nobody is logged in, and a request of it that shows the key which mina has just used.
async fn overtaken(world: &World) -> (Tab, Tab) {
    let mut tab = two(world).await;
    tab.log_out().await;
    let late = tab.stolen();
    let mina = id(&mut tab, "mina").await;
    assert_eq!(tap(&mut tab, &mina).await.status, 200);
    used(world, &mut tab, "mina").await;
    (tab, late)
}

/// The keys that came first are the ones that count.
async fn goes_on(world: &World, tab: &mut Tab, names: &[&str]) {
    for name in names {
        world.pass(HOUR);
        let id = id(tab, name).await;
        assert_eq!(tap(tab, &id).await.status, 200, "{name}");
        used(world, tab, name).await;
    }
    assert_eq!(world.count("select count(*) from events where kind = 'saved_login_reused'").await, 0);
}

async fn while_a_key_is_overtaken_nothing_is_done_with_the_others(world: World) {
    let (mut tab, mut late) = overtaken(&world).await;
    let rover = id(&mut late, "rover").await;
    let before = world.count("select count(*) from sessions").await;
    let reply = tap(&mut late, &rover).await;
    assert_eq!((reply.status.as_u16(), reply.code()), (409, "superseded".into()));
    assert!(reply.sets_no_cookie());
    let reply = late.form(&format!("/login/saved/{rover}"), "").await;
    assert_eq!((reply.status.as_u16(), reply.header("location")), (303, Some("/login")), "whose cookies are there by now");
    assert!(reply.sets_no_cookie());
    assert_eq!(world.count("select count(*) from sessions").await, before);
    // To be saved, too, waits until its browser has the newer keys: nothing has changed by then.
    let grant =
        world.tab().post("/api/session", &json!({"login": "admin", "password": "correct-horse-admin", "storage": "local"})).await.json();
    let reply = late.json(Method::PATCH, "/api/session", &json!({"save": true, "refresh": grant["refresh"]})).await;
    assert_eq!((reply.status.as_u16(), reply.code()), (409, "superseded".into()));
    assert!(reply.sets_no_cookie());
    assert_eq!(world.count("select count(*) from saved_logins").await, 2);
    assert_eq!(world.count("select count(*) from sessions where storage = 'local' and not saved and generation = 1").await, 1);
    goes_on(&world, &mut tab, &["rover", "mina", "rover"]).await;
}

async fn a_removal_and_a_log_in_hold_while_a_key_is_overtaken_and_touch_no_cookie(world: World) {
    let (mut tab, late) = overtaken(&world).await;
    let mut log_ins = late.stolen();
    for (name, save) in [("admin", false), ("admin", true)] {
        let mut one = log_ins.stolen();
        // Whoever is left behind meanwhile is not parked, as nobody knows what the cookie holds.
        let fields = json!({"login": name, "password": format!("correct-horse-{name}"), "save": save});
        let reply = one.post("/api/session", &fields).await;
        assert_eq!((reply.status.as_u16(), &reply.json()["saved"]), (200, &json!(save)), "{}", reply.text);
        assert!(reply.cookie(SAVED).is_none() && reply.cookie(PARKED).is_none(), "{:?}", reply.headers);
        log_ins = one;
        log_ins.jar.remove(REFRESH);
    }
    let mut switch = world.tab_of("admin").await;
    switch.jar.insert(SAVED.into(), late.jar[SAVED].clone());
    let reply = log_in(&mut switch, "rover").await;
    assert!(reply.cookie(SAVED).is_none() && reply.cookie(PARKED).is_none(), "{:?}", reply.headers);

    let mut late = late;
    let rover = id(&mut late, "rover").await;
    let reply = remove(&mut late, &rover).await;
    assert_eq!(reply.status, 204, "{}", reply.text);
    assert!(reply.sets_no_cookie(), "{:?}", reply.headers);
    assert_eq!(tap(&mut tab, &rover).await.status, 404, "it opens nothing any more");
    goes_on(&world, &mut tab, &["mina", "mina"]).await;
}

async fn a_session_that_was_used_is_handed_out_to_nobody_else(world: World) {
    let mut tab = saved(&world, "mina").await;
    tab.log_out().await;
    let mina = id(&mut tab, "mina").await;
    let opened = async |tab: &mut Tab| {
        let reply = tap(tab, &mina).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        reply.json()["viewer"]["session_id"].clone()
    };
    let first = opened(&mut tab).await;
    assert_eq!(opened(&mut tab.stolen()).await, first, "pressed twice");
    used(&world, &mut tab, "mina").await;
    let second = opened(&mut tab.stolen()).await;
    assert_ne!(second, first, "it was used");
    // That one is refreshed without having been used otherwise.
    let mut third = tab.stolen();
    let before = opened(&mut third).await;
    assert_eq!(third.refresh().await.status, 200);
    assert_ne!(opened(&mut third.stolen()).await, before, "its refresh token has been shown");
}

async fn a_client_that_is_no_browser_keeps_no_keys(world: World) {
    let mut tab = saved(&world, "mina").await;
    let before = (tab.jar[SAVED].clone(), world.count("select count(*) from saved_logins").await);
    // What it might show of a browser's is not looked at.
    let mut client = world.tab();
    client.jar.insert(SAVED.into(), before.0.clone());
    for name in ["mina", "rover"] {
        let fields = json!({"login": name, "password": format!("correct-horse-{name}"), "storage": "native", "save": true});
        let reply = client.post("/api/session", &fields).await;
        assert_eq!((reply.status.as_u16(), &reply.json()["offer"]), (200, &Value::Null), "{}", reply.text);
        assert!(reply.sets_no_cookie(), "{:?}", reply.headers);
        let mut refresh = reply.json()["refresh"].clone();
        for change in [json!({"save": true}), json!({"save": false}), json!({"park": true})] {
            let mut body = change.clone();
            body["refresh"] = refresh;
            let reply = client.json(Method::PATCH, "/api/session", &body).await;
            assert_eq!(reply.status, 200, "{change}: {}", reply.text);
            assert!(reply.cookie(SAVED).is_none() && reply.cookie(PARKED).is_none(), "{change}: {:?}", reply.headers);
            refresh = reply.json()["refresh"].clone();
        }
    }
    assert_eq!(world.count("select count(*) from saved_logins where ended_at is null").await, before.1);
    assert_eq!(world.count("select count(*) from saved_logins where storage = 'cookie'").await, before.1, "nor has it moved");
    let mina = id(&mut tab, "mina").await;
    tab.log_out().await;
    assert_eq!(tap(&mut tab, &mina).await.status, 200);
}

async fn the_answer_no_is_taken_back_only_where_it_was_given(world: World) {
    const DECLINED: &str = "__Host-declined";
    let mut tab = world.tab_of("mina").await;
    assert!(save(&mut tab).await.cookie(DECLINED).is_none(), "nobody has said no");
    let no = tab.json(Method::PATCH, "/api/session", &json!({"save": false})).await;
    assert!(no.cookie(DECLINED).unwrap().ends_with("Max-Age=2592000"));
    assert!(save(&mut tab).await.cookie(DECLINED).unwrap().ends_with("Max-Age=0"));
    // Twice the same cookie is no less of a no.
    let mut other = world.tab();
    other.jar.insert(DECLINED.into(), format!("1; {DECLINED}=1"));
    assert_eq!(log_in(&mut other, "mina").await.json()["offer"], Value::Null);
    assert!(save(&mut other).await.cookie(DECLINED).unwrap().ends_with("Max-Age=0"));
}
