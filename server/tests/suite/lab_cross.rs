//! Another site, and another port of the same: what they get through, that both are fenced in, and nothing of it where the lab is off.

use app::routes;
use axum::http::Method;
use serde_json::{Value, json};
use server::config::Config;
use uuid::Uuid;

use crate::crowd::client;
use crate::process::Process;
use crate::world::{ACCESS, ORIGIN, REFRESH, Reply, Tab, World, on_both};

on_both!(
    the_attacker_is_beside_the_site_and_serves_nothing_of_it,
    what_comes_along_is_counted,
    a_neighbour_acts_where_nobody_asks_where_a_request_comes_from,
    a_token_that_no_cookie_holds_cannot_be_borrowed,
    a_get_changes_nothing,
    nothing_is_done_but_for_the_bench_by_its_own_session,
    a_target_leads_to_an_attacker_and_nowhere_else,
    with_the_lab_off_there_is_no_attacker,
    elsewhere_than_on_localhost_there_is_no_attacker,
);

const EVIL: &str = "evil.localhost:3000";
const PORT: u16 = 4000;
/// The four cookies, in the order of the table.
const FOUR: [&str; 4] = ["__Host-lab-none", "__Host-lab-unwritten", "__Host-lab-lax", "__Host-lab-strict"];

/// A session of the lab, its cookies set, and its name.
async fn begin(world: &World, storage: &str) -> (Tab, Uuid) {
    world.site.cross.as_ref().unwrap().listens(PORT);
    let (mut tab, bench) = (world.tab(), Uuid::new_v4());
    let knobs = json!({"access_life": 300, "rotation": "detecting"});
    let reply = tab.post("/api/lab/session", &json!({"bench": bench, "storage": storage, "knobs": knobs})).await;
    assert_eq!(reply.status, 201, "{}", reply.text);
    tab.bearer = reply.json()["access"].as_str().map(str::to_owned);
    assert_eq!(tab.post(&seen_at(bench), &json!({})).await.status, 204);
    (tab, bench)
}

fn seen_at(bench: Uuid) -> String {
    format!("/api/lab/benches/{bench}/cross")
}

/// What the browser of `tab` sends when a page of an attacker makes it do so, with those of its cookies that are named.
fn made_by(tab: &Tab, from: &str, cookies: &[&str]) -> Tab {
    let mut attack = tab.stolen();
    attack.bearer = None;
    attack.jar.retain(|name, _| cookies.contains(&name.as_str()));
    let (site, origin) =
        if from == "site" { ("cross-site", format!("http://{EVIL}")) } else { ("same-site", format!("http://localhost:{PORT}")) };
    attack.with_header("sec-fetch-site", site).with_header("origin", &origin)
}

async fn shoot(attack: &mut Tab, target: &str, bench: Uuid, from: &str, by: &str) -> Reply {
    let method = if ["form", "fetch"].contains(&by) { Method::POST } else { Method::GET };
    attack.send(method, &format!("/api/lab/cross/{target}/{bench}/{from}/{by}"), None).await
}

/// What was taken down of a request.
async fn arrival(tab: &mut Tab, bench: Uuid, target: &str, from: &str, by: &str) -> Value {
    let seen = tab.get(&seen_at(bench)).await.json();
    let same = |one: &&Value| one["target"] == target && one["from"] == from && one["by"] == by;
    seen["arrivals"].as_array().unwrap().iter().find(same).cloned().unwrap_or_default()
}

/// Whether the account of a tab follows mina, and rover.
async fn follows(tab: &mut Tab) -> [bool; 2] {
    let mut follows = [false; 2];
    for (followed, person) in follows.iter_mut().zip(["mina", "rover"]) {
        *followed = tab.get(&format!("/api/users/{person}")).await.json()["followed"] == true;
    }
    follows
}

