//! Server sessions beside JWTs, what their requests cost, and what was on the wire of them.

use axum::http::Method;
use serde_json::{Value, json};
use server::config::Config;
use uuid::Uuid;

use crate::world::{ACCESS, REFRESH, Reply, Tab, World, on_both};

on_both!(
    the_id_of_a_server_session_holds_until_its_session_ends,
    an_id_says_nothing_and_is_worth_nothing_elsewhere,
    a_jwt_asks_the_database_nothing_and_an_id_asks_once,
    what_a_server_has_to_remember_is_counted,
    what_was_on_the_wire_is_kept_without_a_token,
    the_server_says_what_it_took_in_the_lab_alone,
);

async fn begin(tab: &mut Tab, storage: &str, knobs: Value) -> (Reply, Uuid) {
    let bench = Uuid::new_v4();
    let reply = tab.post("/api/lab/session", &json!({"bench": bench, "storage": storage, "knobs": knobs})).await;
    assert_eq!(reply.status, 201, "{}", reply.text);
    (reply, bench)
}

fn opaque() -> Value {
    json!({"access_life": 60, "rotation": "detecting", "check": "signature", "token": "opaque"})
}

async fn the_id_of_a_server_session_holds_until_its_session_ends(world: World) {
    for storage in ["cookie", "local"] {
        let mut tab = world.tab();
        let (reply, bench) = begin(&mut tab, storage, opaque()).await;
        let shown = |reply: &Reply| reply.json()["access"].as_str().map_or_else(|| reply.cookie(ACCESS).unwrap(), str::to_owned);
        let first = shown(&reply);
        assert!(!first.contains('.') || storage == "cookie", "no JWT: {first}");
        let mut copy =
            if storage == "cookie" { tab.stolen() } else { world.tab().with_header("authorization", &format!("Bearer {first}")) };
        let me = copy.get("/api/me").await.json();
        assert_eq!(me, reply.json()["viewer"], "{storage}");
        assert_eq!(copy.get("/api/feed").await.status, 200);
        if storage == "cookie" {
            assert_eq!(copy.get("/").await.status, 200);
            assert_eq!(copy.get("/settings").await.status, 200, "a document, too");
        }
        // It is another one after a refresh, and neither is longer than its time.
        world.pass(59);
        assert_eq!(copy.get("/api/me").await.status, 200);
        world.pass(1);
        assert_eq!(copy.get("/api/me").await.status, 401);
        let body = if storage == "cookie" { json!({}) } else { json!({"refresh": reply.json()["refresh"]}) };
        let reply = tab.post("/api/session/refresh", &body).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        let second = shown(&reply);
        assert_ne!(first, second);
        let mut copy =
            if storage == "cookie" { tab.stolen() } else { world.tab().with_header("authorization", &format!("Bearer {second}")) };
        assert_eq!(copy.get("/api/me").await.status, 200);
        assert_eq!(tab.post(&format!("/api/lab/benches/{bench}/expire"), &json!({})).await.status, 204);
        assert_eq!(copy.get("/api/me").await.status, 401, "it is said to have run out");
    }
    // Signature and time would still hold: it is the row that counts.
    let mut tab = world.tab();
    begin(&mut tab, "cookie", opaque()).await;
    let mut copy = tab.stolen();
    assert_eq!(tab.log_out().await.status, 204);
    assert_eq!(copy.get("/api/me").await.status, 401);
}

async fn an_id_says_nothing_and_is_worth_nothing_elsewhere(world: World) {
    let mut tab = world.tab();
    let (reply, bench) = begin(&mut tab, "local", opaque()).await;
    let id = reply.json()["access"].as_str().unwrap().to_owned();
    assert_eq!(id.len(), 43);
    for wrong in [id.to_lowercase(), id[..42].to_owned(), "A".repeat(43)] {
        let mut other = world.tab().with_header("authorization", &format!("Bearer {wrong}"));
        assert_eq!(other.get("/api/me").await.status, 401, "{wrong}");
    }
    assert_eq!(world.tab().post("/api/session/refresh", &json!({"refresh": id})).await.status, 401, "nor is it a refresh token");
    // Beside the cookie of another session it contradicts it.
    let mut mina = world.tab_of("mina").await.with_header("authorization", &format!("Bearer {id}"));
    assert_eq!(mina.get("/api/me").await.code(), "conflicting_credentials");
    // What a script finds of it is tried out as a JWT is.
    let loot = json!({"access": [id], "refresh": []});
    assert_eq!(tab.post(&format!("/api/lab/benches/{bench}/loot"), &loot).await.json()["access"], true);
    // Whoever leaves with it takes its own cookies along alone.
    let mut tab = world.tab();
    begin(&mut tab, "cookie", opaque()).await;
    let reply = tab.refresh().await;
    assert!(reply.cookie(ACCESS).unwrap().contains("Max-Age=60"), "set anew, not cleared");
}

