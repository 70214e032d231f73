//! The lab: sessions with rules of their own, a thief that is fenced in, and nothing of it where it is off.

use app::routes;
use axum::http::Method;
use serde_json::{Value, json};
use server::config::Config;
use uuid::Uuid;

use crate::world::{ACCESS, REFRESH, Reply, Tab, World, on_both};

on_both!(
    a_session_of_the_lab_lives_by_its_own_rules_and_no_other_does,
    a_token_is_said_to_have_run_out_in_the_lab_alone,
    a_theft_is_watched_until_it_is_noticed,
    without_detection_the_thief_stays_and_without_rotation_nothing_is_seen,
    the_thief_gets_nobody_elses_token,
    what_a_script_has_found_is_tried_out_for_its_own_session_alone,
    a_changed_payload_is_refused_and_the_signed_one_is_not,
    a_password_is_hashed_anew_each_time,
    a_bench_is_found_by_its_name_alone,
    the_account_of_the_lab_is_out_of_sight_and_gone_after_a_day,
    a_signature_says_it_all_where_the_rules_say_so_and_nowhere_else,
    rules_that_cannot_be_kept_are_refused,
    marks_come_back_as_they_were_set,
    with_the_lab_off_none_of_it_is_there,
);

/// Begins one, and says under which name.
async fn begin(tab: &mut Tab, storage: &str, rotation: &str) -> (Reply, Uuid) {
    let bench = Uuid::new_v4();
    let knobs = json!({"access_life": 10, "rotation": rotation});
    let reply = tab.post("/api/lab/session", &json!({"bench": bench, "storage": storage, "knobs": knobs})).await;
    (reply, bench)
}

async fn watch(tab: &mut Tab, bench: Uuid) -> Value {
    let reply = tab.get(&format!("/api/lab/benches/{bench}")).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    reply.json()
}

async fn act(tab: &mut Tab, bench: Uuid, what: &str) -> u16 {
    tab.post(&format!("/api/lab/benches/{bench}/{what}"), &json!({})).await.status.as_u16()
}

fn deeds(watched: &Value) -> Vec<String> {
    let uses = watched["uses"].as_array().unwrap();
    uses.iter().map(|used| format!("{} {}", used["by"].as_str().unwrap(), used["deed"].as_str().unwrap())).collect()
}

async fn a_session_of_the_lab_lives_by_its_own_rules_and_no_other_does(world: World) {
    let mut tab = world.tab_of("mina").await;
    let (reply, bench) = begin(&mut tab, "cookie", "detecting").await;
    assert_eq!((reply.status.as_u16(), reply.json()["expires_in"].as_u64()), (201, Some(10)), "{}", reply.text);
    assert!(reply.cookie(ACCESS).unwrap().ends_with("Max-Age=10"), "{:?}", reply.cookie(ACCESS));
    assert!(reply.json()["viewer"]["username"].as_str().unwrap().starts_with("lab"));
    assert!(!tab.get("/api/feed").await.json()["items"].as_array().unwrap().is_empty(), "there is something to read");
    assert_eq!(watch(&mut tab, bench).await["race_ms"], 4_000);

    let mut other = world.tab_of("rover").await;
    world.pass(10);
    assert_eq!(tab.get("/api/me").await.status, 401, "ten seconds are over");
    assert_eq!(other.get("/api/me").await.status, 200);
    assert_eq!(tab.refresh().await.json()["expires_in"], 10);
    assert_eq!(other.refresh().await.json()["expires_in"], 300);
    let knobs = json!({"access_life": 60, "rotation": "detecting"});
    assert_eq!(tab.json(Method::PATCH, &format!("/api/lab/benches/{bench}"), &knobs).await.status, 204);
    world.pass(10);
    assert_eq!(tab.refresh().await.json()["expires_in"], 60);
    assert_eq!(deeds(&watch(&mut tab, bench).await), ["you rotated", "you rotated"]);
}

async fn a_token_is_said_to_have_run_out_in_the_lab_alone(world: World) {
    let mut tab = world.tab();
    let mut other = world.tab_of("rover").await;
    let (_, bench) = begin(&mut tab, "cookie", "detecting").await;
    assert_eq!(act(&mut tab, bench, "expire").await, 204);
    assert_eq!((tab.get("/api/me").await.status.as_u16(), other.get("/api/me").await.status.as_u16()), (401, 200));
    assert_eq!(tab.refresh().await.status, 200);
    assert_eq!(tab.get("/api/me").await.status, 200, "the next one holds, in the same second");
}