async fn the_attacker_is_beside_the_site_and_serves_nothing_of_it(world: World) {
    let (mut tab, bench) = begin(&world, "cookie").await;
    let found = tab.get(routes::api::LAB_CROSS).await.json();
    assert_eq!(found, json!({"site": format!("http://{EVIL}"), "port": format!("http://localhost:{PORT}")}));
    let mut evil = world.tab().with_header("host", EVIL);
    let page = evil.get(&format!("/{bench}/begin")).await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains(&format!("data-to=\"{ORIGIN}\" data-bench=\"{bench}\" data-from=\"site\" data-step=\"begin\"")));
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'none'; script-src 'self'; ") && !policy.contains("unsafe"), "{policy}");
    assert_eq!(evil.get("/attack.js").await.header("content-type"), Some("text/javascript; charset=utf-8"));
    for path in ["/", "/login", "/lab", "/api/me", "/healthz", "/api/lab/cross", "/manifest.webmanifest", &seen_at(bench)] {
        let reply = evil.get(path).await;
        assert_eq!((reply.status.as_u16(), &*reply.text), (404, ""), "{path}: the app is not there");
        assert!(reply.sets_no_cookie());
    }
    assert_eq!(evil.post("/api/session", &json!({"login": "mina", "password": "correct-horse-mina"})).await.status, 405);
    // No text of somebody's choice is put into the page, and no bench is made up.
    for path in [
        format!("/{bench}/%3Cscript%3E"),
        format!("/{bench}/"),
        format!("/{bench}/begin/more"),
        format!("/{}/begin", Uuid::new_v4()),
        "/x/begin".into(),
    ] {
        assert_eq!(evil.get(&path).await.status, 404, "{path}");
    }
    assert!(!evil.get(&format!("/{bench}/done?%22%3E%3Cb%3E")).await.text.contains("<b>"));
    // Nor are its pages here.
    for path in [format!("/{bench}/begin"), "/attack.js".into()] {
        assert_eq!(tab.get(&path).await.status, 404, "{path}");
    }
    for host in ["evil.localhost:3001", "evil.localhost", "x.evil.localhost:3000", "localhost:3000", "evil.localhost:3000.example"] {
        assert_eq!(world.tab().with_header("host", host).get("/api/me").await.status, 401, "{host}: the app, as ever");
    }
}

async fn what_comes_along_is_counted(world: World) {
    let (mut tab, bench) = begin(&world, "cookie").await;
    for name in FOUR {
        assert!(tab.jar.contains_key(name), "{name}");
    }
    let mut attack = made_by(&tab, "site", &FOUR[..2]);
    world.pass(3);
    assert_eq!(shoot(&mut attack, "open", bench, "site", "form").await.status, 303);
    let seen = arrival(&mut tab, bench, "open", "site", "form").await;
    assert_eq!(seen["cookies"], json!([true, true, false, false]));
    assert_eq!((&seen["fetch_site"], &seen["origin"]), (&json!("cross-site"), &json!(format!("http://{EVIL}"))));
    assert_eq!((&seen["outcome"], &seen["since_ms"]), (&json!("nobody"), &json!(3_000)));
    assert_eq!(follows(&mut tab).await, [true; 2]);

    let (mut other, _) = begin(&world, "cookie").await;
    let mut planted = made_by(&other, "site", &FOUR);
    shoot(&mut planted, "open", bench, "site", "image").await;
    assert_eq!(
        arrival(&mut tab, bench, "open", "site", "image").await["cookies"],
        json!(vec![false; 4]),
        "marks of another bench do not count"
    );
    let mut odd = tab.stolen().with_header("sec-fetch-site", "<b>").with_header("origin", &"x".repeat(500));
    shoot(&mut odd, "open", bench, "site", "frame").await;
    let seen = arrival(&mut tab, bench, "open", "site", "frame").await;
    assert_eq!((&seen["fetch_site"], seen["origin"].as_str().map(str::len)), (&Value::Null, Some(100)));

    assert_eq!(tab.post(&seen_at(bench), &json!({})).await.status, 204);
    assert_eq!(tab.get(&seen_at(bench)).await.json()["arrivals"], json!([]), "new cookies, a new count");
    assert_eq!(other.get(&seen_at(bench)).await.header("cache-control"), Some("private, no-store"));
}