async fn a_jwt_asks_the_database_nothing_and_an_id_asks_once(world: World) {
    for (token, queries) in [("jwt", 0.0), ("opaque", 1.0)] {
        let mut tab = world.tab();
        let (_, bench) = begin(&mut tab, "cookie", json!({"access_life": 60, "rotation": "detecting", "token": token})).await;
        let path = format!("/api/lab/benches/{bench}/load");
        let reply = tab.post(&path, &json!({"requests": 20, "at_once": 4})).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        let load = reply.json();
        for figure in ["auth", "total", "bare", "queries"] {
            assert_eq!(load[figure]["n"], 20, "{figure}");
        }
        assert_eq!((load["queries"]["least"].as_f64(), load["queries"]["most"].as_f64()), (Some(queries), Some(queries)), "{token}");
        assert!(load["auth"]["median"].as_f64() <= load["total"]["p95"].as_f64());
        // A slow database is felt where it is asked.
        let slow = tab.post(&path, &json!({"requests": 4, "at_once": 4, "slow_ms": 30})).await.json();
        assert_eq!(slow["auth"]["least"].as_f64().unwrap() >= 30_000.0, token == "opaque", "{slow}");
        for wrong in [
            json!({"requests": 0, "at_once": 1}),
            json!({"requests": 501, "at_once": 1}),
            json!({"requests": 5, "at_once": 0}),
            json!({"requests": 5, "at_once": 33}),
            json!({"requests": 5, "at_once": 1, "slow_ms": 101}),
            json!({"requests": 500, "at_once": 1, "slow_ms": 100}),
        ] {
            assert_eq!(tab.post(&path, &wrong).await.status, 400, "{wrong}");
        }
        tab.log_out().await;
        assert_eq!(tab.post(&path, &json!({"requests": 1, "at_once": 1})).await.status, 404, "a session that is over");
    }
}

async fn what_a_server_has_to_remember_is_counted(world: World) {
    let mut tab = world.tab();
    let (_, bench) = begin(&mut tab, "cookie", opaque()).await;
    let path = format!("/api/lab/benches/{bench}/memory");
    let counted = tab.post(&path, &json!({})).await.json();
    let of = |name: &str| counted[name].as_u64().unwrap();
    // A row holds three ids of 16 bytes, six times of 8, and what the browser says of itself; and is found by more than one index.
    assert!(of("sessions") == 10_000 && (1_000_000..20_000_000).contains(&of("database")), "{counted}");
    // An id and a time for each, with room for more.
    assert!((240_000..1_000_000).contains(&of("ended")), "{counted}");
    tab.log_out().await;
    assert_eq!(tab.post(&path, &json!({})).await.status, 404, "a session that is over");
    assert_eq!(world.tab().post(&format!("/api/lab/benches/{}/memory", Uuid::new_v4()), &json!({})).await.status, 404);
}

async fn what_was_on_the_wire_is_kept_without_a_token(world: World) {
    let mut tab = world.tab();
    let (_, bench) = begin(&mut tab, "cookie", json!({"access_life": 60, "rotation": "detecting"})).await;
    tab.get("/api/me").await;
    let mut other = world.tab_of("mina").await;
    other.get("/api/me").await;
    world.pass(60);
    assert_eq!(tab.get("/api/me").await.status, 401);
    tab.refresh().await;
    let reply = tab.get(&format!("/api/lab/benches/{bench}/wire")).await;
    let all = reply.json();
    let lines: Vec<String> = all
        .as_array()
        .unwrap()
        .iter()
        .map(|one| format!("{} {} {}", one["method"].as_str().unwrap(), one["path"].as_str().unwrap(), one["status"]))
        .collect();
    assert_eq!(
        lines,
        ["POST /api/lab/session 201", "GET /api/me 200", "GET /api/me 401", "POST /api/session/refresh 200"],
        "and nobody else's"
    );
    for name in [ACCESS, REFRESH] {
        let token = &tab.jar[name];
        assert!(!reply.text.contains(&token[6..token.len() - 4]), "{name}");
        assert!(reply.text.contains(&format!("{name}={}…", &token[..6])), "{name}: {}", reply.text);
    }
    assert!(all[3]["up"].as_u64() > all[0]["up"].as_u64(), "with two tokens more: {all}");
    assert_eq!(world.tab().get(&format!("/api/lab/benches/{}/wire", Uuid::new_v4())).await.status, 404);
    for _ in 0..70 {
        tab.get("/api/me").await;
    }
    assert_eq!(tab.get(&format!("/api/lab/benches/{bench}/wire")).await.json().as_array().unwrap().len(), 60, "and no more");
}

async fn the_server_says_what_it_took_in_the_lab_alone(world: World) {
    let mut tab = world.tab_of("mina").await;
    for path in ["/", "/api/me", "/api/feed", "/login", "/healthz"] {
        let said = tab.get(path).await.header("server-timing").unwrap_or_default().to_owned();
        assert!(said.contains("auth;dur=") && said.contains("db;dur=") && said.contains("total;dur="), "{path}: {said}");
    }
    let config = Config { lab: Some(false), database: world.config().database.clone(), ..Config::default() };
    let world = World::with(config).await;
    let mut tab = world.tab_of("mina").await;
    for path in ["/", "/api/me", "/healthz"] {
        assert_eq!(tab.get(path).await.header("server-timing"), None, "{path}");
    }
    for path in ["wire", "load"] {
        let path = format!("/api/lab/benches/{}/{path}", Uuid::new_v4());
        for method in [Method::GET, Method::POST] {
            assert_eq!(tab.json(method, &path, &json!({})).await.status, 404);
        }
    }
}
