//! The password once more before a session's age asks for it, and what is said of it.

use axum::http::Method;
use serde_json::json;
use server::clock::Clock;

use crate::factor::totp;
use crate::world::{REFRESH, Tab, World, on_both};

on_both!(
    a_session_says_that_it_will_end_a_day_and_a_quarter_of_an_hour_before,
    the_password_gives_a_session_its_whole_age_again,
    it_takes_what_a_log_in_takes,
    an_end_is_not_undone,
    saving_again_takes_nothing_back,
);

const RENEW: &str = "/settings/security/renew";
const HOUR: u64 = 60 * 60;
const DAY: u64 = 24 * HOUR;
const MINA: &str = "password=correct-horse-mina";

/// Keeps a session that is not saved alive until `seconds` after its log-in.
async fn live(world: &World, tab: &mut Tab, mut seconds: u64) {
    while seconds > 0 {
        let step = seconds.min(11 * HOUR);
        world.pass(step);
        seconds -= step;
        assert_eq!(tab.refresh().await.status, 200);
    }
}

async fn a_session_says_that_it_will_end_a_day_and_a_quarter_of_an_hour_before(world: World) {
    let mut tab = world.tab_of("mina").await;
    let said = "You will be asked for your password";
    assert!(!tab.get("/").await.text.contains(said), "not of a fresh session");
    live(&world, &mut tab, 6 * DAY - HOUR).await;
    assert!(!tab.get("/").await.text.contains(said), "nor a day and an hour before");
    let grant = tab.refresh().await.json();
    assert_eq!([&grant["ends_in"], &grant["age"]], [&json!(25 * HOUR), &json!(7 * DAY)]);
    live(&world, &mut tab, HOUR).await;
    let page = tab.get("/settings").await.text;
    assert!(page.contains("You will be asked for your password within a day.") && page.contains(RENEW), "{page}");
    live(&world, &mut tab, DAY - 15 * 60).await;
    assert!(tab.get("/").await.text.contains("You will be asked for your password within 15 minutes."));
    world.pass(15 * 60);
    assert_eq!(tab.refresh().await.reason(), "age");
}

async fn the_password_gives_a_session_its_whole_age_again(world: World) {
    let mut tab = world.tab_of("mina").await;
    tab.json(Method::PATCH, "/api/session", &json!({"save": true})).await;
    for _ in 0..5 {
        world.pass(72 * DAY + 20 * HOUR);
        assert_eq!(tab.refresh().await.status, 200);
    }
    let other = tab.stolen();
    world.pass(60);
    let reply = tab.form(RENEW, MINA).await;
    assert_eq!((reply.status.as_u16(), reply.header("location")), (303, Some("/settings/security/renew?done")));
    // The cookie would have run out with the session.
    assert!(reply.cookie(REFRESH).unwrap().ends_with("Max-Age=7776000"), "{:?}", reply.cookie(REFRESH));
    let page = tab.get("/settings/security/renew?done").await.text;
    assert!(!page.contains("You will be asked") && page.contains("Thank you."), "{page}");
    world.pass(30 * DAY);
    assert_eq!(tab.refresh().await.status, 200, "beyond the age that it had");
    assert!(tab.get("/settings/security/activity").await.text.contains("Password entered once more"));
    // The chain has gone on as ever: what was replaced is still known as replaced.
    world.pass(60);
    tab.get("/api/me").await;
    world.settle().await;
    let mut other = other;
    assert_eq!(other.refresh().await.reason(), "reuse");
}

async fn it_takes_what_a_log_in_takes(world: World) {
    let mut tab = world.tab_of("mina").await;
    live(&world, &mut tab, 6 * DAY + HOUR).await;
    for (sent, words) in [("", "Enter your password"), ("password=wrong-horse", "That password is wrong")] {
        let reply = tab.form(RENEW, sent).await;
        assert_eq!(reply.status, 422, "{sent}");
        assert!(reply.text.contains(words) && reply.text.contains("<title>Error: "), "{}", reply.text);
    }
    assert!(tab.get("/").await.text.contains("within a day"), "nothing has moved");

    let setup = tab.post("/api/factor/totp", &json!({"password": "correct-horse-mina"})).await.json();
    let code = |world: &World| totp(&setup["secret"]).generate(Clock::now(&*world.clock).div_euclid(1000).cast_unsigned()).to_string();
    assert_eq!(tab.post("/api/factor/totp/confirm", &json!({"code": code(&world)})).await.status, 200);
    let reply = tab.form(RENEW, MINA).await;
    assert_eq!(reply.status, 422, "{}", reply.text);
    assert!(reply.text.contains("name=\"code\"") && reply.text.contains("code-error"), "{}", reply.text);
    world.pass(60);
    let reply = tab.form(RENEW, &format!("{MINA}&code={}", code(&world))).await;
    assert_eq!(reply.status, 303, "{}", reply.text);
}

async fn an_end_is_not_undone(world: World) {
    let mut tab = world.tab_of("mina").await;
    let mut copy = tab.stolen();
    tab.log_out().await;
    let reply = copy.form(RENEW, MINA).await;
    assert!(reply.header("location").is_some_and(|to| to.starts_with("/login")), "{:?}", reply.header("location"));
    assert_eq!(copy.refresh().await.reason(), "logged_out");
}

async fn saving_again_takes_nothing_back(world: World) {
    let mut tab = world.tab_of("mina").await;
    tab.json(Method::PATCH, "/api/session", &json!({"save": true})).await;
    for _ in 0..4 {
        world.pass(80 * DAY);
        tab.refresh().await;
    }
    assert_eq!(tab.form(RENEW, MINA).await.status, 303);
    world.pass(60);
    let reply = tab.json(Method::PATCH, "/api/session", &json!({"save": true})).await;
    assert_eq!(reply.json()["ends_in"], json!(365 * DAY - 60));
}