async fn a_neighbour_acts_where_nobody_asks_where_a_request_comes_from(world: World) {
    let (mut tab, bench) = begin(&world, "cookie").await;
    let mut attack = made_by(&tab, "port", &[ACCESS, REFRESH, FOUR[0], FOUR[1], FOUR[2], FOUR[3]]);
    for by in ["form", "fetch"] {
        shoot(&mut attack, "guarded", bench, "port", by).await;
        assert_eq!(arrival(&mut tab, bench, "guarded", "port", by).await["outcome"], "refused");
    }
    assert_eq!(follows(&mut tab).await, [true; 2]);
    for (by, left) in [("form", [false, true]), ("fetch", [false, false])] {
        shoot(&mut attack, "open", bench, "port", by).await;
        let seen = arrival(&mut tab, bench, "open", "port", by).await;
        assert_eq!(
            (&seen["outcome"], &seen["cookies"], &seen["fetch_site"]),
            (&json!("acted"), &json!(vec![true; 4]), &json!("same-site"))
        );
        assert_eq!(follows(&mut tab).await, left, "{by}");
    }
    tab.post(&seen_at(bench), &json!({})).await;
    assert_eq!(follows(&mut tab).await, [true; 2], "nothing lasts");
    // From our own page the very same passes.
    let mut own = tab.stolen().with_header("sec-fetch-site", "same-origin");
    shoot(&mut own, "guarded", bench, "port", "form").await;
    assert_eq!(arrival(&mut tab, bench, "guarded", "port", "form").await["outcome"], "acted");
}

async fn a_token_that_no_cookie_holds_cannot_be_borrowed(world: World) {
    for storage in ["hybrid", "local", "session", "memory"] {
        let (mut tab, bench) = begin(&world, storage).await;
        let mut attack = tab.stolen();
        attack.bearer = None;
        for (target, outcome) in [("open", "nobody"), ("guarded", "refused")] {
            let mut attack = made_by(&attack, "port", &[ACCESS, REFRESH, FOUR[3]]);
            shoot(&mut attack, target, bench, "port", "fetch").await;
            assert_eq!(arrival(&mut tab, bench, target, "port", "fetch").await["outcome"], outcome, "{storage}");
        }
        assert_eq!(follows(&mut tab).await, [true; 2], "{storage}");
    }
}

async fn a_get_changes_nothing(world: World) {
    let (mut tab, bench) = begin(&world, "cookie").await;
    let mut attack = made_by(&tab, "port", &[ACCESS]);
    for target in ["open", "guarded"] {
        for (by, status) in [("link", 303), ("image", 200), ("frame", 200)] {
            let reply = shoot(&mut attack, target, bench, "port", by).await;
            assert_eq!((reply.status.as_u16(), reply.header("cache-control")), (status, Some("private, no-store")), "{target} {by}");
            assert_eq!(arrival(&mut tab, bench, target, "port", by).await["outcome"], Value::Null);
        }
        // One method does not pass for another.
        for (method, by) in
            [(Method::GET, "form"), (Method::GET, "fetch"), (Method::POST, "image"), (Method::PUT, "form"), (Method::HEAD, "link")]
        {
            let reply = attack.send(method.clone(), &format!("/api/lab/cross/{target}/{bench}/port/{by}"), None).await;
            assert!([403, 405].contains(&reply.status.as_u16()), "{method} {by}: {}", reply.status);
        }
    }
    assert_eq!(follows(&mut tab).await, [true; 2]);
}

