//! Limits and second thoughts that no use of the site comes upon by itself.

use std::sync::Arc;
use std::task::Poll;

use app::wire::secret::Secret;
use axum::body::Body;
use axum::http::{Method, Request};
use futures::future::Either;
use serde_json::{Value, json};
use server::config::Config;
use tokio::sync::Semaphore;

use crate::passwords::link;
use crate::world::{ACCESS, Reply, Tab, World, on_both};

on_both!(
    an_address_that_nobody_has_claimed_gets_no_link,
    a_link_of_a_disabled_account_sets_nothing,
    guesses_at_links_have_to_wait,
    what_is_no_name_is_forgotten_by_nobody,
    a_wrong_password_stands_in_the_history,
    a_wrong_code_stands_in_the_history,
    guesses_at_the_first_code_have_to_wait,
    passkey_challenges_have_to_wait,
    a_passkeys_name_is_on_one_line,
    a_tab_of_another_account_gets_no_document,
    what_a_client_says_of_itself_is_cut_and_not_believed,
    an_address_puts_no_words_into_our_mouth,
    a_browser_that_is_logged_out_is_called_nothing_any_more,
    sixteen_uploads_are_read_at_a_time,
    what_matters_asks_the_database_whether_the_session_lives,
);

async fn kinds(tab: &mut Tab) -> Vec<String> {
    let events = tab.get("/api/activity").await.json();
    events.as_array().unwrap().iter().map(|event| event["kind"].as_str().unwrap().to_owned()).collect()
}

/// Sends it until it is throttled, and says whether it was.
async fn has_to_wait(mut send: impl AsyncFnMut() -> Reply) -> bool {
    for _ in 0..200 {
        if send().await.status == 429 {
            return true;
        }
    }
    false
}

async fn an_address_that_nobody_has_claimed_gets_no_link(world: World) {
    // Somebody signs up with the address of another, which is noted and not claimed.
    let sign_up = json!({"username": "stranger", "email": "mina@nightlatch.example", "password": "lantern copper sofa"});
    assert_eq!(world.tab().post("/api/accounts", &sign_up).await.status, 201);
    let before = world.count("select count(*) from mails").await;
    world.tab().post("/api/password/forgot", &json!({"login": "stranger"})).await;
    world.site.mailer.send_due(&world.site.auth).await.unwrap();
    assert_eq!(world.count("select count(*) from mails").await, before);
    assert_eq!(world.count("select count(*) from forgotten").await, 0, "it was looked up");
}

async fn a_link_of_a_disabled_account_sets_nothing(world: World) {
    let token = link(&world).await;
    world.sql("update accounts set disabled_at = 1 where username = 'mina'").await;
    assert!(!world.tab().get(&format!("/reset/{token}")).await.text.contains("name=\"new\""), "the page offers nothing");
    let reply = world.tab().post("/api/password/reset", &json!({"token": token, "new": "lantern copper sofa"})).await;
    assert_eq!((reply.status.as_u16(), &reply.json()["fields"][0]["name"]), (422, &json!("token")));
    world.sql("update accounts set disabled_at = null where username = 'mina'").await;
    world.tab_of("mina").await;
}

async fn guesses_at_links_have_to_wait(world: World) {
    let guess = json!({"token": "x".repeat(43), "new": "lantern copper sofa"});
    assert!(has_to_wait(async || world.tab().post("/api/password/reset", &guess).await).await);
}

async fn what_is_no_name_is_forgotten_by_nobody(world: World) {
    for login in ["mina\0".to_owned(), "m".repeat(255)] {
        assert_eq!(world.tab().post("/api/password/forgot", &json!({"login": login})).await.status, 204, "{login:.10}");
    }
    assert_eq!(world.count("select count(*) from forgotten").await, 0);
    assert_eq!(world.count("select count(*) from attempts").await, 0);
}

async fn a_wrong_password_stands_in_the_history(world: World) {
    let mut tab = world.tab_of("mina").await;
    world.pass(1);
    tab.json(Method::DELETE, "/api/sessions", &json!({"password": "a guess"})).await;
    assert_eq!(kinds(&mut tab).await[0], "log_in_refused");
    let attempts = world.count("select count(*) from attempts").await;
    let long = tab.json(Method::DELETE, "/api/sessions", &json!({"password": "x".repeat(1025)})).await;
    assert_eq!((long.code().as_str(), world.count("select count(*) from attempts").await), ("invalid_credentials", attempts));
}

async fn a_wrong_code_stands_in_the_history(world: World) {
    let mut tab = world.tab_of("mina").await;
    crate::factor::enrol(&world, &mut tab, "correct-horse-mina").await;
    world.pass(1);
    assert_eq!(crate::factor::log_in(&world, Some("000000")).await.code(), "invalid_code");
    assert_eq!(kinds(&mut tab).await[0], "second_factor_refused");
}

async fn guesses_at_the_first_code_have_to_wait(world: World) {
    let mut tab = world.tab_of("mina").await;
    assert_eq!(tab.post("/api/factor/totp", &json!({"password": "correct-horse-mina"})).await.status, 201);
    assert!(has_to_wait(async || tab.post("/api/factor/totp/confirm", &json!({"code": "000000"})).await).await);
}

