//! Documents: who is there is decided before the first byte, and every form works without scripts.

use app::routes::query_value;
use axum::http::Method;
use serde_json::json;

use crate::world::{ACCESS, REFRESH, World, on_both};

on_both!(
    a_browser_that_keeps_no_cookies_is_told,
    the_first_html_is_the_feed,
    a_document_says_how_far_its_own_browser_was,
    a_stranger_is_sent_to_the_log_in_page,
    why_a_session_is_over_is_said_at_the_next_log_in,
    a_session_only_the_browser_can_see_gets_a_neutral_shell,
    a_log_in_without_scripts_ends_in_the_feed,
    a_refused_form_comes_back_with_what_was_typed,
    signing_up_without_scripts,
    a_document_is_kept_by_no_cache_and_runs_no_foreign_script,
    a_window_is_cut_off_from_another_site_that_opened_it,
    nobody_is_led_to_another_site,
    an_unknown_page_is_a_page,
    a_database_that_is_gone_logs_nobody_out,
);

async fn the_first_html_is_the_feed(world: World) {
    let mut tab = world.tab_of("mina").await;
    let newest = tab.get("/api/feed").await.json()["items"][0].clone();
    for without_access in [false, true] {
        if without_access {
            tab.jar.remove(ACCESS);
            world.pass(3600);
        }
        let reply = tab.get("/").await;
        assert_eq!(reply.status, 200);
        assert!(reply.text.contains(newest["picture"].as_str().unwrap()), "the newest post is in it");
        assert!(!reply.text.contains("name=\"password\""), "and no log-in form");
        assert!(!reply.text.contains(tab.jar[REFRESH].as_str()), "and no token");
    }
    assert!(tab.get("/login").await.header("location") == Some("/"), "no log-in page for those who are in");
}

/// So that a tab that hydrates after another tab's refresh sees that its store is further than its page, and does not refresh again.
async fn a_document_says_how_far_its_own_browser_was(world: World) {
    let mut tab = world.tab_of("mina").await;
    let mut late = tab.stolen();
    tab.refresh().await;
    for (tab, generation) in [(&mut late, 1), (&mut tab, 2)] {
        let text = tab.get("/").await.text.replace('\\', "");
        assert!(text.contains(&format!("\"generation\":{generation}")), "{generation}");
    }
}

async fn a_stranger_is_sent_to_the_log_in_page(world: World) {
    let mut tab = world.tab();
    let reply = tab.get("/").await;
    assert_eq!((reply.status.as_u16(), reply.header("location")), (303, Some("/login")));
    let reply = tab.get("/login").await;
    assert!(reply.status == 200 && reply.text.contains("name=\"password\""));
    for (name, value) in [(REFRESH, "garbage"), (ACCESS, "garbage")] {
        let mut tab = world.tab();
        tab.jar.insert(name.into(), value.into());
        let reply = tab.get("/").await;
        assert_eq!(reply.header("location"), Some("/login"));
        assert!(reply.sets_no_cookie(), "a document deletes no cookie");
    }
    let mut gone = world.tab_of("mina").await;
    let mut copy = gone.stolen();
    gone.log_out().await;
    assert_eq!(copy.get("/").await.header("location"), Some("/login"));
}

async fn why_a_session_is_over_is_said_at_the_next_log_in(world: World) {
    let mut unused = world.tab_of("mina").await;
    world.pass(12 * 60 * 60);
    let mut victim = world.tab_of("mina").await;
    let mut thief = victim.stolen();
    victim.refresh().await;
    victim.get("/api/me").await;
    world.pass(31);
    thief.refresh().await;
    for (tab, why, words) in [(&mut unused, "idle", "You had not been here for a while"), (&mut victim, "reuse", "for your safety")] {
        let reply = tab.get("/").await;
        let to = format!("/login?why={why}");
        assert_eq!(reply.header("location"), Some(to.as_str()));
        assert!(reply.sets_no_cookie(), "a document deletes no cookie");
        assert!(tab.get(&to).await.text.contains(words));
        assert_eq!(tab.get("/welcome/save").await.header("location"), Some(format!("{to}&next=/welcome/save").as_str()));
    }
}

