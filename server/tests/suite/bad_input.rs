//! Bad input gets a clear answer and changes nothing.

use axum::body::Body;
use axum::http::{Method, Request, header};
use serde_json::{Value, json};

use crate::world::{ACCESS, REFRESH, World, on_both};

on_both!(
    a_body_that_cannot_be_read_says_what_is_wrong,
    a_body_that_is_too_large_is_refused_before_anything_is_hashed,
    another_content_type_is_refused,
    another_method_is_refused,
    an_access_token_that_does_not_hold_is_refused_without_saying_why,
    a_refresh_token_that_is_not_ours_ends_nothing,
    a_token_anywhere_else_is_not_looked_at,
    a_path_that_is_not_there_says_so,
    a_name_that_is_strange_is_only_unknown,
);

async fn a_body_that_cannot_be_read_says_what_is_wrong(world: World) {
    for (body, said) in [
        (r#"{"login":"mina","password":"x","remember":true}"#, "unknown field `remember`"),
        (r#"{"login":"mina"}"#, "missing field `password`"),
        (r#"{"login":"mina","password":"x","login":"rover"}"#, "duplicate field `login`"),
        (r#"{"login":"mina","password":7}"#, "wrong type"),
        (r#"{"login":"mina","password":"x","storage":"indexeddb"}"#, "wrong type"),
        (r#"{"login":"mina","password":"x"} trailing"#, "not JSON"),
        ("{\"login\":\"mina\",\"password\":\"\\ud800\"}", "not JSON"),
        ("\u{feff}{}", "not JSON"),
        ("", "not JSON"),
        ("[]", "could not be read"),
        (&"[".repeat(10_000), "could not be read"),
    ] {
        let mut tab = world.tab();
        let reply = tab.send(Method::POST, "/api/session", Some(("application/json", body.into()))).await;
        assert_eq!((reply.status.as_u16(), reply.code()), (400, "malformed_request".into()), "{body:.60}");
        assert!(reply.json()["title"].as_str().unwrap().contains(said), "{body:.60}: {}", reply.text);
        assert!(reply.sets_no_cookie());
    }
    assert_eq!(world.count("select count(*) from sessions").await, 0);
}

async fn a_body_that_is_too_large_is_refused_before_anything_is_hashed(world: World) {
    let password = "x".repeat(1 << 20);
    for path in ["/api/session", "/api/accounts"] {
        let reply = world.tab().post(path, &json!({"login": "mina", "password": password})).await;
        assert_eq!((reply.status.as_u16(), reply.code()), (413, "too_large".into()));
    }
    assert_eq!(world.tab().form("/login", &format!("login=mina&password={password}")).await.code(), "too_large");
    let reply = world.tab().post("/api/session", &json!({"login": "mina", "password": "x".repeat(1025)})).await;
    assert_eq!(reply.code(), "invalid_credentials");
    assert_eq!(world.count("select count(*) from attempts").await, 0, "it was not even an attempt");
}

async fn another_content_type_is_refused(world: World) {
    for media in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/jsonp", ""] {
        let reply = world.tab().send(Method::POST, "/api/session", Some((media, r#"{"login":"mina","password":"x"}"#.into()))).await;
        assert_eq!((reply.status.as_u16(), reply.code()), (415, "unsupported_media_type".into()), "{media}");
    }
    let reply = world.tab().send(Method::POST, "/login", Some(("application/json", "{}".into()))).await;
    assert_eq!(reply.status, 415);
}

async fn another_method_is_refused(world: World) {
    let mut tab = world.tab_of("mina").await;
    for (method, path) in [
        (Method::GET, "/api/session/refresh"),
        (Method::HEAD, "/api/session/refresh"),
        (Method::GET, "/api/accounts"),
        (Method::PUT, "/api/session"),
        (Method::POST, "/api/me"),
        (Method::GET, "/logout"),
        (Method::DELETE, "/login"),
        (Method::TRACE, "/api/me"),
    ] {
        let reply = tab.send(method.clone(), path, None).await;
        assert_eq!(reply.status, 405, "{method} {path}");
        assert!(reply.header("allow").is_some_and(|allow| !allow.is_empty()), "{method} {path} {:?}", reply.headers);
        assert!(reply.sets_no_cookie());
    }
    assert_eq!(tab.get("/api/me").await.status, 200, "nobody was logged out");
}

async fn an_access_token_that_does_not_hold_is_refused_without_saying_why(world: World) {
    let tab = world.tab_of("mina").await;
    let good = tab.jar[ACCESS].clone();
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let (header, payload) = signed.split_once('.').unwrap();
    let none = "eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0";
    let mut seen: Vec<Value> = Vec::new();
    for bad in [
        "garbage".to_owned(),
        format!("{none}.{payload}."),
        format!("{none}.{payload}.{signature}"),
        format!("{signed}."),
        format!("{header}.{}.{signature}", payload.replace('a', "b")),
        format!("{signed}.{}", signature.chars().rev().collect::<String>()),
        tab.jar[REFRESH].clone(),
        "A".repeat(9000),
    ] {
        for by_cookie in [true, false] {
            let mut thief = world.tab();
            if by_cookie {
                thief.jar.insert(ACCESS.into(), bad.clone());
            } else {
                thief.bearer = Some(bad.clone());
            }
            let reply = thief.get("/api/me").await;
            assert_eq!(reply.status, 401, "{bad:.80}");
            assert_eq!(reply.header("www-authenticate"), Some(r#"Bearer realm="nightlatch", error="invalid_token""#));
            assert!(reply.sets_no_cookie());
            let mut problem = reply.json();
            problem.as_object_mut().unwrap().remove("request_id");
            seen.push(problem);
        }
    }
    assert!(seen.iter().all(|problem| *problem == seen[0] && problem["code"] == "invalid_token"));

    world.pass(300);
    assert_eq!(tab.stolen().get("/api/me").await.code(), "invalid_token", "expired");
    let mut other_site = World::sqlite().await.tab_of("mina").await;
    world.clock.set_back(std::time::Duration::from_secs(300));
    other_site = {
        let mut thief = world.tab();
        thief.jar = other_site.jar;
        thief
    };
    assert_eq!(other_site.get("/api/me").await.code(), "invalid_token", "another site's key");
}

async fn a_refresh_token_that_is_not_ours_ends_nothing(world: World) {
    let mut tab = world.tab_of("mina").await;
    let good = tab.jar[REFRESH].clone();
    let flipped = format!("{}{}", if good.starts_with('A') { "B" } else { "A" }, &good[1..]);
    for bad in ["garbage".to_owned(), "A".repeat(76), flipped, good[..75].to_owned(), tab.jar[ACCESS].clone(), "é".into()] {
        let reply = world.tab().post("/api/session/refresh", &json!({"refresh": bad})).await;
        assert_eq!((reply.status.as_u16(), reply.code()), (401, "invalid_token".into()), "{bad}");
        assert!(reply.sets_no_cookie());
    }
    let reply = world.tab().post("/api/session/refresh", &json!({})).await;
    assert_eq!((reply.status.as_u16(), reply.code()), (401, "unauthenticated".into()));
    assert_eq!(reply.header("www-authenticate"), Some(r#"Bearer realm="nightlatch""#));
    assert_eq!(tab.refresh().await.json()["generation"], 2, "the session is untouched");
}

async fn a_token_anywhere_else_is_not_looked_at(world: World) {
    let tab = world.tab_of("mina").await;
    let token = &tab.jar[ACCESS];
    assert_eq!(world.tab().get(&format!("/api/me?access_token={token}")).await.code(), "unauthenticated");
    for scheme in ["Basic", "Token", "Bearer,", "DPoP"] {
        let mut thief = world.tab().with_header("authorization", &format!("{scheme} {token}"));
        assert_eq!(thief.get("/api/me").await.status, 401, "{scheme}");
    }
    let twice = Request::get("/api/me")
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .header(header::AUTHORIZATION, format!("Bearer {token}"));
    let reply = world.raw(twice.body(Body::empty()).unwrap()).await;
    assert_eq!((reply.status.as_u16(), reply.code()), (400, "conflicting_credentials".into()));
}

async fn a_path_that_is_not_there_says_so(world: World) {
    let mut tab = world.tab_of("mina").await;
    for path in ["/api/nothing", "/api/me/x.css", "/api/ME", "/api/me/"] {
        let reply = tab.get(path).await;
        assert_eq!((reply.status.as_u16(), reply.code()), (404, "not_found".into()), "{path}");
    }
    for path in [
        "/.env",
        "/.git/HEAD",
        "/pkg/../Cargo.toml",
        "/pkg/%2e%2e/Cargo.toml",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/index.php",
        "/pictures/../keys.json",
    ] {
        let reply = tab.get(path).await;
        assert_eq!(reply.status, 404, "{path}");
        assert_eq!(reply.header("cache-control"), Some("private, no-store"));
    }
    assert_eq!(tab.get("/pictures/none.svg").await.code(), "not_found");
}

async fn a_name_that_is_strange_is_only_unknown(world: World) {
    for login in ["' or 1=1 --", "mina\0", "\u{202e}anim", "../../mina", &"m".repeat(5000), ""] {
        let reply = world.tab().post("/api/session", &json!({"login": login, "password": "correct-horse-mina"})).await;
        assert_eq!((reply.status.as_u16(), reply.code()), (401, "invalid_credentials".into()), "{login:.40}");
    }
}
