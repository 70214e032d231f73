//! Time travel in the lab: a session of the lab becomes older, and nobody else's does.

use app::wire::session::Why;
use axum::http::Method;
use serde_json::{Value, json};
use server::config::Config;
use uuid::Uuid;

use crate::world::{ACCESS, REFRESH, Reply, Tab, World, on_both};

const DAY: u64 = 24 * 60 * 60;

on_both!(
    a_jump_ends_what_it_would_end_in_time,
    a_saved_login_that_outlives_the_session_takes_one_tap,
    use_begins_the_idle_limit_anew_and_not_the_absolute_one,
    a_session_that_is_not_saved_lasts_as_its_rules_say,
    access_tokens_that_live_shorter_have_run_out,
    every_time_of_the_session_moves_and_nothing_else,
    a_jump_touches_nobody_else,
    the_account_goes_after_a_day_whatever_the_jumps,
    what_is_over_does_not_grow_older,
    earlier_sessions_of_the_lab_leave_room_for_ones_own_accounts,
    a_tap_in_another_window_leaves_the_bench_where_it_is,
    a_jump_has_bounds,
    limits_have_bounds,
    a_clock_is_not_there_with_the_lab_off,
);

/// Begins one, saved or not, with limits of its own or those of the site.
async fn begin(tab: &mut Tab, saved: bool, lasts: Option<[u32; 3]>) -> (Reply, Uuid) {
    let bench = Uuid::new_v4();
    let knobs = json!({"access_life": 300, "rotation": "detecting"});
    let mut body = json!({"bench": bench, "storage": "cookie", "knobs": knobs, "saved": saved});
    if let Some([idle, age, saved]) = lasts {
        body["lasts"] = json!({"idle": idle, "age": age, "saved": saved});
    }
    let reply = tab.post("/api/lab/session", &body).await;
    assert_eq!(reply.status, 201, "{}", reply.text);
    (reply, bench)
}

async fn jump(tab: &mut Tab, bench: Uuid, hours: u32) -> Reply {
    tab.post(&format!("/api/lab/benches/{bench}/jump"), &json!({"hours": hours})).await
}

async fn jumped(tab: &mut Tab, bench: Uuid, days: u32) -> Value {
    let reply = jump(tab, bench, days * 24).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    reply.json()
}

/// What becomes of a refresh: nothing, or why not.
async fn refreshed(tab: &mut Tab) -> Option<Why> {
    let reply = tab.refresh().await;
    if reply.status == 200 { None } else { Some(Why::parse(&reply.reason())) }
}

/// The saved login of this browser that a tap opens now.
async fn opens(tab: &mut Tab) -> Option<String> {
    let list = tab.get("/api/saved").await.json();
    list.as_array().unwrap().iter().find(|saved| saved["spent"].is_null()).map(|saved| saved["id"].as_str().unwrap().to_owned())
}

async fn a_jump_ends_what_it_would_end_in_time(world: World) {
    for (days, why) in [(8, None), (31, None), (91, Some(Why::Idle)), (366, Some(Why::Age))] {
        let mut tab = world.tab();
        let (_, bench) = begin(&mut tab, true, None).await;
        jumped(&mut tab, bench, days).await;
        assert_eq!(refreshed(&mut tab).await, why, "{days} days");
        assert_eq!(opens(&mut tab).await.is_some(), why.is_none(), "{days} days: its saved login has the same limits");
        // The same by a clock that really moves.
        let mut slow = world.tab_of("rover").await;
        slow.post("/api/saved", &json!({})).await;
        world.pass(u64::from(days) * DAY);
        assert_eq!(refreshed(&mut slow).await, why, "{days} days, waited for");
    }
}

async fn a_saved_login_that_outlives_the_session_takes_one_tap(world: World) {
    let mut tab = world.tab();
    let (first, bench) = begin(&mut tab, true, Some([7, 30, 90])).await;
    jumped(&mut tab, bench, 8).await;
    assert_eq!(refreshed(&mut tab).await, Some(Why::Idle));
    let saved = opens(&mut tab).await.expect("one tap");
    let reply = tab.post(&format!("/api/saved/{saved}/session"), &json!({})).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    let viewer = |reply: &Reply| reply.json()["viewer"]["account_id"].clone();
    assert_eq!(viewer(&reply), viewer(&first));
    assert_eq!(reply.json()["expires_in"], 300, "by the rules of the lab");
    // The bench goes on with the session that was opened, by its limits.
    jumped(&mut tab, bench, 6).await;
    assert_eq!(refreshed(&mut tab).await, None);
    jumped(&mut tab, bench, 7).await;
    assert_eq!(refreshed(&mut tab).await, Some(Why::Idle));
    assert!(opens(&mut tab).await.is_some());
    jumped(&mut tab, bench, 90).await;
    assert_eq!(opens(&mut tab).await, None, "now it takes the password");
}

