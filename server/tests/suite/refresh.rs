//! The refresh table through HTTP, row by row, on both databases. The race window is 30 s: a tenth of the access life.

use futures::future::join_all;
use serde_json::json;

use crate::world::{ACCESS, REFRESH, World, on_both};

on_both!(
    row_1_an_ended_session_says_why_and_is_never_called_reuse,
    row_1_an_idle_and_an_old_session_say_so,
    row_2_the_newest_generation_rotates,
    row_3_right_after_a_rotation_the_same_refresh_token_comes_back,
    row_4_an_answer_that_may_be_on_its_way_is_given_again,
    row_4_a_lost_answer_is_made_up_for_at_any_age,
    row_4_a_thief_who_comes_before_the_owner_and_keeps_still_is_seen_when_he_comes_again,
    row_4_two_tabs_that_wake_after_a_lost_answer_both_live,
    row_5_a_tab_that_wakes_beside_the_one_that_uses_the_successor_lives,
    row_5_the_loser_of_a_race_gets_nothing_and_keeps_its_cookies,
    row_6_a_replayed_token_ends_the_session_everywhere_at_once,
    who_has_not_claimed_an_address_is_not_written_to,
    row_7_a_restored_database_logs_nobody_out,
    sixteen_presenters_of_one_token_make_one_rotation,
    a_log_out_beats_every_refresh_that_comes_after,
    rendering_never_rotates,
    a_clock_set_back_ends_nothing,
    the_idle_limit_slides_and_the_absolute_one_does_not,
    a_restart_keeps_everybody_logged_in,
    a_disabled_account_gets_no_more_tokens,
);