async fn nothing_is_done_but_for_the_bench_by_its_own_session(world: World) {
    let (mut tab, bench) = begin(&world, "cookie").await;
    let (mut other, theirs) = begin(&world, "cookie").await;
    let mut mina = world.tab_of("mina").await;
    mina.json(Method::PUT, "/api/users/rover/follow", &json!({})).await;
    for stranger in [&mina, &other] {
        let mut attack = made_by(stranger, "port", &[ACCESS, REFRESH]);
        for by in ["form", "fetch"] {
            shoot(&mut attack, "open", bench, "port", by).await;
            assert_eq!(arrival(&mut tab, bench, "open", "port", by).await["outcome"], "stranger");
        }
    }
    assert_eq!(mina.get("/api/users/rover").await.json()["followed"], true);
    assert_eq!((follows(&mut tab).await, follows(&mut other).await), ([true; 2], [true; 2]));
    // Its own session, and a bench that is another's.
    shoot(&mut made_by(&tab, "port", &[ACCESS]), "open", theirs, "port", "form").await;
    assert_eq!((follows(&mut tab).await, follows(&mut other).await), ([true; 2], [true; 2]));
    for forged in ["x", "eyJhbGciOiJub25lIn0.e30."] {
        let mut attack = made_by(&tab, "port", &[ACCESS]);
        attack.jar.insert(ACCESS.into(), forged.into());
        shoot(&mut attack, "open", bench, "port", "form").await;
        assert_eq!(arrival(&mut tab, bench, "open", "port", "form").await["outcome"], "nobody");
    }
    tab.log_out().await;
    let mut ended = made_by(&other, "port", &[]);
    ended.jar.insert(ACCESS.into(), tab.jar.get(ACCESS).cloned().unwrap_or_default());
    shoot(&mut ended, "open", bench, "port", "form").await;
    assert_eq!(arrival(&mut tab, bench, "open", "port", "form").await["outcome"], "nobody", "a session that has ended");

    // No bench, or none whose owner has set the cookies.
    let unplanted = Uuid::new_v4();
    let knobs = json!({"access_life": 300, "rotation": "detecting"});
    world.tab().post("/api/lab/session", &json!({"bench": unplanted, "storage": "cookie", "knobs": knobs})).await;
    for bench in [unplanted, Uuid::new_v4()] {
        for target in ["open", "guarded"] {
            let reply = shoot(&mut made_by(&other, "port", &[ACCESS]), target, bench, "port", "form").await;
            assert_eq!((reply.status.as_u16(), reply.code()), (404, "not_found".into()));
        }
    }
    assert_eq!(world.tab().post(&seen_at(Uuid::new_v4()), &json!({})).await.status, 404);
    let reply = made_by(&other, "port", &[ACCESS]).post(&seen_at(theirs), &json!({})).await;
    assert_eq!((reply.status.as_u16(), reply.code()), (403, "cross_site".into()), "no attacker sets the cookies");
    assert!(reply.sets_no_cookie());
}

async fn a_target_leads_to_an_attacker_and_nowhere_else(world: World) {
    let (tab, bench) = begin(&world, "cookie").await;
    for (from, address) in [("site", format!("http://{EVIL}")), ("port", format!("http://localhost:{PORT}"))] {
        for (target, by, step) in [("open", "link", "guarded"), ("guarded", "form", "open"), ("open", "form", "done")] {
            for host in ["localhost:3000", "evil.example"] {
                let mut attack = made_by(&tab, from, &[]).with_header("host", host).with_header("x-forwarded-host", "evil.example");
                let reply = shoot(&mut attack, target, bench, from, by).await;
                assert_eq!(reply.header("location"), Some(&*format!("{address}/{bench}/{step}")));
            }
        }
    }
    let mut attack = made_by(&tab, "site", &[]);
    for from in ["http:%2F%2Fevil.example", "evil.example", "site%2F..%2F..", "%2F%2Fevil.example", "SITE"] {
        let reply = attack.get(&format!("/api/lab/cross/open/{bench}/{from}/link?to=https://evil.example&location=//evil.example")).await;
        assert!(reply.status.is_client_error() && reply.header("location").is_none(), "{from}: {}", reply.status);
    }
    let reply = attack.get(&format!("/api/lab/cross/open/{bench}/site/link?to=https://evil.example")).await;
    assert_eq!(reply.header("location"), Some(&*format!("http://{EVIL}/{bench}/guarded")));
}