async fn a_theft_is_watched_until_it_is_noticed(world: World) {
    for storage in ["cookie", "local"] {
        let mut tab = world.tab();
        let (reply, bench) = begin(&mut tab, storage, "detecting").await;
        // A script has read it where it lies open.
        let found = reply.json()["refresh"].as_str().map(str::to_owned);
        let theft = found.clone().map_or(json!({}), |token| json!({"refresh": token}));
        assert_eq!(tab.post(&format!("/api/lab/benches/{bench}/theft"), &theft).await.status, 204);
        assert_eq!(watch(&mut tab, bench).await["thief"]["by_script"], storage == "local");
        for _ in 0..2 {
            world.pass(10);
            assert_eq!(act(&mut tab, bench, "thief/refresh").await, 204);
        }
        assert_eq!(act(&mut tab, bench, "thief/read").await, 204);
        let watched = watch(&mut tab, bench).await;
        assert_eq!((&watched["thief"]["refreshes"], &watched["thief"]["reads"]), (&json!(2), &json!(1)));
        assert!(watched["thief"]["saw"].as_array().unwrap().contains(&json!("mina")), "{watched}");
        assert_eq!(watched["ended"], Value::Null);

        world.pass(10);
        let body = found.map_or(json!({}), |token| json!({"refresh": token}));
        let reply = tab.post("/api/session/refresh", &body).await;
        assert_eq!((reply.status.as_u16(), reply.reason()), (401, "reuse".into()), "{storage}");
        act(&mut tab, bench, "thief/refresh").await;
        act(&mut tab, bench, "thief/read").await;
        let watched = watch(&mut tab, bench).await;
        assert_eq!(deeds(&watched), ["thief rotated", "thief rotated", "you caught", "thief over"], "{storage}");
        assert_eq!((&watched["ended"], &watched["thief"]["reads"]), (&json!("reuse"), &json!(1)));
        assert!(watched["thief"]["out_at"].is_i64());
    }
}

async fn without_detection_the_thief_stays_and_without_rotation_nothing_is_seen(world: World) {
    let mut tab = world.tab();
    let (_, bench) = begin(&mut tab, "cookie", "blind").await;
    act(&mut tab, bench, "theft").await;
    for _ in 0..2 {
        world.pass(10);
        act(&mut tab, bench, "thief/refresh").await;
    }
    world.pass(10);
    assert_eq!(tab.refresh().await.status, 401);
    act(&mut tab, bench, "thief/refresh").await;
    let watched = watch(&mut tab, bench).await;
    assert_eq!(deeds(&watched), ["thief rotated", "thief rotated", "you refused", "thief rotated"]);
    assert_eq!((&watched["ended"], &watched["thief"]["out_at"]), (&Value::Null, &Value::Null));

    let mut tab = world.tab();
    let (reply, bench) = begin(&mut tab, "cookie", "never").await;
    act(&mut tab, bench, "theft").await;
    let before = reply.cookie(REFRESH);
    for _ in 0..2 {
        world.pass(10);
        assert_eq!(tab.refresh().await.status, 200);
        act(&mut tab, bench, "thief/refresh").await;
    }
    assert_eq!(before.unwrap().split(['=', ';']).nth(1), tab.jar.get(REFRESH).map(String::as_str), "the same token all along");
    assert_eq!(watch(&mut tab, bench).await["generation"], 1);
}

async fn the_thief_gets_nobody_elses_token(world: World) {
    let mina = world.tab_of("mina").await;
    let mut tab = world.tab();
    let (_, bench) = begin(&mut tab, "cookie", "detecting").await;
    let (_, other) = begin(&mut world.tab(), "local", "detecting").await;
    let theirs = json!({"refresh": mina.jar[REFRESH]});
    for target in [bench, other] {
        let reply = tab.post(&format!("/api/lab/benches/{target}/theft"), &theirs).await;
        assert_eq!((reply.status.as_u16(), reply.code()), (403, "insufficient_scope".into()));
    }
    for forged in ["", "x", &mina.jar[REFRESH][1..]] {
        let reply = tab.post(&format!("/api/lab/benches/{bench}/theft"), &json!({"refresh": forged})).await;
        assert_eq!(reply.status, 403, "{forged}");
    }
    for what in ["thief/refresh", "thief/read"] {
        assert_eq!(act(&mut tab, bench, what).await, 404, "nothing was stolen");
    }
    // Nor is there a way for another site to press the buttons.
    let mut evil = tab.stolen().with_header("sec-fetch-site", "same-site");
    for what in ["theft", "expire", "thief/refresh"] {
        assert_eq!(act(&mut evil, bench, what).await, 403, "{what}");
    }
}