async fn use_begins_the_idle_limit_anew_and_not_the_absolute_one(world: World) {
    let mut tab = world.tab();
    let (_, bench) = begin(&mut tab, true, Some([7, 30, 400])).await;
    for _ in 0..4 {
        jumped(&mut tab, bench, 6).await;
        assert_eq!(refreshed(&mut tab).await, None);
    }
    let clock = jumped(&mut tab, bench, 6).await;
    assert_eq!(refreshed(&mut tab).await, Some(Why::Age));
    assert_eq!(clock["limits"], json!({"idle": 7 * DAY * 1000, "age": 30 * DAY * 1000}));
    assert_eq!(clock["jumps"].as_array().unwrap().len(), 5);
    assert!(opens(&mut tab).await.is_some(), "400 days are not over");
}

async fn a_session_that_is_not_saved_lasts_as_its_rules_say(world: World) {
    let mut tab = world.tab();
    let (reply, bench) = begin(&mut tab, false, None).await;
    assert!(!reply.cookie(REFRESH).unwrap().contains("Max-Age"), "{:?}", reply.cookie(REFRESH));
    assert_eq!(jump(&mut tab, bench, 11).await.status, 200);
    assert_eq!(refreshed(&mut tab).await, None);
    assert_eq!(jump(&mut tab, bench, 13).await.status, 200);
    assert_eq!(refreshed(&mut tab).await, Some(Why::Idle));
    assert_eq!(opens(&mut tab).await, None);

    let mut tab = world.tab();
    let (_, bench) = begin(&mut tab, false, Some([90, 90, 400])).await;
    jumped(&mut tab, bench, 89).await;
    assert_eq!(refreshed(&mut tab).await, None);
}

async fn access_tokens_that_live_shorter_have_run_out(world: World) {
    let mut tab = world.tab();
    let (_, bench) = begin(&mut tab, true, None).await;
    let mut other = world.tab_of("rover").await;
    assert_eq!(jump(&mut tab, bench, 1).await.status, 200);
    assert_eq!((tab.get("/api/me").await.status.as_u16(), other.get("/api/me").await.status.as_u16()), (401, 200));
    assert_eq!(refreshed(&mut tab).await, None);
    assert_eq!(tab.get("/api/me").await.status, 200);
}

async fn every_time_of_the_session_moves_and_nothing_else(world: World) {
    let mut tab = world.tab();
    let (_, bench) = begin(&mut tab, true, None).await;
    world.pass(60);
    assert_eq!(refreshed(&mut tab).await, None);
    tab.get("/api/me").await;
    let before = tab.get(&format!("/api/lab/benches/{bench}/clock")).await.json();
    let after = jumped(&mut tab, bench, 2).await;
    for of in ["session", "saved"] {
        for time in ["begun_at", "used_at", "idle_expires_at", "expires_at"] {
            let moved = before[of][time].as_i64().unwrap() - after[of][time].as_i64().unwrap();
            assert_eq!(moved, 2 * DAY.cast_signed() * 1000, "{of} {time}");
        }
    }
    assert_eq!((before["now"].as_i64(), &after["jumps"][0]["hours"]), (after["now"].as_i64(), &json!(48)));
    // What was used before the jump is not taken for used after it.
    world.settle().await;
    assert_eq!(tab.get(&format!("/api/lab/benches/{bench}/clock")).await.json()["session"], after["session"]);
}

/// All times that belong to anybody but the lab.
async fn others(world: &World) -> [i64; 2] {
    let theirs = "from sessions s join accounts a on a.account_id = s.account_id where a.email not like '%@lab.invalid'";
    let login = "from saved_logins s join accounts a on a.account_id = s.account_id where a.email not like '%@lab.invalid'";
    let sum = "select cast(coalesce(sum(s.created_at + s.idle_expires_at + s.expires_at + coalesce(s.handed_out_at, 0)), 0) as bigint)";
    let query = |from: &str| -> &'static str { Box::leak(format!("{sum} {from}").into_boxed_str()) };
    [world.count(query(theirs)).await, world.count(query(login)).await]
}

