//! Rules by which any second use of a refresh token ends the session, and sessions of the lab that take the place of others.

use axum::http::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::world::{ACCESS, REFRESH, Reply, Tab, World, on_both};

on_both!(
    strict_rules_end_the_session_at_the_second_use_however_soon,
    strict_rules_take_the_retry_of_a_lost_answer_for_a_theft,
    strict_rules_rotate_a_token_that_comes_back_at_once,
    strict_rules_hold_for_two_tabs_at_one_moment,
    with_grace_the_same_races_end_nothing,
    strict_rules_are_those_of_one_session,
    another_session_takes_the_place_of_the_one_before,
    another_session_is_had_by_the_name_of_the_bench_alone,
    so_many_sessions_in_a_minute,
);

async fn begin(world: &World, storage: &str, rotation: &str) -> (Tab, Uuid, Reply) {
    let (mut tab, bench) = (world.tab(), Uuid::new_v4());
    let knobs = json!({"access_life": 10, "rotation": rotation});
    let reply = tab.post("/api/lab/session", &json!({"bench": bench, "storage": storage, "knobs": knobs})).await;
    assert_eq!(reply.status, 201, "{}", reply.text);
    (tab, bench, reply)
}

async fn deeds(tab: &mut Tab, bench: Uuid) -> Vec<String> {
    let watched = tab.get(&format!("/api/lab/benches/{bench}")).await.json();
    watched["uses"].as_array().unwrap().iter().map(|used| used["deed"].as_str().unwrap().to_owned()).collect()
}

async fn again(tab: &mut Tab, bench: Uuid, body: &Value) -> Reply {
    tab.post(&format!("/api/lab/benches/{bench}/again"), body).await
}

async fn strict_rules_end_the_session_at_the_second_use_however_soon(world: World) {
    // The successor has come back, or it has not: that makes no difference.
    for used in [true, false] {
        let (mut winner, bench, _) = begin(&world, "cookie", "strict").await;
        let mut loser = winner.stolen();
        assert_eq!(winner.refresh().await.status, 200);
        if used {
            assert_eq!(winner.get("/api/me").await.status, 200);
        }
        let reply = loser.refresh().await;
        assert_eq!((reply.status.as_u16(), reply.reason()), (401, "reuse".into()), "used: {used}");
        assert!(reply.sets_no_cookie(), "the losing answer clears nothing");
        assert_eq!(winner.get("/api/me").await.status, 401, "the winner has lost as well");
        assert_eq!(winner.refresh().await.reason(), "reuse");
        assert_eq!(deeds(&mut winner, bench).await, ["rotated", "caught", "over"]);
    }
}

async fn strict_rules_take_the_retry_of_a_lost_answer_for_a_theft(world: World) {
    for seconds in [0, 3, 600] {
        let (mut tab, bench, _) = begin(&world, "cookie", "strict").await;
        let mut before = tab.stolen();
        tab.refresh().await;
        world.pass(seconds);
        assert_eq!(before.refresh().await.reason(), "reuse", "after {seconds} s");
        assert_eq!(deeds(&mut before, bench).await, ["rotated", "caught"]);
    }
}

async fn strict_rules_rotate_a_token_that_comes_back_at_once(world: World) {
    let (mut tab, bench, _) = begin(&world, "cookie", "strict").await;
    for _ in 0..3 {
        assert_eq!(tab.refresh().await.status, 200);
    }
    assert_eq!(deeds(&mut tab, bench).await, ["rotated", "rotated", "rotated"]);
    assert_eq!(tab.get(&format!("/api/lab/benches/{bench}")).await.json()["race_ms"], 0);
}

async fn strict_rules_hold_for_two_tabs_at_one_moment(world: World) {
    for _ in 0..10 {
        let (mut one, bench, _) = begin(&world, "cookie", "strict").await;
        let mut other = one.stolen();
        let (first, second) = tokio::join!(one.refresh(), other.refresh());
        let mut said = [first.status.as_u16(), second.status.as_u16()];
        said.sort_unstable();
        assert_eq!(said, [200, 401]);
        assert_eq!(one.refresh().await.reason(), "reuse");
        assert_eq!(deeds(&mut one, bench).await.iter().filter(|deed| *deed == "caught").count(), 1);
    }
}