async fn with_the_lab_off_there_is_no_attacker(world: World) {
    let config = Config { lab: Some(false), database: world.config().database.clone(), ..Config::default() };
    let world = World::with(config).await;
    assert!(world.site.cross.is_none());
    let bench = Uuid::new_v4();
    let mut tab = world.tab_of("mina").await;
    for path in [
        format!("/api/lab/cross/open/{bench}/site/form"),
        format!("/api/lab/cross/guarded/{bench}/site/form"),
        routes::api::LAB_CROSS.into(),
        seen_at(bench),
    ] {
        for method in [Method::GET, Method::POST] {
            let reply = tab.json(method, &path, &json!({})).await;
            assert_eq!((reply.status.as_u16(), reply.code()), (404, "not_found".into()), "{path}");
            assert!(reply.sets_no_cookie());
        }
        let refused = made_by(&tab, "site", &[ACCESS]).post(&path, &json!({})).await;
        assert_eq!((refused.status.as_u16(), refused.code()), (403, "cross_site".into()), "{path}: as everywhere");
    }
    for path in ["/login", "/attack.js", &format!("/{bench}/begin"), routes::page::LAB_CROSS, "/api/me"] {
        let [evil, unknown] = [EVIL, "other.localhost:3000"].map(|host| world.tab().with_header("host", host));
        let answer = async |mut tab: Tab| {
            let reply = tab.get(path).await;
            (reply.status, reply.header("content-type").map(str::to_owned))
        };
        assert_eq!(answer(evil).await, answer(unknown).await, "{path}: as any host that is not known");
    }
}

async fn elsewhere_than_on_localhost_there_is_no_attacker(world: World) {
    let config = Config { database: world.config().database.clone(), ..Config::default() };
    for origin in ["http://127.0.0.1:3000", "https://nightlatch.example"] {
        let cross = server::auth::lab::cross::Cross::beside(origin);
        cross.listens(PORT);
        assert!(!cross.is_possible() && cross.addresses() == app::wire::lab::cross::Addresses::default(), "{origin}");
    }
    // Beside localhost, but without a listener: there is one attacker alone.
    let world = World::with(config).await;
    let found = world.tab().get(routes::api::LAB_CROSS).await.json();
    assert_eq!(found, json!({"site": format!("http://{EVIL}"), "port": null}));
    let (mut tab, bench) = (world.tab(), Uuid::new_v4());
    let knobs = json!({"access_life": 300, "rotation": "detecting"});
    tab.post("/api/lab/session", &json!({"bench": bench, "storage": "cookie", "knobs": knobs})).await;
    tab.post(&seen_at(bench), &json!({})).await;
    assert_eq!(shoot(&mut made_by(&tab, "port", &[ACCESS]), "open", bench, "port", "form").await.status, 404);
}

#[tokio::test]
async fn another_port_is_there_as_long_as_the_server_and_only_with_the_lab() {
    let client = client();
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let started = async |lab: &'static str, data: std::path::PathBuf| {
        tokio::task::spawn_blocking(move || Process::start(&data, None, &["--lab", lab])).await.unwrap()
    };
    let server = started("on", folders[0].path().to_owned()).await;
    let found: Value = client.get(format!("{}/api/lab/cross", server.url)).send().await.unwrap().json().await.unwrap();
    let port = found["port"].as_str().unwrap().to_owned();
    // By its number: what the name leads to is no matter of the test.
    let number = port.rsplit(':').next().unwrap();
    let at = |path: &str| client.get(format!("http://127.0.0.1:{number}{path}"));
    let host = port.strip_prefix("http://").unwrap();
    assert_eq!(at("/attack.js").header("host", host).send().await.unwrap().status(), 200);
    for path in ["/", "/login", "/lab/cross", "/api/me", "/api/lab/cross", "/readyz"] {
        assert_eq!(at(path).header("host", host).send().await.unwrap().status(), 404, "{path}: the app is not there");
    }
    assert_eq!(at("/attack.js").send().await.unwrap().status(), 404, "under its own name alone");
    server.kill();
    assert!(at("/attack.js").header("host", host).send().await.is_err(), "gone with the server");

    let server = started("off", folders[1].path().to_owned()).await;
    assert_eq!(client.get(format!("{}/api/lab/cross", server.url)).send().await.unwrap().status(), 404);
}