async fn a_jump_touches_nobody_else(world: World) {
    let (mut mina, mut at_home) = (world.tab_of("mina").await, world.tab_of("mina").await);
    mina.post("/api/saved", &json!({})).await;
    let claims = mina.get("/api/session").await.json()["payload"].as_str().unwrap().to_owned();
    let claims: Value = serde_json::from_str(&claims).unwrap();
    // Her session is parked in the browser in which the lab begins one.
    let mut tab = mina.stolen();
    let (_, bench) = begin(&mut tab, true, None).await;
    let (_, other) = begin(&mut world.tab(), true, None).await;
    let before = others(&world).await;
    let clock = async |bench: Uuid| world.tab().get(&format!("/api/lab/benches/{bench}/clock")).await.json();
    let theirs = clock(other).await;
    jumped(&mut tab, bench, 366).await;
    assert_eq!(others(&world).await, before);
    assert_eq!(clock(other).await, theirs, "nor another session of the lab");
    assert_eq!(at_home.get("/api/me").await.status, 200);
    // Only a bench can be named, and nothing in the body names anything else.
    for id in [claims["sid"].as_str().unwrap(), claims["sub"].as_str().unwrap(), "00000000-0000-0000-0000-000000000000"] {
        assert_eq!(jump(&mut tab, id.parse().unwrap(), 1).await.status, 404, "{id}");
    }
    for more in [json!({"hours": 1, "account_id": claims["sub"]}), json!({"hours": 1, "session_id": claims["sid"]})] {
        assert_eq!(tab.post(&format!("/api/lab/benches/{bench}/jump"), &more).await.status, 400, "{more}");
    }
    let mut evil = tab.stolen().with_header("sec-fetch-site", "same-site");
    assert_eq!(jump(&mut evil, bench, 1).await.status, 403, "nor is there a way for another site");
    assert_eq!(others(&world).await, before);
}

async fn the_account_goes_after_a_day_whatever_the_jumps(world: World) {
    let mut tab = world.tab();
    let (_, bench) = begin(&mut tab, true, Some([7, 30, 90])).await;
    let due = async || {
        let due = server::store::accounts::due(&world.site.auth.db, i64::MAX).await.unwrap();
        due.iter().map(|account| account.delete_at.unwrap() - account.created_at).collect::<Vec<_>>()
    };
    assert_eq!(due().await, [DAY.cast_signed() * 1000]);
    jumped(&mut tab, bench, 8).await;
    assert_eq!(due().await, [DAY.cast_signed() * 1000], "a jump takes nothing away");
    assert_eq!(refreshed(&mut tab).await, Some(Why::Idle));
    let saved = opens(&mut tab).await.unwrap();
    assert_eq!(tab.post(&format!("/api/saved/{saved}/session"), &json!({})).await.status, 200);
    assert_eq!(due().await, [DAY.cast_signed() * 1000], "nor does coming back keep it");
    world.pass(DAY);
    assert_eq!(server::auth::deletion::remove_due(&world.site.auth).await.unwrap(), 1);
    assert_eq!(refreshed(&mut tab).await, Some(Why::Unknown));
}

async fn what_is_over_does_not_grow_older(world: World) {
    let mut tab = world.tab();
    let (_, bench) = begin(&mut tab, true, None).await;
    let stolen = tab.jar[ACCESS].clone();
    tab.log_out().await;
    let ended = "select cast(coalesce(max(ended_at), 0) as bigint) from sessions";
    let before = world.count(ended).await;
    world.pass(1);
    let clock = jumped(&mut tab, bench, 8).await;
    assert_eq!((world.count(ended).await, &clock["session"]["ended"]), (before, &json!("logged_out")));
    let age = clock["now"].as_i64().unwrap() - clock["session"]["begun_at"].as_i64().unwrap();
    assert_eq!(age, (8 * DAY + 1).cast_signed() * 1000, "but on the time line it lies as far back");
    let mut copy = world.tab();
    copy.bearer = Some(stolen);
    assert_eq!(copy.get("/api/me").await.status, 401);
}