async fn what_a_script_has_found_is_tried_out_for_its_own_session_alone(world: World) {
    let mina = world.tab_of("mina").await;
    let mut tab = world.tab();
    let (_, bench) = begin(&mut tab, "cookie", "detecting").await;
    let path = format!("/api/lab/benches/{bench}/loot");
    let tried = async |tab: &mut Tab, access: &[&str], refresh: &[&str]| {
        let reply = tab.post(&path, &json!({"access": access, "refresh": refresh})).await;
        (reply.json()["access"] == true, reply.json()["refresh"] == true)
    };
    let (access, refresh) = (tab.jar[ACCESS].clone(), tab.jar[REFRESH].clone());
    assert_eq!(tried(&mut tab, &[&access], &[]).await, (true, false));
    assert_eq!(tried(&mut tab, &["x"], &["y", &refresh]).await, (false, true));
    assert_eq!(tried(&mut tab, &[&mina.jar[ACCESS]], &[&mina.jar[REFRESH]]).await, (false, false), "nobody else's");
    assert_eq!(tried(&mut tab, &[&refresh], &[&access]).await, (false, false));
    assert_eq!(watch(&mut tab, bench).await["uses"], json!([]), "a refresh token is looked at, and not used");
    world.pass(10);
    assert_eq!(tried(&mut tab, &[&access], &[&refresh]).await, (false, true), "one has run out");
    tab.log_out().await;
    assert_eq!(tried(&mut tab, &[&access], &[&refresh]).await, (false, false));
}

async fn a_changed_payload_is_refused_and_the_signed_one_is_not(world: World) {
    let mut tab = world.tab();
    let (_, bench) = begin(&mut tab, "cookie", "detecting").await;
    let path = format!("/api/lab/benches/{bench}/forge");
    let first = tab.post(&path, &json!({"payload": ""})).await.json();
    let signed = first["signed"].as_str().unwrap().to_owned();
    assert_eq!(first["accepted"], true);
    let changed = signed.replace("\"role\":\"user\"", "\"role\":\"admin\"");
    assert_ne!(changed, signed);
    for payload in [changed, format!("{signed} "), "{}".into(), "nonsense".into()] {
        let reply = tab.post(&path, &json!({"payload": payload})).await.json();
        assert_eq!(reply["accepted"], false, "{payload}");
    }
    assert_eq!(tab.post(&path, &json!({"payload": signed})).await.json()["accepted"], true, "byte by byte");
    let token = first["token"].as_str().unwrap();
    assert!(token.ends_with('…') && token.rsplit_once('.').unwrap().1.chars().count() == 7, "most of the signature is kept back: {token}");
}

async fn a_password_is_hashed_anew_each_time(world: World) {
    let mut tab = world.tab();
    let mut hashed = async || tab.post("/api/lab/hash", &json!({"password": "correct horse"})).await.json()["hash"].to_string();
    let (one, other) = (hashed().await, hashed().await);
    assert!(one.starts_with("\"$argon2id$v=19$") && one != other, "{one} {other}");
    let long = "x".repeat(2_000);
    assert_eq!(tab.post("/api/lab/hash", &json!({"password": long})).await.status, 413);
}

async fn a_bench_is_found_by_its_name_alone(world: World) {
    let mut tab = world.tab_of("mina").await;
    let (_, bench) = begin(&mut tab, "cookie", "detecting").await;
    assert_eq!(begin_as(&mut world.tab(), bench).await.status, 400, "the name is taken");
    for stranger in ["/api/lab/benches/00000000-0000-4000-8000-000000000000", "/api/lab/benches/1"] {
        assert!([400, 404].contains(&tab.get(stranger).await.status.as_u16()), "{stranger}");
    }
    assert_eq!(act(&mut tab, Uuid::new_v4(), "expire").await, 404);
    let watched = tab.get(&format!("/api/lab/benches/{bench}")).await;
    assert_eq!(watched.header("cache-control"), Some("private, no-store"));
    assert!(!watched.text.contains(&tab.jar[REFRESH]) && !watched.text.contains(&tab.jar[ACCESS]), "no token is told");
}

async fn begin_as(tab: &mut Tab, bench: Uuid) -> Reply {
    let knobs = json!({"access_life": 10, "rotation": "detecting"});
    tab.post("/api/lab/session", &json!({"bench": bench, "storage": "cookie", "knobs": knobs})).await
}

async fn the_account_of_the_lab_is_out_of_sight_and_gone_after_a_day(world: World) {
    let mut tab = world.tab();
    let (reply, _) = begin(&mut tab, "cookie", "detecting").await;
    let username = reply.json()["viewer"]["username"].as_str().unwrap().to_owned();
    assert_eq!(world.tab().get(&format!("/u/{username}")).await.status, 404);
    let due = server::store::accounts::due(&world.site.auth.db, i64::MAX).await.unwrap();
    let [account] = &due[..] else { panic!("{due:?}") };
    assert_eq!((&account.username, account.delete_at), (&username, Some(account.created_at + 24 * 60 * 60 * 1000)));
}