async fn passkey_challenges_have_to_wait(world: World) {
    assert!(has_to_wait(async || world.tab().post("/api/passkeys/challenge", &json!({})).await).await);
}

async fn a_passkeys_name_is_on_one_line(world: World) {
    let mut tab = world.tab_of("mina").await;
    let mut phone = crate::authenticator::Authenticator::new(1);
    let options = tab.post("/api/passkeys/creation", &json!({"password": "correct-horse-mina"})).await.json();
    let named = json!({"name": format!("a\u{7}b\n{}", "c".repeat(100)), "credential": phone.create(&options)});
    assert_eq!(tab.post("/api/passkeys", &named).await.status, 201);
    let name = tab.get("/api/passkeys").await.json()[0]["name"].as_str().unwrap().to_owned();
    assert_eq!(name, format!("ab{}", "c".repeat(58)));
}

async fn a_tab_of_another_account_gets_no_document(world: World) {
    let grant = json!({"login": "mina", "password": "correct-horse-mina", "storage": "memory"});
    let mut tab = world.tab();
    let granted = tab.post("/api/session", &grant).await.json();
    tab.bearer = Some(granted["access"].as_str().unwrap().to_owned());
    let mut stale = tab.stolen().with_header("x-account", "01234567-89ab-7def-8123-456789abcdef");
    for path in ["/", "/settings", "/settings/data"] {
        assert_eq!(stale.get(path).await.code(), "wrong_account", "{path}");
    }
    assert_eq!(stale.form("/settings/appearance", "theme=dark").await.code(), "wrong_account");
}

async fn what_a_client_says_of_itself_is_cut_and_not_believed(world: World) {
    let agent = "Firefox/1 ".repeat(500);
    let mut tab = world.tab().with_header("user-agent", &agent).with_header("x-forwarded-for", "203.0.113.9");
    tab.post("/api/session", &json!({"login": "mina", "password": "correct-horse-mina"})).await;
    let copy = tab.get("/api/account").await.json();
    let session: &Value = &copy["sessions"][0];
    assert_eq!(session["user_agent"].as_str().unwrap().len(), 300);
    assert_ne!(session["ip"], "203.0.113.9", "there is no proxy of ours");
}

async fn an_address_puts_no_words_into_our_mouth(world: World) {
    let words = "your%20account.%20Call%20555";
    let page = world.tab().get(&format!("/login/saved?removed={words}")).await;
    assert!(page.status == 200 && !page.text.contains("Call 555"), "{}", page.text);
    let (mine, mut rover) = (world.tab_of("mina").await, world.tab_of("rover").await);
    let sessions = mine.stolen().get("/api/sessions").await.json();
    let id = sessions[0]["session_id"].as_str().unwrap().to_owned();
    mine.stolen().log_out().await;
    let page = rover.get(&format!("/settings/security/sessions?ended={id}")).await;
    assert!(page.status == 200 && !page.text.contains("was logged out"), "another's session is not named");
}

async fn a_browser_that_is_logged_out_is_called_nothing_any_more(world: World) {
    let (mut tab, mut other) = (world.tab_of("mina").await, world.tab_of("mina").await);
    let id = other.get("/api/me").await.json()["session_id"].as_str().unwrap().to_owned();
    assert_eq!(other.log_out().await.status, 204);
    assert_eq!(tab.json(Method::PATCH, &format!("/api/sessions/{id}"), &json!({"name": "Kitchen"})).await.status, 404);
}

#[tokio::test]
async fn mails_that_are_sent_are_shown_to_nobody_else() {
    let config = Config {
        smtp: Some(Secret::new("smtp://127.0.0.1:1".into())),
        mail_from: Some("no-reply@nightlatch.example".into()),
        ..Config::default()
    };
    let world = World::with(config).await;
    world.tab().post("/api/password/forgot", &json!({"login": "mina"})).await;
    assert_eq!(world.tab_of("mina").await.get("/mail").await.status, 404);
}