async fn with_grace_the_same_races_end_nothing(world: World) {
    for used in [true, false] {
        let (mut winner, _, _) = begin(&world, "cookie", "detecting").await;
        let mut loser = winner.stolen();
        winner.refresh().await;
        if used {
            winner.get("/api/me").await;
        }
        let reply = loser.refresh().await;
        assert_eq!(reply.status, if used { 409 } else { 200 });
        if !used {
            assert_eq!(loser.jar[REFRESH], winner.jar[REFRESH], "the current token");
        }
        assert_eq!(winner.get("/api/me").await.status, 200);
        assert_eq!(winner.refresh().await.status, 200);
    }
}

async fn strict_rules_are_those_of_one_session(world: World) {
    let (_, _, _) = begin(&world, "cookie", "strict").await;
    let mut winner = world.tab_of("mina").await;
    let mut loser = winner.stolen();
    winner.refresh().await;
    winner.get("/api/me").await;
    assert_eq!(loser.refresh().await.status, 409);
    assert_eq!(winner.refresh().await.status, 200);
}

async fn another_session_takes_the_place_of_the_one_before(world: World) {
    for storage in ["cookie", "hybrid", "local"] {
        let (mut tab, bench, first) = begin(&world, storage, "strict").await;
        let mut former = tab.stolen();
        let former_token = first.json()["refresh"].clone();
        let reply = again(&mut tab, bench, &json!({})).await;
        assert_eq!(reply.status, 201, "{}", reply.text);
        let (was, is) = (first.json(), reply.json());
        assert_eq!((&is["viewer"]["account_id"], &is["storage"]), (&was["viewer"]["account_id"], &json!(storage)));
        assert_eq!((&is["expires_in"], &is["generation"]), (&json!(10), &json!(1)));
        assert_ne!(is["viewer"]["session_id"], was["viewer"]["session_id"]);
        let shown = |token: &Value| if token.is_null() { json!({}) } else { json!({"refresh": token}) };
        assert_eq!(former.post("/api/session/refresh", &shown(&former_token)).await.status, 401, "{storage}: one lives at a time");
        // By the same rules, and what was seen of the one before is forgotten.
        let mut twin = tab.stolen();
        assert_eq!(tab.post("/api/session/refresh", &shown(&is["refresh"])).await.status, 200);
        assert_eq!(twin.post("/api/session/refresh", &shown(&is["refresh"])).await.reason(), "reuse");
        assert_eq!(deeds(&mut tab, bench).await, ["rotated", "caught"]);
        // Also after it was lost.
        assert_eq!(again(&mut tab, bench, &json!({"delay_ms": 0})).await.status, 201);
        assert_eq!(deeds(&mut tab, bench).await, Vec::<String>::new());
    }
    assert_eq!(world.count("select count(*) from accounts where username like 'lab%'").await, 3, "no account is made for it");
}

async fn another_session_is_had_by_the_name_of_the_bench_alone(world: World) {
    let (tab, bench, _) = begin(&world, "cookie", "strict").await;
    let mut mina = world.tab_of("mina").await;
    let (access, refresh) = (mina.jar[ACCESS].clone(), mina.jar[REFRESH].clone());
    assert_eq!(again(&mut mina, Uuid::new_v4(), &json!({})).await.status, 404);
    assert_eq!((&mina.jar[ACCESS], &mina.jar[REFRESH]), (&access, &refresh));
    let mut evil = tab.stolen().with_header("sec-fetch-site", "same-site");
    assert_eq!(again(&mut evil, bench, &json!({})).await.status, 403);
    for body in [json!({"delay_ms": -1}), json!({"account": "mina"}), json!({"delay_ms": "long"})] {
        assert_eq!(again(&mut tab.stolen(), bench, &body).await.status, 400, "{body}");
    }
    assert_eq!(tab.stolen().json(Method::GET, &format!("/api/lab/benches/{bench}/again"), &json!({})).await.status, 405);
    // An account that is gone comes back by no bench.
    world.sql("update accounts set disabled_at = 1 where username like 'lab%'").await;
    assert_eq!(again(&mut tab.stolen(), bench, &json!({})).await.status, 404);
}

async fn so_many_sessions_in_a_minute(world: World) {
    let (mut tab, bench, _) = begin(&world, "local", "strict").await;
    let mut made = 0;
    while again(&mut tab, bench, &json!({})).await.status == 201 {
        made += 1;
        assert!(made <= 400, "there is a limit");
    }
    assert_eq!(made, 400);
    world.pass(60);
    assert_eq!(again(&mut tab, bench, &json!({})).await.status, 201);
}