async fn a_session_only_the_browser_can_see_gets_a_neutral_shell(world: World) {
    for storage in ["local", "session"] {
        let mut tab = world.tab();
        tab.post("/api/session", &json!({"login": "mina", "password": "correct-horse-mina", "storage": storage})).await;
        let reply = tab.get("/").await;
        assert_eq!(reply.status, 200);
        assert!(reply.text.contains("Opening your feed…"), "{storage}");
        assert!(!reply.text.contains("name=\"password\"") && !reply.text.contains("/pictures/"), "neither form nor feed");
        tab.form("/logout", "").await;
        assert_eq!(tab.get("/").await.header("location"), Some("/login"));
    }
    let mut tab = world.tab();
    tab.post("/api/session", &json!({"login": "mina", "password": "correct-horse-mina", "storage": "memory"})).await;
    assert_eq!(tab.get("/").await.header("location"), Some("/login"), "memory does not outlive a document");
}

async fn a_log_in_without_scripts_ends_in_the_feed(world: World) {
    let mut tab = world.tab();
    let reply = tab.form("/login", "login=mina&password=correct-horse-mina&next=/admin/accounts").await;
    assert_eq!((reply.status.as_u16(), reply.header("location")), (303, Some("/welcome/save?next=/admin/accounts")));
    assert!(tab.get("/welcome/save").await.text.contains("Save your login info?"));
    let reply = tab.form("/welcome/save", "save=yes&next=/").await;
    assert_eq!((reply.status.as_u16(), reply.header("location")), (303, Some("/")));
    assert!(reply.cookie(REFRESH).unwrap().contains("Max-Age=7776000"));
    assert!(tab.get("/").await.text.contains("<article"));
    let reply = tab.form("/logout", "").await;
    assert_eq!((reply.status.as_u16(), reply.header("location")), (303, Some("/login?why=logged_out")));
    assert!(tab.get("/login?why=logged_out").await.text.contains("You are logged out."));
    assert_eq!(tab.get("/").await.header("location"), Some("/login"));
}

async fn a_refused_form_comes_back_with_what_was_typed(world: World) {
    let mut tab = world.tab();
    for (body, said) in [
        ("login=mina&password=wrong-horse-battery", "Username or password is wrong"),
        ("login=mina&password=", "Enter your password"),
        ("login=&password=wrong-horse-battery", "Enter your username or email"),
        ("login=mina&password=wrong-horse-battery&storage=local", "needs scripts"),
    ] {
        let reply = tab.form("/login", body).await;
        assert_eq!(reply.status, 422, "{body}");
        assert!(reply.text.contains(said), "{body}");
        assert!(reply.text.contains("<title>Error: "), "{body}");
        assert!(!body.starts_with("login=mina") || reply.text.contains("value=\"mina\""), "{body}: the name is kept");
        assert!(!reply.text.contains("wrong-horse-battery"), "{body}: the password is not");
        assert!(reply.sets_no_cookie());
    }
    let reply = tab.form("/login", "login=%3Cscript%3Ealert(1)%3C/script%3E%22&password=x").await;
    assert!(!reply.text.contains("<script>alert(1)"), "what was typed is text");
}

async fn signing_up_without_scripts(world: World) {
    let mut tab = world.tab();
    let reply = tab.form("/signup", "email=x&username=mina&display_name=&password=short").await;
    assert_eq!(reply.status, 422);
    assert!(reply.text.contains("Use at least 10 characters") && reply.text.contains("name@example.com"));
    let reply = tab.form("/signup", "email=new@example.com&username=mina&display_name=&password=lantern+copper+sofa").await;
    assert!(reply.status == 422 && reply.text.contains("That username is taken"));
    let reply = tab.form("/signup", "email=new@example.com&username=newcomer&display_name=&password=lantern+copper+sofa").await;
    assert_eq!((reply.status.as_u16(), reply.header("location")), (303, Some("/welcome/save")));
    assert_eq!(tab.get("/api/me").await.json()["username"], "newcomer");
}

