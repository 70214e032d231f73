//! Limits and second thoughts that no use of the site comes upon by itself.

use app::wire::secret::Secret;
use axum::http::Method;
use serde_json::{Value, json};
use server::config::Config;

use crate::passwords::link;
use crate::world::{Reply, Tab, World, on_both};

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