async fn row_1_an_ended_session_says_why_and_is_never_called_reuse(world: World) {
    let mut tab = world.tab_of("mina").await;
    let mut old = tab.stolen();
    world.pass(60);
    tab.refresh().await;
    let mut copy = tab.stolen();
    assert_eq!(tab.log_out().await.status, 204);
    for other in [&mut copy, &mut old] {
        let reply = other.refresh().await;
        assert_eq!((reply.status.as_u16(), reply.code(), reply.reason()), (401, "session_ended".into(), "logged_out".into()));
        assert!(reply.sets_no_cookie(), "a refresh that fails touches no cookie");
        assert_eq!(reply.header("www-authenticate"), Some(r#"Bearer realm="nightlatch", error="invalid_token""#));
    }
}

async fn row_1_an_idle_and_an_old_session_say_so(world: World) {
    let mut idle = world.tab_of("mina").await;
    let mut busy = world.tab_of("rover").await;
    for _ in 0..14 {
        world.pass(12 * 60 * 60 - 60);
        assert_eq!(busy.refresh().await.status, 200);
    }
    assert_eq!(idle.refresh().await.reason(), "idle");
    world.pass(15 * 60);
    assert_eq!(busy.refresh().await.reason(), "age", "seven days are over, whatever the use");
    assert_eq!(busy.refresh().await.reason(), "age", "and the reason stays");
}

async fn row_2_the_newest_generation_rotates(world: World) {
    let mut tab = world.tab_of("mina").await;
    let first = tab.jar[REFRESH].clone();
    let reply = tab.refresh().await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.json()["generation"], 2);
    assert!(reply.json().get("access").is_none() && reply.json().get("refresh").is_none(), "no token in a body of `cookie`");
    assert_ne!(tab.jar[REFRESH], first);
    world.pass(60);
    assert_eq!(tab.refresh().await.json()["generation"], 3);
    assert_eq!(tab.get("/api/me").await.status, 200);
    assert_eq!(world.count("select count(*) from sessions").await, 1, "one row, however often it rotates");
}

async fn row_3_right_after_a_rotation_the_same_refresh_token_comes_back(world: World) {
    let mut tab = world.tab_of("mina").await;
    tab.refresh().await;
    let (refresh, access) = (tab.jar[REFRESH].clone(), tab.jar[ACCESS].clone());
    world.pass(29);
    let reply = tab.refresh().await;
    assert_eq!(reply.json()["generation"], 2);
    assert!(reply.cookie(REFRESH).is_none(), "not set again: should this answer come late, it must not bury a newer one");
    assert_eq!(tab.jar[REFRESH], refresh);
    assert_ne!(tab.jar[ACCESS], access, "a fresh access token");
}

async fn row_4_an_answer_that_may_be_on_its_way_is_given_again(world: World) {
    let mut tab = world.tab_of("mina").await;
    let mut other = tab.stolen();
    assert_eq!(other.refresh().await.json()["generation"], 2);
    world.pass(15);
    assert_eq!(tab.refresh().await.json()["generation"], 2);
    assert_eq!(tab.jar[REFRESH], other.jar[REFRESH], "the same successor");
    for tab in [&mut tab, &mut other] {
        assert_eq!(tab.get("/api/me").await.status, 200);
        assert_eq!(tab.refresh().await.status, 200);
    }
}

async fn row_4_a_lost_answer_is_made_up_for_at_any_age(world: World) {
    let mut tab = world.tab_of("mina").await;
    for generation in 2..5 {
        assert_eq!(tab.stolen().refresh().await.json()["generation"], generation);
        // `tab` never sees it, and sleeps for hours.
        world.pass(10 * 60 * 60);
    }
    assert_eq!(tab.refresh().await.json()["generation"], 5, "another one each time");
    assert_eq!(tab.get("/api/me").await.status, 200);
    world.pass(60);
    assert_eq!(tab.refresh().await.status, 200);
}

/// With the same successor at any age, he would have had it too, and have been seen by nobody.
async fn row_4_a_thief_who_comes_before_the_owner_and_keeps_still_is_seen_when_he_comes_again(world: World) {
    let mut owner = world.tab_of("mina").await;
    let mut thief = owner.stolen();
    world.pass(150);
    assert_eq!(thief.refresh().await.status, 200);
    world.pass(90);
    assert_eq!(owner.refresh().await.status, 200);
    assert_eq!(owner.get("/api/me").await.status, 200);
    assert_ne!(owner.jar[REFRESH], thief.jar[REFRESH]);
    world.pass(150);
    assert_eq!(thief.refresh().await.reason(), "reuse");
    assert_eq!(owner.refresh().await.reason(), "reuse");
}

async fn row_4_two_tabs_that_wake_after_a_lost_answer_both_live(world: World) {
    let tab = world.tab_of("mina").await;
    tab.stolen().refresh().await;
    // The answer was lost, the laptop slept. Both tabs wake with the same old token, and one is a moment later.
    world.pass(10 * 60 * 60);
    let (mut first, mut second) = (tab.stolen(), tab.stolen());
    assert_eq!(first.refresh().await.status, 200);
    assert_eq!(first.get("/api/me").await.status, 200);
    world.pass(1);
    assert_eq!(second.refresh().await.code(), "superseded");
    assert_eq!(first.get("/api/me").await.status, 200);
    world.pass(60);
    assert_eq!(first.refresh().await.status, 200);
}

async fn row_5_a_tab_that_wakes_beside_the_one_that_uses_the_successor_lives(world: World) {
    for by_refresh in [false, true] {
        let mut first = world.tab_of("mina").await;
        let mut second = first.stolen();
        // The answer has come, and the laptop sleeps before anybody uses it. Both tabs wake, and one has not read its store yet.
        first.refresh().await;
        world.pass(if by_refresh { 29 } else { 200 });
        let used = if by_refresh { first.refresh().await } else { first.get("/api/me").await };
        assert_eq!(used.status, 200);
        world.pass(2);
        assert_eq!(second.refresh().await.code(), "superseded", "by refresh: {by_refresh}");
        world.pass(31);
        assert_eq!(first.get("/api/me").await.status, 200);
        assert_eq!(second.refresh().await.reason(), "reuse", "later it is a replay");
    }
}

async fn row_5_the_loser_of_a_race_gets_nothing_and_keeps_its_cookies(world: World) {
    let mut winner = world.tab_of("mina").await;
    let mut loser = winner.stolen();
    winner.refresh().await;
    winner.get("/api/me").await;
    let reply = loser.refresh().await;
    assert_eq!((reply.status.as_u16(), reply.code()), (409, "superseded".into()));
    assert!(reply.json()["retry_after_ms"].as_u64().unwrap() > 0);
    assert!(reply.sets_no_cookie());
    assert_eq!(winner.get("/api/me").await.status, 200, "nobody was logged out");
    world.pass(60);
    assert_eq!(winner.refresh().await.status, 200);
}

async fn row_6_a_replayed_token_ends_the_session_everywhere_at_once(world: World) {
    let mut victim = world.tab_of("mina").await;
    let mut thief = victim.stolen();
    world.pass(240);
    victim.refresh().await;
    assert_eq!(victim.get("/api/me").await.status, 200, "this confirms generation 2");
    world.pass(31);
    let reply = thief.refresh().await;
    assert_eq!((reply.status.as_u16(), reply.reason()), (401, "reuse".into()));
    assert!(reply.sets_no_cookie());
    assert_eq!(victim.get("/api/me").await.code(), "invalid_token", "access tokens of the session stop at once");
    assert_eq!(victim.refresh().await.reason(), "reuse", "and the victim is told why");
    assert_eq!(world.count("select count(*) from events where kind = 'refresh_token_reused'").await, 1);
    assert_eq!(world.count("select count(*) from sessions where ended_why = 'reuse'").await, 1);
    let told = "select count(*) from mails where recipient = 'mina@nightlatch.example' and body like '%used a second time%'";
    assert_eq!(world.count(told).await, 1, "and its owner is written to, once");
}

/// The address may be somebody else's.
async fn who_has_not_claimed_an_address_is_not_written_to(world: World) {
    let mut victim = world.tab();
    let body = json!({"username": "mina.two", "email": "mina@nightlatch.example", "password": "a long and quiet one"});
    assert_eq!(victim.post("/api/accounts", &body).await.status, 201);
    let mails = world.count("select count(*) from mails").await;
    let mut thief = victim.stolen();
    victim.refresh().await;
    victim.get("/api/me").await;
    world.pass(31);
    assert_eq!(thief.refresh().await.reason(), "reuse");
    assert_eq!(world.count("select count(*) from mails").await, mails);
}

async fn row_7_a_restored_database_logs_nobody_out(world: World) {
    let mut tab = world.tab_of("mina").await;
    for _ in 0..5 {
        world.pass(60);
        tab.refresh().await;
    }
    world.sql("update sessions set generation = 2, confirmed = true").await;
    world.pass(60);
    assert_eq!(tab.refresh().await.json()["generation"], 7);
    assert_eq!(tab.get("/api/me").await.status, 200);
    world.pass(60);
    assert_eq!(tab.refresh().await.json()["generation"], 8);
}

async fn sixteen_presenters_of_one_token_make_one_rotation(world: World) {
    let tab = world.tab_of("mina").await;
    let mut presenters: Vec<_> = (0..16).map(|_| tab.stolen()).collect();
    let replies = join_all(presenters.iter_mut().map(|presenter| presenter.refresh())).await;
    for reply in &replies {
        assert_eq!(reply.status, 200, "{}", reply.text);
        assert_eq!(reply.json()["generation"], 2);
    }
    let successors: std::collections::HashSet<_> = presenters.iter().map(|presenter| presenter.jar[REFRESH].clone()).collect();
    assert_eq!(successors.len(), 1, "one successor");
    assert_eq!(world.count("select generation from sessions").await, 2, "one rotation");
}

async fn a_log_out_beats_every_refresh_that_comes_after(world: World) {
    let mut tab = world.tab_of("mina").await;
    let mut racers: Vec<_> = (0..8).map(|_| tab.stolen()).collect();
    let (_, replies) = tokio::join!(tab.log_out(), join_all(racers.iter_mut().map(|racer| racer.refresh())));
    for (reply, racer) in replies.iter().zip(&mut racers) {
        assert!(reply.status == 200 || reply.reason() == "logged_out", "{}", reply.text);
        assert_eq!(racer.refresh().await.reason(), "logged_out", "whoever was faster has nothing of it");
        assert_eq!(racer.get("/api/me").await.status, 401);
    }
}

async fn rendering_never_rotates(world: World) {
    let mut tab = world.tab_of("mina").await;
    tab.refresh().await;
    tab.jar.remove(ACCESS);
    let jar = tab.jar.clone();
    for _ in 0..3 {
        world.pass(60);
        let reply = tab.get("/").await;
        assert_eq!(reply.status, 200);
        assert!(reply.text.contains("action=\"/logout\""), "rendered for its owner");
        assert!(reply.sets_no_cookie());
    }
    assert_eq!(tab.jar, jar);
    assert_eq!(world.count("select generation from sessions").await, 2);
}

async fn a_clock_set_back_ends_nothing(world: World) {
    let mut tab = world.tab_of("mina").await;
    let mut other = tab.stolen();
    world.pass(60);
    tab.refresh().await;
    world.clock.set_back(std::time::Duration::from_secs(2 * 60 * 60));
    assert_eq!(tab.refresh().await.status, 200);
    let late = other.refresh().await;
    assert_eq!((late.status.as_u16(), late.code()), (409, "superseded".into()), "kinder, not stricter");
    world.pass(2 * 60 * 60 + 60);
    assert_eq!(tab.refresh().await.status, 200);
}

async fn the_idle_limit_slides_and_the_absolute_one_does_not(world: World) {
    let mut tab = world.tab_of("mina").await;
    let until = world.count("select expires_at from sessions").await;
    let idle = world.count("select idle_expires_at from sessions").await;
    world.pass(60 * 60);
    tab.refresh().await;
    assert_eq!(world.count("select expires_at from sessions").await, until);
    assert_eq!(world.count("select idle_expires_at from sessions").await, idle + 60 * 60 * 1000);
}

async fn a_restart_keeps_everybody_logged_in(mut world: World) {
    let mut tab = world.tab_of("mina").await;
    let mut gone = world.tab_of("rover").await;
    let mut gone_copy = gone.stolen();
    gone.log_out().await;
    world.restart().await;
    let mut tab_again = world.tab();
    tab_again.jar = tab.jar.clone();
    assert_eq!(tab_again.get("/api/me").await.status, 200, "the access token still holds");
    assert_eq!(tab_again.refresh().await.status, 200, "and the refresh token");
    let mut gone_again = world.tab();
    gone_again.jar = std::mem::take(&mut gone_copy.jar);
    assert_eq!(gone_again.get("/api/me").await.status, 401, "what had ended is still known");
    tab.jar.clear();
}

async fn a_disabled_account_gets_no_more_tokens(world: World) {
    let mut tab = world.tab_of("mina").await;
    world.sql("update accounts set disabled_at = 1 where username = 'mina'").await;
    let reply = tab.refresh().await;
    assert_eq!((reply.status.as_u16(), reply.code()), (401, "session_ended".into()));
    let reply = world.tab().post("/api/session", &json!({"login": "mina", "password": "correct-horse-mina"})).await;
    assert_eq!(reply.code(), "invalid_credentials");
}