async fn a_document_is_kept_by_no_cache_and_runs_no_foreign_script(world: World) {
    let mut tab = world.tab_of("mina").await;
    for path in ["/", "/welcome/save", "/nowhere"] {
        let reply = tab.get(path).await;
        assert_eq!(reply.header("cache-control"), Some("private, no-store"), "{path}");
        assert_eq!(reply.header("vary"), Some("Cookie, Authorization"), "{path}");
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
        let policy = reply.header("content-security-policy").unwrap();
        assert!(
            !policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'") && policy.contains("frame-ancestors 'none'"),
            "{policy}"
        );
        let nonce = policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap();
        for script in reply.text.split("<script").skip(1) {
            let tag = script.split('>').next().unwrap();
            assert!(tag.contains("src=") || tag.contains(nonce), "{path}: <script{tag}>");
        }
        assert!(!reply.text.contains(" style=\""), "{path}: no inline style");
    }
    let (one, other) = (tab.get("/").await, tab.get("/").await);
    assert_ne!(one.header("content-security-policy"), other.header("content-security-policy"), "a nonce is used once");
    assert_eq!(tab.get("/api/me").await.header("cache-control"), Some("private, no-store"));
}

async fn a_window_is_cut_off_from_another_site_that_opened_it(world: World) {
    for (header, site, policy) in [
        ("no-fetch-metadata", "", Some("same-origin")),
        ("sec-fetch-site", "cross-site", Some("same-origin")),
        ("sec-fetch-site", "same-site", Some("same-origin")),
        ("sec-fetch-site", "same-origin", None),
        ("sec-fetch-site", "none", None),
    ] {
        let mut tab = world.tab().with_header(header, site);
        for path in ["/login", "/settings", "/nowhere", "/pictures/none"] {
            assert_eq!(tab.get(path).await.header("cross-origin-opener-policy"), policy, "{path}: {header} {site}");
        }
    }
}

async fn nobody_is_led_to_another_site(world: World) {
    let long = format!("//{}", "evil.".repeat(2000));
    for (at, next) in [
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "\\/evil.example",
        "https://evil.example",
        "https:evil.example",
        "javascript:alert(1)",
        "data:text/html,evil",
        "/%2f/evil.example",
        "/%2F%2Fevil.example",
        "/%5cevil.example",
        "\t//evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "\0//evil.example",
        " //evil.example",
        "/ok\r\nSet-Cookie: x=1",
        "/\u{202e}evil.example",
        "evil.example",
        "@evil.example",
        &long,
    ]
    .into_iter()
    .enumerate()
    {
        let next = query_value(next);
        // Nobody is logged in: neither the form nor a link of the page knows of it.
        for page in ["/login", "/signup"] {
            let shown = world.tab().get(&format!("{page}?next={next}")).await;
            assert!(shown.status == 200 && !shown.text.contains("evil") && !shown.text.contains("alert(1)"), "{page} {next:.40}");
        }
        let sign_up = format!("username=new{at}&email=new{at}@example.org&password=lantern+copper+sofa&next={next}");
        assert_eq!(world.tab().form("/signup", &sign_up).await.header("location"), Some("/welcome/save"), "{next:.40}");
        let wrong = world.tab().form("/login", &format!("login=mina&password=&next={next}")).await;
        assert!(wrong.status == 422 && !wrong.text.contains("name=\"next\""), "a form that comes back has forgotten it: {next:.40}");
        // What the throttle counts is over.
        world.pass(60);
        let mut tab = world.tab();
        let reply = tab.form("/login", &format!("login=mina&password=correct-horse-mina&next={next}")).await;
        assert_eq!(reply.header("location"), Some("/welcome/save"), "{next:.40}");
        let reply = tab.form("/welcome/save", &format!("save=no&next={next}")).await;
        assert_eq!(reply.header("location"), Some("/"), "{next:.40}");
        assert_eq!(tab.get(&format!("/login?next={next}")).await.header("location"), Some("/"), "{next:.40}");
        tab.form("/welcome/save", "save=yes").await;
        let id = crate::saved::id(&mut tab, "mina").await;
        assert_eq!(tab.form(&format!("/login/saved/{id}"), &format!("next={next}")).await.header("location"), Some("/"), "{next:.40}");
    }
}

