//! Tokens that are bound to a key (DPoP, RFC 9449): worth nothing to whoever has copied them.

use app::wire::secret::Secret;
use axum::http::Method;
use native::proof::{Deed, Key};
use serde_json::{Value, json};

use crate::world::{ORIGIN, REFRESH, Reply, Tab, World, on_both};

const PASSWORD: &str = "correct-horse-mina";

on_both!(
    a_bound_session_goes_on_with_its_key_alone,
    a_bound_token_is_refused_in_every_other_way,
    a_proof_says_what_it_is_for_and_holds_once,
    a_proof_is_as_old_as_its_nonce_whatever_its_clock_says,
    a_header_of_another_shape_is_no_proof,
    a_fork_of_a_bound_session_is_bound_too,
    what_travels_in_cookies_is_bound_to_nothing,
    a_bound_session_can_be_ended_without_its_key,
    what_a_bound_session_leaves_behind_opens_nothing_that_scripts_can_read,
    what_an_unbound_session_had_left_does_not_stay_open_to_scripts_beside_a_bound_one,
    a_session_id_that_is_looked_up_is_bound_as_well,
    in_the_lab_bound_loot_is_tried_in_every_way_and_is_worth_nothing,
    in_the_lab_a_thief_of_bound_tokens_is_refused_and_nobody_is_logged_out,
);

/// A client with a key of its own.
struct Client {
    tab: Tab,
    key: Key,
    nonce: String,
    access: String,
    refresh: String,
}

impl Client {
    async fn of(world: &World) -> Self {
        let mut tab = world.tab();
        let reply = tab.get("/api/session/nonce").await;
        assert_eq!(reply.status, 204);
        let nonce = reply.header("dpop-nonce").unwrap().to_owned();
        Self { tab, key: Key::random().unwrap(), nonce, access: String::new(), refresh: String::new() }
    }

    /// A client whose session lives in `storage`, and is bound to its key.
    async fn bound(world: &World, storage: &str) -> Self {
        let mut client = Self::of(world).await;
        let form = json!({"login": "mina", "password": PASSWORD, "storage": storage, "save": true});
        let reply = client.post("/api/session", &form).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        client
    }

    /// Another client with the same tokens, and a key of its own.
    async fn robbed(&self, world: &World) -> Self {
        Self { access: self.access.clone(), refresh: self.refresh.clone(), ..Self::of(world).await }
    }

    fn proof(&self, method: &str, path: &str, access: Option<&str>) -> String {
        let (url, access) = (format!("{ORIGIN}{path}"), access.map(|token| Secret::new(token.to_owned())));
        self.key.prove(Deed { method, url: &url, token: access.as_ref(), nonce: Some(&self.nonce), now: 0 })
    }