async fn sixteen_uploads_are_read_at_a_time(world: World) {
    const ROOM: usize = 16;
    let mut tab = world.tab_of("mina").await;
    let begun = Arc::new(Semaphore::new(0));
    // Each is asked for its first piece, which never comes.
    let stuck = |path: &str| {
        let begun = Arc::clone(&begun);
        let asked = std::sync::Once::new();
        let body = futures::stream::poll_fn(move |_| {
            asked.call_once(|| begun.add_permits(1));
            Poll::<Option<std::io::Result<Vec<u8>>>>::Pending
        });
        let request = Request::post(path)
            .header("sec-fetch-site", "same-origin")
            .header("cookie", format!("{ACCESS}={}", tab.jar[ACCESS]))
            .header("content-type", "multipart/form-data; boundary=edge");
        request.body(Body::from_stream(body)).unwrap()
    };
    let uploads: Vec<_> = (0..ROOM).map(|at| stuck(if at % 2 == 0 { "/api/posts" } else { "/new" })).collect();
    let picture = crate::posts::jpeg(40, 50);
    let fields: [(&str, &[u8]); 1] = [("picture", &picture)];
    {
        let reading = futures::future::join_all(uploads.into_iter().map(|request| world.raw(request)));
        let refused = async {
            begun.acquire_many(ROOM as u32).await.unwrap().forget();
            let reply = tab.multipart("/api/posts", &fields).await;
            assert_eq!((reply.status.as_u16(), reply.code(), reply.header("retry-after")), (503, "busy".into(), Some("2")));
            let page = tab.multipart("/new", &fields).await;
            assert!(page.status == 503 && page.header("content-type").unwrap().starts_with("text/html"), "{}", page.text);
            assert!(page.text.contains(page.header("x-request-id").unwrap()), "{}", page.text);
        };
        futures::pin_mut!(reading, refused);
        assert!(matches!(futures::future::select(reading, refused).await, Either::Right(_)));
    }
    // Those were given up, and there is room again.
    assert_eq!(tab.multipart("/api/posts", &fields).await.status, 201);
}

/// Where another server has ended it a moment ago, and this one has not heard of it yet.
async fn what_matters_asks_the_database_whether_the_session_lives(world: World) {
    let tab = world.tab_of("admin").await;
    world.sql("update sessions set ended_at = 1, ended_why = 'elsewhere'").await;
    assert_eq!(tab.stolen().get("/api/me").await.status, 200, "this one has not heard of it, or this test is worth nothing");
    let password = json!({"password": "correct-horse-admin"});
    let nobody = "00000000-0000-0000-0000-000000000001";
    for (method, path, body) in [
        (Method::GET, "/api/sessions".to_owned(), json!({})),
        (Method::DELETE, "/api/sessions".into(), password.clone()),
        (Method::DELETE, format!("/api/sessions/{nobody}"), json!({})),
        (Method::PATCH, format!("/api/sessions/{nobody}"), json!({"name": "x"})),
        (Method::GET, "/api/account".into(), json!({})),
        (Method::DELETE, "/api/account".into(), password.clone()),
        (Method::GET, "/api/activity".into(), json!({})),
        (Method::POST, format!("/api/activity/{nobody}"), json!({"mine": true})),
        (Method::PUT, "/api/password".into(), json!({"current": "correct-horse-admin", "new": "lantern copper sofa"})),
        (Method::GET, "/api/factor".into(), json!({})),
        (Method::POST, "/api/factor/totp".into(), password.clone()),
        (Method::POST, "/api/factor/totp/confirm".into(), json!({"code": "000000"})),
        (Method::DELETE, "/api/factor/totp".into(), json!({"password": "correct-horse-admin", "code": "000000"})),
        (Method::POST, "/api/factor/recovery-codes".into(), json!({"password": "correct-horse-admin", "code": "000000"})),
        (Method::POST, "/api/factor/session".into(), json!({"code": "000000"})),
        (Method::GET, "/api/passkeys".into(), json!({})),
        (Method::POST, "/api/passkeys/creation".into(), password.clone()),
        (Method::POST, "/api/passkeys".into(), json!({"credential": {}})),
        (Method::PATCH, format!("/api/passkeys/{nobody}"), json!({"name": "x"})),
        (Method::DELETE, format!("/api/passkeys/{nobody}"), password.clone()),
        (Method::GET, "/api/admin/accounts".into(), json!({})),
        (Method::PATCH, format!("/api/admin/accounts/{nobody}"), json!({"disabled": true})),
        (Method::DELETE, format!("/api/admin/accounts/{nobody}/sessions"), json!({})),
        (Method::GET, "/api/admin/events".into(), json!({})),
    ] {
        let reply = tab.stolen().json(method.clone(), &path, &body).await;
        assert_eq!((reply.status.as_u16(), reply.code()), (401, "invalid_token".into()), "{method} {path}");
    }
    // The pages of the same, as the app fetches them, and their forms.
    let mut app = world.tab();
    app.bearer = Some(tab.jar[ACCESS].clone());
    let security = |rest: &str| format!("/settings/security/{rest}");
    for (path, form) in [
        (security("sessions"), "deed=others&password=correct-horse-admin"),
        (security("activity"), "session=x"),
        (security("password"), "current=correct-horse-admin&new=lantern+copper+sofa"),
        (security("two-factor"), "do=begin&password=correct-horse-admin"),
        (security("passkeys"), "do=begin&password=correct-horse-admin"),
        (format!("/admin/accounts/{nobody}"), "deed=disabled"),
    ] {
        for reply in [app.form(&path, form).await, tab.stolen().form(&path, form).await] {
            assert_eq!(reply.status, 401, "{path}: {:.200}", reply.text);
        }
        // Before a password is typed, that page holds nothing of anybody's.
        if !path.ends_with("password") {
            assert_eq!(app.get(&path).await.status, 401, "{path}");
        }
    }
    assert_eq!(world.count("select count(*) from events where kind = 'password_changed'").await, 0);
}