async fn an_unknown_page_is_a_page(world: World) {
    let reply = world.tab().get("/nowhere").await;
    assert_eq!(reply.status, 404);
    assert!(reply.text.contains("This page does not exist."));
    let reply = world.tab().send(Method::POST, "/nowhere", Some(("application/x-www-form-urlencoded", String::new()))).await;
    assert_eq!((reply.status.as_u16(), reply.code()), (404, "not_found".into()));
}

async fn a_database_that_is_gone_logs_nobody_out(world: World) {
    let mut tab = world.tab_of("mina").await;
    let jar = tab.jar.clone();
    world.site.auth.db.close().await;
    let reply = tab.refresh().await;
    assert_eq!((reply.status.as_u16(), reply.code()), (503, "busy".into()));
    assert!(reply.header("retry-after").is_some());
    for path in ["/", "/welcome/save", "/admin/accounts", "/login", "/nowhere"] {
        let page = tab.get(path).await;
        assert_eq!(page.status, 503, "{path}");
        assert!(!page.text.contains("name=\"password\""), "{path}: not knowing is not logged out");
        assert!(page.text.contains(page.header("x-request-id").unwrap()), "{path}: says how the log knows it");
        assert!(page.text.contains("http-equiv=\"refresh\"") && page.header("retry-after").is_some(), "{path}: and tries again");
        // Started on a page without its owner, the app would take the session for gone.
        assert!(!page.text.contains("<script"), "{path}");
        assert!(
            page.header("content-type").unwrap().starts_with("text/html") && page.header("cache-control").unwrap().contains("no-store")
        );
    }
    let page = tab.form("/login", "login=mina&password=correct-horse-mina").await;
    assert!(page.status == 503 && page.sets_no_cookie() && page.header("retry-after").is_some());
    assert!(page.text.contains(page.header("x-request-id").unwrap()), "{}", page.text);
    assert_eq!(world.tab().get("/login").await.status, 200, "a stranger needs no database to see the form");
    assert_eq!(tab.get("/api/me").await.status, 200, "verification needs no database");
    assert_eq!(tab.get("/readyz").await.status, 503);
    assert_eq!(tab.get("/healthz").await.status, 200);
    assert_eq!(tab.jar, jar);
}

async fn a_browser_that_keeps_no_cookies_is_told(world: World) {
    for (path, from, to) in [
        ("/welcome/save", "http://localhost:3000/login", "/login?cookies=blocked"),
        ("/welcome/save", "http://localhost:3000/signup?next=/new", "/login?cookies=blocked"),
        ("/welcome/save", "http://localhost:3000/", "/login?next=/welcome/save"),
        ("/welcome/save", "http://elsewhere.example/login", "/login?next=/welcome/save"),
    ] {
        let mut tab = world.tab().with_header("referer", from);
        assert_eq!(tab.form("/login", "login=mina&password=correct-horse-mina").await.status, 303);
        // One that does keeps them is known; one that does not shows nothing.
        assert_eq!(tab.get(path).await.status, 200);
        tab.jar.clear();
        assert_eq!(tab.get(path).await.header("location"), Some(to), "{from}");
    }
    assert!(world.tab().get("/login?cookies=blocked").await.text.contains("Your browser blocks cookies, so we cannot keep you logged in."));
}
