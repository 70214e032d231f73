//! What ends a saved login: time, its owner, its account, and whoever else has got hold of it.

use app::wire::session::Why;
use axum::http::Method;
use serde_json::{Value, json};
use server::auth::ending::everything_ends;

use crate::saved::{DAY, SAVED, id, list, nearly_a_year, remove, save, saved, tap, two, used};
use crate::world::{Tab, World, on_both};

on_both!(
    it_ends_after_ninety_days_without_use_and_after_a_year,
    the_ninety_days_begin_at_the_log_out,
    removing_takes_no_log_in,
    a_password_change_ends_all_but_the_one_here,
    a_disabled_account_has_no_saved_login_any_more,
    reuse_of_a_refresh_token_ends_the_saved_login_too,
    a_spent_key_goes_when_its_owner_logs_in,
    what_is_over_is_removed_in_the_end,
    it_ends_where_its_browser_is_logged_out_from_another,
    it_ends_where_all_others_are_logged_out,
);

async fn it_ends_after_ninety_days_without_use_and_after_a_year(world: World) {
    let mut tab = saved(&world, "mina").await;
    let mina = id(&mut tab, "mina").await;
    nearly_a_year(&world, &mut tab, &mina, "mina").await;
    tab.log_out().await;
    let mut idle = tab.stolen();
    world.pass(9 * DAY);
    assert_eq!(tap(&mut tab, &mina).await.reason(), "age", "a year after the password was entered");
    assert_eq!(list(&mut idle).await[0]["spent"], "age");

    let mut tab = saved(&world, "rover").await;
    tab.log_out().await;
    let rover = id(&mut tab, "rover").await;
    world.pass(90 * DAY);
    assert_eq!(list(&mut tab).await[0]["spent"], "idle", "the row says so before anybody tries");
    assert_eq!(tap(&mut tab, &rover).await.reason(), "idle");
    assert!(tab.get("/login").await.text.contains("Enter your password once more"));
}

async fn the_ninety_days_begin_at_the_log_out(world: World) {
    let mut tab = saved(&world, "mina").await;
    for _ in 0..5 {
        world.pass(40 * DAY);
        assert_eq!(tab.refresh().await.status, 200);
        used(&world, &mut tab, "mina").await;
    }
    tab.log_out().await;
    world.pass(89 * DAY);
    let mina = id(&mut tab, "mina").await;
    assert_eq!(tap(&mut tab, &mina).await.status, 200);
}

async fn removing_takes_no_log_in(world: World) {
    let mut tab = two(&world).await;
    tab.log_out().await;
    let mut copy = tab.stolen();
    let page = tab.get("/login/saved").await;
    assert!(page.status == 200 && page.text.contains("mina") && page.text.contains("rover"));
    let mina = id(&mut tab, "mina").await;
    assert!(tab.get(&format!("/login/saved?remove={mina}")).await.text.contains("You can still log in with your password."));
    let reply = tab.form("/login/saved", &format!("id={mina}&deed=remove")).await;
    assert_eq!((reply.status.as_u16(), reply.header("location")), (303, Some("/login/saved?removed=mina")));
    assert!(tab.get("/login/saved?removed=mina").await.text.contains("mina was removed from this browser."));
    assert_eq!(list(&mut tab).await.len(), 1);
    assert_eq!(tap(&mut copy, &mina).await.status, 404, "also for whoever kept a copy of the key");
    let reply = tab.json(Method::DELETE, "/api/saved", &json!({})).await;
    assert_eq!(reply.status, 204);
    assert!(!tab.jar.contains_key(SAVED));
    assert!(tab.get("/login/saved").await.text.contains("No account is saved on this browser."));
    assert_eq!(world.count("select count(*) from saved_logins where ended_at is null").await, 0);
}