async fn earlier_sessions_of_the_lab_leave_room_for_ones_own_accounts(world: World) {
    let mut tab = world.tab_of("mina").await;
    tab.post("/api/saved", &json!({})).await;
    for _ in 0..7 {
        begin(&mut tab, true, None).await;
        let list = tab.get("/api/saved").await.json();
        let names: Vec<&str> = list
            .as_array()
            .unwrap()
            .iter()
            .filter(|saved| saved["parked"] == false)
            .map(|saved| saved["username"].as_str().unwrap())
            .collect();
        assert_eq!(names.iter().filter(|name| name.starts_with("lab")).count(), 1, "{names:?}");
        assert!(names.contains(&"mina"), "{names:?}");
    }
    assert!(opens(&mut tab).await.is_some());
}

async fn a_tap_in_another_window_leaves_the_bench_where_it_is(world: World) {
    let mut tab = world.tab();
    let bench = Uuid::new_v4();
    let knobs = json!({"access_life": 10, "rotation": "detecting"});
    let reply = tab.post("/api/lab/session", &json!({"bench": bench, "storage": "memory", "knobs": knobs})).await.json();
    // The window has the browser's cookies, and nothing of the memory of the first.
    let mut window = tab.stolen();
    let saved = opens(&mut window).await.unwrap();
    let opened = window.post(&format!("/api/saved/{saved}/session"), &json!({})).await.json();
    assert_eq!(opened["expires_in"], 10, "by the same rules");
    let stolen = tab.post(&format!("/api/lab/benches/{bench}/theft"), &json!({"refresh": reply["refresh"]})).await;
    assert_eq!(stolen.status, 204, "{}: the bench is about the session it was begun with", stolen.text);
    jumped(&mut tab, bench, 366).await;
    for refresh in [&reply["refresh"], &opened["refresh"]] {
        let reply = tab.post("/api/session/refresh", &json!({"refresh": refresh})).await;
        assert_eq!((reply.status.as_u16(), reply.reason()), (401, "age".into()), "both of them grow older");
    }
}

async fn a_jump_has_bounds(world: World) {
    let mut tab = world.tab();
    let (_, bench) = begin(&mut tab, true, None).await;
    for hours in [0, 9_601, u32::MAX] {
        let reply = jump(&mut tab, bench, hours).await;
        assert_eq!((reply.status.as_u16(), reply.code()), (422, "invalid_fields".into()), "{hours}");
    }
    for body in [json!({}), json!({"hours": -1}), json!({"hours": 1.5}), json!({"hours": "1"})] {
        assert_eq!(tab.post(&format!("/api/lab/benches/{bench}/jump"), &body).await.status, 400, "{body}");
    }
    assert_eq!(refreshed(&mut tab).await, None, "nothing has happened");
    assert_eq!(jump(&mut tab, Uuid::new_v4(), 1).await.status, 404);
}

async fn limits_have_bounds(world: World) {
    for lasts in [[0, 1, 1], [91, 1, 1], [1, 0, 1], [1, 401, 1], [1, 1, 0], [1, 1, 401]] {
        let knobs = json!({"access_life": 10, "rotation": "detecting"});
        let lasts = json!({"idle": lasts[0], "age": lasts[1], "saved": lasts[2]});
        let body = json!({"bench": Uuid::new_v4(), "storage": "cookie", "knobs": knobs, "lasts": lasts});
        let reply = world.tab().post("/api/lab/session", &body).await;
        assert_eq!((reply.status.as_u16(), reply.code()), (422, "invalid_fields".into()), "{lasts}");
    }
    let mut tab = world.tab();
    let (reply, bench) = begin(&mut tab, true, Some([90, 1, 1])).await;
    assert!(reply.cookie(REFRESH).unwrap().ends_with("Max-Age=86400"), "{:?}", reply.cookie(REFRESH));
    jumped(&mut tab, bench, 1).await;
    assert_eq!(refreshed(&mut tab).await, Some(Why::Age));
}

async fn a_clock_is_not_there_with_the_lab_off(world: World) {
    let config = Config { lab: Some(false), database: world.config().database.clone(), ..Config::default() };
    let world = World::with(config).await;
    let mut tab = world.tab_of("mina").await;
    assert_eq!(tab.get("/lab/time").await.status, 404);
    for path in ["clock", "jump"] {
        for method in [Method::GET, Method::POST] {
            let reply = tab.json(method.clone(), &format!("/api/lab/benches/{}/{path}", Uuid::new_v4()), &json!({"hours": 1})).await;
            assert_eq!((reply.status.as_u16(), reply.code()), (404, "not_found".into()), "{method} {path}");
        }
    }
}