async fn a_signature_says_it_all_where_the_rules_say_so_and_nowhere_else(world: World) {
    for (check, status) in [("ended", 401), ("signature", 200)] {
        let mut tab = world.tab();
        let bench = Uuid::new_v4();
        let knobs = json!({"access_life": 10, "rotation": "detecting", "check": check});
        let reply = tab.post("/api/lab/session", &json!({"bench": bench, "storage": "local", "knobs": knobs})).await;
        let mut copy = world.tab();
        copy.bearer = reply.json()["access"].as_str().map(str::to_owned);
        assert_eq!(tab.json(Method::DELETE, "/api/session", &json!({"refresh": reply.json()["refresh"]})).await.status, 204);
        assert_eq!(copy.get("/api/me").await.status, status, "{check}");
        assert!(watch(&mut tab, bench).await["ended_at"].is_i64());
        world.pass(10);
        assert_eq!(copy.get("/api/me").await.status, 401, "{check}: its time is over");
    }
    let mut other = world.tab_of("mina").await;
    let mut copy = other.stolen();
    other.log_out().await;
    assert_eq!(copy.get("/api/me").await.status, 401, "of an ordinary session nothing is trusted");
}

async fn rules_that_cannot_be_kept_are_refused(world: World) {
    for life in [0, 9, 301, u32::MAX] {
        let knobs = json!({"access_life": life, "rotation": "detecting"});
        let body = json!({"bench": Uuid::new_v4(), "storage": "cookie", "knobs": knobs});
        let reply = world.tab().post("/api/lab/session", &body).await;
        assert_eq!((reply.status.as_u16(), reply.code()), (422, "invalid_fields".into()), "{life}");
    }
    let body = json!({"bench": Uuid::new_v4(), "storage": "cookie", "knobs": {"access_life": 10, "rotation": "off"}});
    assert_eq!(world.tab().post("/api/lab/session", &body).await.status, 400);
    let mut made = 0;
    while begin(&mut world.tab(), "cookie", "detecting").await.0.status == 201 {
        made += 1;
    }
    assert_eq!(made, 30, "and no more in a minute");
    world.pass(60);
    assert_eq!(begin(&mut world.tab(), "cookie", "detecting").await.0.status, 201);
}

async fn marks_come_back_as_they_were_set(world: World) {
    let mut tab = world.tab();
    let mark = Uuid::new_v4();
    let reply = tab.post("/api/lab/marks", &json!({"mark": mark})).await;
    assert!(!reply.cookie("__Host-lab-fleeting").unwrap().contains("Max-Age"));
    assert!(reply.cookie("__Host-lab-lasting").unwrap().ends_with("; HttpOnly; Secure; SameSite=Lax; Max-Age=2592000"));
    let found = tab.get("/api/lab/marks").await.json();
    assert_eq!((&found["fleeting"], &found["lasting"], &found["tokens"]), (&json!(mark), &json!(mark), &json!(false)));
    tab.jar.remove("__Host-lab-fleeting");
    assert_eq!(tab.get("/api/lab/marks").await.json()["fleeting"], Value::Null);
    assert_eq!(tab.post("/api/lab/marks", &json!({"mark": "x; Path=/evil"})).await.status, 400);
}

async fn with_the_lab_off_none_of_it_is_there(world: World) {
    let config = Config { lab: Some(false), database: world.config().database.clone(), ..Config::default() };
    let world = World::with(config).await;
    assert!(world.site.auth.lab.is_none());
    let mut tab = world.tab_of("mina").await;
    for path in [routes::page::LAB, "/lab/survival", "/lab/theft"] {
        assert_eq!(tab.get(path).await.status, 404, "{path}");
    }
    let bench = Uuid::new_v4().to_string();
    for path in [
        routes::api::LAB_SESSION,
        routes::api::LAB_BENCH,
        routes::api::LAB_EXPIRE,
        routes::api::LAB_AGAIN,
        routes::api::LAB_CLOCK,
        routes::api::LAB_JUMP,
        routes::api::LAB_WIRE,
        routes::api::LAB_LOAD,
        routes::api::LAB_MEMORY,
        routes::api::LAB_AGAIN,
        routes::api::LAB_THEFT,
        routes::api::LAB_THIEF_REFRESH,
        routes::api::LAB_THIEF_READ,
        routes::api::LAB_LOOT,
        routes::api::LAB_FORGE,
        routes::api::LAB_HASH,
        routes::api::LAB_MARKS,
    ] {
        let path = path.replace("{bench}", &bench);
        for method in [Method::GET, Method::POST, Method::PATCH] {
            let reply = tab.json(method.clone(), &path, &json!({})).await;
            assert_eq!((reply.status.as_u16(), reply.code()), (404, "not_found".into()), "{method} {path}");
            assert!(reply.sets_no_cookie());
        }
    }
    assert_eq!(tab.get("/api/session").await.status, 404);
}