    /// Sends these header fields, and takes over what comes back.
    async fn send(&mut self, method: Method, path: &str, fields: &[(&str, String)], body: Option<&Value>) -> Reply {
        let own = self.tab.headers.len();
        self.tab.headers.extend(fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        let reply = self.tab.send(method, path, body.map(|body| ("application/json", body.to_string()))).await;
        self.tab.headers.truncate(own);
        if let Some(nonce) = reply.header("dpop-nonce") {
            nonce.clone_into(&mut self.nonce);
        }
        if reply.status.is_success() && reply.text.starts_with('{') {
            let took = |name: &str, into: &mut String| {
                if let Some(token) = reply.json()[name].as_str() {
                    token.clone_into(into);
                }
            };
            took("access", &mut self.access);
            took("refresh", &mut self.refresh);
        }
        reply
    }

    async fn post(&mut self, path: &str, body: &Value) -> Reply {
        let proof = self.proof("POST", path, None);
        self.send(Method::POST, path, &[("dpop", proof)], Some(body)).await
    }

    async fn refresh(&mut self) -> Reply {
        let body = json!({"refresh": self.refresh});
        self.post("/api/session/refresh", &body).await
    }

    /// With the access token, as one that is bound, and a proof for it.
    async fn get(&mut self, path: &str) -> Reply {
        let proof = self.proof("GET", path, Some(&self.access));
        let token = format!("DPoP {}", self.access);
        self.send(Method::GET, path, &[("dpop", proof), ("authorization", token)], None).await
    }

    /// With the access token, as one that anybody may bear.
    async fn bear(&mut self, path: &str) -> Reply {
        let token = format!("Bearer {}", self.access);
        self.send(Method::GET, path, &[("authorization", token)], None).await
    }
}

fn challenge(reply: &Reply) -> (u16, String, String) {
    let error = reply.header("www-authenticate").unwrap().to_owned();
    (reply.status.as_u16(), reply.code(), error)
}

async fn a_bound_session_goes_on_with_its_key_alone(world: World) {
    for storage in ["local", "session", "memory", "native"] {
        let mut mine = Client::bound(&world, storage).await;
        assert_eq!(mine.get("/api/me").await.json()["username"], "mina", "{storage}");
        let mut thief = mine.robbed(&world).await;
        for _ in 0..3 {
            world.pass(10);
            assert_eq!(mine.refresh().await.status, 200, "{storage}");
            assert_eq!(mine.get("/api/feed").await.status, 200, "{storage}");
        }

        // The newest tokens, another key; and no key at all. It tells the thief nothing, and costs the owner nothing.
        let mut newer = mine.robbed(&world).await;
        for thief in [&mut thief, &mut newer] {
            assert_eq!((thief.refresh().await.code(), thief.get("/api/me").await.code()), ("invalid_token".into(), "invalid_token".into()));
            let body = json!({"refresh": thief.refresh});
            assert_eq!(thief.tab.post("/api/session/refresh", &body).await.code(), "invalid_token");
            assert_eq!(thief.tab.post("/api/session/fork", &body).await.code(), "invalid_token");
            let change = json!({"refresh": thief.refresh, "save": true});
            assert_eq!(thief.tab.json(Method::PATCH, "/api/session", &change).await.code(), "invalid_token");
        }
        world.pass(60);
        assert_eq!(mine.refresh().await.status, 200, "{storage}: no alarm, and no end");
    }
}

async fn a_bound_token_is_refused_in_every_other_way(world: World) {
    let mut mine = Client::bound(&world, "local").await;
    let refused = mine.bear("/api/me").await;
    assert_eq!(challenge(&refused), (401, "invalid_token".into(), r#"Bearer realm="nightlatch", error="invalid_token""#.into()));
    // With a proof beside it, but shown as a bearer's.
    let (proof, token) = (mine.proof("GET", "/api/me", Some(&mine.access)), mine.access.clone());
    let fields = |scheme: &str, proof: String| [("dpop", proof), ("authorization", format!("{scheme} {token}"))];
    assert_eq!(mine.send(Method::GET, "/api/me", &fields("Bearer", proof), None).await.code(), "invalid_token");
    // Without the hash of the token, with that of another one, and without any proof.
    for proof in [mine.proof("GET", "/api/me", None), mine.proof("GET", "/api/me", Some("another"))] {
        assert_eq!(mine.send(Method::GET, "/api/me", &fields("DPoP", proof), None).await.code(), "invalid_token");
    }
    assert_eq!(mine.send(Method::GET, "/api/me", &fields("DPoP", String::new())[1..], None).await.code(), "invalid_token");
    // In the cookie.
    mine.tab.jar.insert(crate::world::ACCESS.to_owned(), mine.access.clone());
    assert_eq!(mine.tab.get("/api/me").await.code(), "invalid_token");
    assert_eq!(mine.tab.get("/").await.header("location"), None, "a page is nobody's");
    mine.tab.jar.clear();
    assert_eq!(mine.get("/api/me").await.status, 200);

    // A token that is bound to nothing is not made better by a proof.
    let mut plain = Client::of(&world).await;
    let form = json!({"login": "mina", "password": PASSWORD, "storage": "local"});
    plain.send(Method::POST, "/api/session", &[], Some(&form)).await;
    assert_eq!((plain.bear("/api/me").await.status.as_u16(), plain.get("/api/me").await.code()), (200, "invalid_token".into()));
}

async fn a_proof_says_what_it_is_for_and_holds_once(world: World) {
    let mut mine = Client::bound(&world, "local").await;
    let token = ("authorization", format!("DPoP {}", mine.access));
    let access = Secret::new(mine.access.clone());
    let ask = |proof: String| [("dpop", proof), token.clone()];
    let proof = |mine: &Client, method: &str, url: &str| {
        mine.key.prove(Deed { method, url, token: Some(&access), nonce: Some(&mine.nonce), now: 0 })
    };
    let here = format!("{ORIGIN}/api/me");
    for (method, url) in [
        ("POST", here.clone()),
        ("get", here.clone()),
        ("GET", format!("{ORIGIN}/api/feed")),
        ("GET", format!("{ORIGIN}/api/me/")),
        ("GET", "http://elsewhere.example/api/me".into()),
        ("GET", here.replace(":3000", ":3001")),
        ("GET", "http://127.0.0.1:30001/api/me".into()),
        ("GET", here.replace("http", "https")),
        ("GET", "/api/me".into()),
        ("GET", String::new()),
    ] {
        let fields = ask(proof(&mine, method, &url));
        let refused = mine.send(Method::GET, "/api/me", &fields, None).await;
        let wanted = r#"DPoP realm="nightlatch", error="invalid_dpop_proof", algs="ES256""#;
        assert_eq!(challenge(&refused), (401, "invalid_dpop_proof".into(), wanted.into()), "{method} {url}");
    }
    // A query and a fragment do not count, nor by which of its own names this machine was asked.
    for url in [
        here.clone(),
        here.replace("localhost", "127.0.0.1"),
        here.replace("localhost", "[::1]"),
        format!("{here}?a=b"),
        format!("{here}#c"),
    ] {
        let fields = ask(proof(&mine, "GET", &url));
        assert_eq!(mine.send(Method::GET, "/api/me?x=y", &fields, None).await.status, 200, "{url}");
        assert_eq!(mine.send(Method::GET, "/api/me?x=y", &fields, None).await.code(), "invalid_dpop_proof", "once more");
    }
    let twice = [ask(proof(&mine, "GET", &here)), ask(proof(&mine, "GET", &here))].concat();
    assert_eq!(mine.send(Method::GET, "/api/me", &twice[..3], None).await.code(), "invalid_dpop_proof", "two of them");
}

async fn a_proof_is_as_old_as_its_nonce_whatever_its_clock_says(world: World) {
    let mut mine = Client::bound(&world, "local").await;
    let url = format!("{ORIGIN}/api/session/refresh");
    let body = json!({"refresh": mine.refresh});
    // Signed for next week, by a script that rides on the page today.
    let later = |nonce: Option<&str>| mine.key.prove(Deed { method: "POST", url: &url, token: None, nonce, now: i64::MAX });
    let (hoarded, naked, made_up) = (later(Some(&mine.nonce)), later(None), later(Some("1800000000.AAAA")));
    for proof in [naked, made_up] {
        let refused = mine.send(Method::POST, "/api/session/refresh", &[("dpop", proof)], Some(&body)).await;
        let wanted = r#"DPoP realm="nightlatch", error="use_dpop_nonce", algs="ES256""#;
        assert_eq!(challenge(&refused), (401, "use_dpop_nonce".into(), wanted.into()));
        assert_eq!(refused.headers.get_all("dpop-nonce").iter().count(), 1);
    }
    world.pass(180);
    let old = mine.send(Method::POST, "/api/session/refresh", &[("dpop", hoarded)], Some(&body)).await;
    assert_eq!(old.code(), "use_dpop_nonce");
    assert_eq!(mine.refresh().await.status, 200, "with the nonce that came along");
}

async fn a_header_of_another_shape_is_no_proof(world: World) {
    let mine = Client::bound(&world, "local").await;
    let claims =
        json!({"jti": "an-id-of-its-own", "htm": "GET", "htu": format!("{ORIGIN}/api/session/nonce"), "iat": 0, "nonce": mine.nonce});
    let good = json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": mine.key.public()});
    let mut tab = world.tab();
    let mut show = async |proof: String| {
        tab.headers = vec![("dpop".into(), proof)];
        tab.get("/api/session/nonce").await.status.as_u16()
    };
    let with = |name: &str, value: Value| {
        let mut head = good.clone();
        head[name] = value;
        head
    };
    let mut private = mine.key.public();
    private["d"] = "AAAA".into();
    let mut off = mine.key.public();
    off["x"] = off["y"].clone();
    for head in [
        with("typ", json!("JWT")),
        with("typ", json!("at+jwt")),
        with("alg", json!("none")),
        with("alg", json!("HS256")),
        with("alg", json!("ES384")),
        with("jwk", private),
        with("jwk", off),
        with("jwk", Key::random().unwrap().public()),
        with("jwk", json!({"kty": "oct", "k": "AAAA"})),
        with("crit", json!(["exp"])),
    ] {
        assert_eq!(show(mine.key.sign(&head, &claims)).await, 401, "{head}");
    }
    for (name, value) in
        [("jti", json!("")), ("jti", json!("x".repeat(200))), ("iat", Value::Null), ("iat", json!("0")), ("ath", json!("short"))]
    {
        let mut other = claims.clone();
        other[name] = value;
        assert_eq!(show(mine.key.sign(&good, &other)).await, 401, "{other}");
    }
    for noise in ["", ".", "..", "a.b.c", &"x".repeat(3000)] {
        assert_eq!(show(noise.to_owned()).await, 401, "{noise}");
    }
    assert_eq!(show(mine.key.sign(&good, &claims)).await, 204, "the one they differ from");
}

async fn a_fork_of_a_bound_session_is_bound_too(world: World) {
    let mut mine = Client::bound(&world, "session").await;
    let body = json!({"refresh": mine.refresh});
    assert_eq!(mine.post("/api/session/fork", &body).await.status, 200);
    assert_eq!((mine.get("/api/me").await.status.as_u16(), mine.bear("/api/me").await.status.as_u16()), (200, 401));
    let mut thief = mine.robbed(&world).await;
    assert_eq!((thief.refresh().await.code(), mine.refresh().await.status.as_u16()), ("invalid_token".into(), 200));
}

async fn what_travels_in_cookies_is_bound_to_nothing(world: World) {
    // A proof at log-in changes nothing for them, and refreshes go on without.
    for storage in ["cookie", "hybrid"] {
        let mut mine = Client::bound(&world, storage).await;
        assert_eq!(mine.tab.refresh().await.status, 200, "{storage}");
    }
    // One that moves into cookies is let go, and one that comes out of them with a proof is bound.
    let mut mine = Client::bound(&world, "local").await;
    let mut change = json!({"refresh": mine.refresh, "storage": "cookie"});
    let proof = mine.proof("PATCH", "/api/session", None);
    assert_eq!(mine.send(Method::PATCH, "/api/session", &[("dpop", proof)], Some(&change)).await.status, 200);
    assert_eq!((mine.tab.get("/api/me").await.status.as_u16(), mine.tab.refresh().await.status.as_u16()), (200, 200));
    change = json!({"storage": "memory", "password": PASSWORD});
    let proof = mine.proof("PATCH", "/api/session", None);
    let moved = mine.send(Method::PATCH, "/api/session", &[("dpop", proof)], Some(&change)).await;
    assert_eq!(moved.status, 200, "{}", moved.text);
    assert_eq!((mine.get("/api/me").await.status.as_u16(), mine.bear("/api/me").await.status.as_u16()), (200, 401));
}

async fn a_bound_session_can_be_ended_without_its_key(world: World) {
    let mut mine = Client::bound(&world, "local").await;
    let body = json!({"refresh": mine.refresh});
    assert_eq!(mine.tab.json(Method::DELETE, "/api/session", &body).await.status, 204, "a page that closes cannot wait for a signature");
    assert_eq!((mine.refresh().await.reason(), mine.get("/api/me").await.status.as_u16()), ("logged_out".into(), 401));
}

async fn what_a_bound_session_leaves_behind_opens_nothing_that_scripts_can_read(world: World) {
    let mine = Client::bound(&world, "local").await;
    saved_opens_cookies(mine.tab).await;
}

async fn what_an_unbound_session_had_left_does_not_stay_open_to_scripts_beside_a_bound_one(world: World) {
    let mut mine = Client::of(&world).await;
    let form = json!({"login": "mina", "password": PASSWORD, "storage": "local", "save": true});
    assert_eq!(mine.tab.post("/api/session", &form).await.json()["storage"], "local");
    let bound = mine.post("/api/session", &form).await;
    assert_eq!(bound.status, 200, "{}", bound.text);
    saved_opens_cookies(mine.tab).await;
}

/// The one saved login of this browser, used by a script on the page, which has no key: its session lives in cookies.
async fn saved_opens_cookies(mut tab: Tab) {
    let saved = tab.get("/api/saved").await.json();
    assert_eq!(saved.as_array().map(Vec::len), Some(1), "{saved}");
    let tap = format!("/api/saved/{}/session", saved[0]["id"].as_str().unwrap());
    let tapped = tab.post(&tap, &json!({})).await;
    assert_eq!((tapped.status.as_u16(), &tapped.json()["storage"]), (200, &json!("cookie")), "{}", tapped.text);
    assert!(tapped.json()["access"].is_null() && tapped.json()["refresh"].is_null() && tapped.cookie(REFRESH).is_some());
}

async fn begun(world: &World, knobs: Value) -> (Client, String) {
    let mut mine = Client::of(world).await;
    let bench = uuid::Uuid::new_v4();
    let begun = mine.post("/api/lab/session", &json!({"bench": bench, "storage": "local", "knobs": knobs})).await;
    assert_eq!(begun.status, 201, "{}", begun.text);
    (mine, format!("/api/lab/benches/{bench}"))
}

async fn in_the_lab_bound_loot_is_tried_in_every_way_and_is_worth_nothing(world: World) {
    let (mut mine, bench) = begun(&world, json!({"access_life": 60, "rotation": "detecting"})).await;
    let loot = json!({"access": [mine.access], "refresh": [mine.refresh]});
    assert_eq!(mine.tab.post(&format!("{bench}/loot"), &loot).await.json(), json!({"access": false, "refresh": false}));
    let watched = mine.tab.get(&bench).await.json();
    let tried = watched["uses"].as_array().unwrap().iter().map(|used| format!("{} {}", used["by"], used["deed"])).collect::<Vec<_>>();
    assert_eq!((&watched["bound"], tried), (&json!(true), vec![r#""thief" "refused""#.to_owned(); 2]), "without a key, and with its own");
    assert_eq!((mine.get("/api/me").await.status.as_u16(), mine.refresh().await.status.as_u16()), (200, 200));
}

async fn in_the_lab_a_thief_of_bound_tokens_is_refused_and_nobody_is_logged_out(world: World) {
    let (mut mine, bench) = begun(&world, json!({"access_life": 60, "rotation": "never"})).await;
    let theft = json!({"refresh": mine.refresh, "access": true});
    assert_eq!(mine.tab.post(&format!("{bench}/theft"), &theft).await.status, 204);
    for deed in ["refresh", "read", "refresh"] {
        world.pass(5);
        assert_eq!(mine.tab.post(&format!("{bench}/thief/{deed}"), &json!({})).await.status, 204);
        let watched = mine.tab.get(&bench).await.json();
        let thief = &watched["thief"];
        assert_eq!((&thief["last"][1], &thief["refreshes"], &thief["reads"]), (&json!(401), &json!(0), &json!(0)), "{deed}");
        assert_eq!(watched["ended"], Value::Null);
    }
    assert_eq!((mine.refresh().await.status.as_u16(), mine.get("/api/feed").await.status.as_u16()), (200, 200));
}

async fn a_session_id_that_is_looked_up_is_bound_as_well(world: World) {
    let (mut mine, _) = begun(&world, json!({"access_life": 60, "rotation": "detecting", "token": "opaque"})).await;
    assert_eq!((mine.get("/api/me").await.status.as_u16(), mine.bear("/api/me").await.status.as_u16()), (200, 401));
    let mut thief = mine.robbed(&world).await;
    assert_eq!((thief.get("/api/me").await.status.as_u16(), thief.refresh().await.status.as_u16()), (401, 401));
}