async fn a_password_change_ends_all_but_the_one_here(world: World) {
    let (mut here, mut there) = (saved(&world, "mina").await, saved(&world, "mina").await);
    let account_id = here.get("/api/me").await.json()["account_id"].as_str().unwrap().parse().unwrap();
    let change = json!({"current": "correct-horse-mina", "new": "three other words"});
    assert!(here.json(Method::PUT, "/api/password", &change).await.status.is_success());
    assert_eq!(list(&mut here).await[0]["spent"], json!(null));
    there.log_out().await;
    assert!(there.get("/login").await.text.contains("Password needed: it changed"));
    let mina = id(&mut there, "mina").await;
    assert_eq!(tap(&mut there, &mina).await.reason(), "password");
    let reply = there.form(&format!("/login/saved/{mina}"), "").await;
    assert_eq!(reply.header("location"), Some("/login?add=1&login=mina"), "the name stands in the form");
    let auth = &world.site.auth;
    let mut tx = auth.db.begin().await.unwrap();
    drop(everything_ends(&mut tx, account_id, None, Why::Password, auth.clock.now()).await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(list(&mut here).await[0]["spent"], "password");
}

async fn a_disabled_account_has_no_saved_login_any_more(world: World) {
    let mut tab = saved(&world, "mina").await;
    tab.log_out().await;
    let mina = id(&mut tab, "mina").await;
    world.sql("update accounts set disabled_at = 1 where username = 'mina'").await;
    assert_eq!(tap(&mut tab, &mina).await.reason(), "unknown");
    world.sql("update accounts set disabled_at = null where username = 'mina'").await;
    assert_eq!(tap(&mut tab, &mina).await.reason(), "unknown", "nor does being enabled bring it back");
    assert_eq!(list(&mut tab).await[0]["spent"], "unknown");
}

async fn reuse_of_a_refresh_token_ends_the_saved_login_too(world: World) {
    let mut tab = saved(&world, "mina").await;
    let mut thief = tab.stolen();
    world.pass(3600);
    tab.refresh().await;
    used(&world, &mut tab, "mina").await;
    world.pass(3600);
    assert_eq!(thief.refresh().await.reason(), "reuse");
    assert_eq!(list(&mut tab).await[0]["spent"], "reuse", "the thief could have left one of his own");
}

async fn a_spent_key_goes_when_its_owner_logs_in(world: World) {
    let mut tab = saved(&world, "mina").await;
    tab.log_out().await;
    world.pass(91 * DAY);
    let reply = tab.post("/api/session", &json!({"login": "mina", "password": "correct-horse-mina"})).await;
    assert_eq!(reply.json()["offer"], "ask");
    assert!(list(&mut tab).await.is_empty());
    save(&mut tab).await;
    assert_eq!(list(&mut tab).await.len(), 1);
}

async fn what_is_over_is_removed_in_the_end(world: World) {
    let mut tab = saved(&world, "mina").await;
    let mina = id(&mut tab, "mina").await;
    remove(&mut tab, &mina).await;
    world.pass(89 * DAY);
    server::jobs::purge_once(&world.site.auth).await.unwrap();
    assert_eq!(world.count("select count(*) from saved_logins").await, 1);
    world.pass(2 * DAY);
    server::jobs::purge_once(&world.site.auth).await.unwrap();
    assert_eq!(world.count("select count(*) from saved_logins").await, 0);
}

async fn it_ends_where_its_browser_is_logged_out_from_another(world: World) {
    let (mut here, mut there) = (saved(&world, "mina").await, saved(&world, "mina").await);
    let rows = here.get("/api/sessions").await.json();
    let other = rows.as_array().unwrap().iter().find(|row| row["current"] == false).unwrap();
    let path = format!("/api/sessions/{}", other["session_id"].as_str().unwrap());
    assert_eq!(here.json(Method::DELETE, &path, &json!({})).await.status, 204);
    assert_eq!(spent(&mut there).await, "elsewhere");
    assert_eq!(spent(&mut here).await, Value::Null);
    let mina = id(&mut there, "mina").await;
    assert_eq!(tap(&mut there, &mina).await.reason(), "elsewhere");
}

async fn it_ends_where_all_others_are_logged_out(world: World) {
    let (mut here, mut there) = (saved(&world, "mina").await, saved(&world, "mina").await);
    there.log_out().await;
    let password = json!({"password": "correct-horse-mina"});
    assert_eq!(here.json(Method::DELETE, "/api/sessions", &password).await.status, 200);
    assert_eq!(spent(&mut there).await, "everywhere", "whether or not somebody is logged in there");
    assert_eq!(spent(&mut here).await, Value::Null);
}

async fn spent(tab: &mut Tab) -> Value {
    list(tab).await[0]["spent"].clone()
}
