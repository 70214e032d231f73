//! The second factor of a log-in by password.

use axum::http::Method;
use serde_json::{Value, json};
use server::config::Config;
use totp_rs::{Builder, Secret, Totp};

use crate::world::{ACCESS, REFRESH, Reply, Tab, World, fresh_postgres, on_both};

on_both!(
    a_log_in_takes_a_code_when_an_app_is_set_up,
    nothing_is_asked_for_before_the_first_code_has_come,
    a_code_is_good_once_and_for_its_step_and_the_next,
    of_two_parallel_tries_with_one_code_one_gets_in,
    a_recovery_code_is_good_once_and_for_its_account,
    new_recovery_codes_take_the_place_of_the_old,
    setting_up_and_turning_off_ask_for_what_they_must,
    guessing_codes_has_to_wait,
    the_database_holds_no_secret_and_a_copied_row_opens_nothing,
    a_secret_outlives_the_key_it_was_sealed_under,
    another_session_does_not_see_what_is_being_set_up,
    without_scripts_the_code_is_asked_for_on_a_page_of_its_own,
    a_ticket_holds_for_five_minutes_and_for_its_own_account_and_password,
    the_page_sets_an_app_up_and_turns_it_off,
);

pub const PASSWORD: &str = "correct-horse-mina";

/// An authenticator app, and the recovery codes of its owner.
pub struct App {
    totp: Totp,
    pub recovery: Vec<String>,
}

impl App {
    /// The code that it shows now.
    pub fn code(&self, world: &World) -> String {
        self.code_at(world, 0)
    }

    /// The code that it shows some seconds from now.
    pub fn code_at(&self, world: &World, seconds: i64) -> String {
        let now = server::clock::Clock::now(&*world.clock) / 1000 + seconds;
        self.totp.generate(now.cast_unsigned()).to_string()
    }
}

fn app(secret: &Value) -> App {
    App { totp: totp(secret), recovery: Vec::new() }
}

/// What an app makes of a secret as it is typed.
pub fn totp(secret: &Value) -> Totp {
    Builder::new().with_secret(Secret::try_from_base32(secret.as_str().unwrap()).unwrap()).build().unwrap()
}

/// Sets an authenticator app up in a tab that is logged in.
pub async fn enrol(world: &World, tab: &mut Tab, password: &str) -> App {
    let setup = tab.post("/api/factor/totp", &json!({"password": password})).await;
    assert_eq!(setup.status, 201, "{}", setup.text);
    let mut app = app(&setup.json()["secret"]);
    let reply = tab.post("/api/factor/totp/confirm", &json!({"code": app.code(world)})).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    app.recovery = serde_json::from_value(reply.json()["recovery_codes"].clone()).unwrap();
    // So that the next code is another one.
    world.pass(30);
    app
}

pub async fn log_in(world: &World, code: Option<&str>) -> Reply {
    world.tab().post("/api/session", &form("mina", code)).await
}

fn form(login: &str, code: Option<&str>) -> Value {
    let mut form = json!({"login": login, "password": format!("correct-horse-{login}")});
    if let Some(code) = code {
        form["code"] = code.into();
    }
    form
}

async fn a_log_in_takes_a_code_when_an_app_is_set_up(world: World) {
    let mut tab = world.tab_of("mina").await;
    assert_eq!(tab.get("/api/factor").await.json()["totp_since"], Value::Null);
    let app = enrol(&world, &mut tab, PASSWORD).await;
    assert_eq!(app.recovery.len(), 10);
    assert_eq!(tab.get("/api/factor").await.json()["recovery_codes"], 10);

    for code in [None, Some(""), Some(" ")] {
        let reply = log_in(&world, code).await;
        assert_eq!((reply.status.as_u16(), reply.code()), (401, "second_factor_required".into()));
        assert!(reply.sets_no_cookie());
    }
    // Only after the right password: nobody finds out who has a second factor.
    let wrong = json!({"login": "mina", "password": "wrong", "code": app.code(&world)});
    assert_eq!(world.tab().post("/api/session", &wrong).await.code(), "invalid_credentials");
    let reply = log_in(&world, Some("000000")).await;
    assert_eq!((reply.status.as_u16(), reply.code()), (401, "invalid_code".into()));

    let code = app.code(&world);
    let reply = log_in(&world, Some(&format!(" {} {} ", &code[..3], &code[3..]))).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    assert_eq!(world.tab().post("/api/session", &form("rover", None)).await.status, 200, "nobody else is asked");
}

async fn nothing_is_asked_for_before_the_first_code_has_come(world: World) {
    let mut tab = world.tab_of("mina").await;
    let setup = tab.post("/api/factor/totp", &json!({"password": PASSWORD})).await;
    assert_eq!(log_in(&world, None).await.status, 200);
    let app = app(&setup.json()["secret"]);
    world.pass(10 * 60);
    tab.refresh().await;
    let late = tab.post("/api/factor/totp/confirm", &json!({"code": app.code(&world)})).await;
    assert_eq!(late.code(), "invalid_code", "ten minutes later it is over");
    assert_eq!(log_in(&world, None).await.status, 200);
}

async fn a_code_is_good_once_and_for_its_step_and_the_next(world: World) {
    let app = enrol(&world, &mut world.tab_of("mina").await, PASSWORD).await;
    let (before, now, after) = (app.code_at(&world, -30), app.code(&world), app.code_at(&world, 30));
    assert_eq!(log_in(&world, Some(&before)).await.code(), "invalid_code", "it was used to set the app up");
    assert_eq!(log_in(&world, Some(&after)).await.code(), "invalid_code", "its time has not come");
    assert_eq!(log_in(&world, Some(&now)).await.status, 200);
    assert_eq!(log_in(&world, Some(&now)).await.code(), "invalid_code", "used");

    world.pass(90);
    let (older, newer) = (app.code_at(&world, -30), app.code(&world));
    assert_eq!(log_in(&world, Some(&app.code_at(&world, -60))).await.code(), "invalid_code", "too old");
    assert_eq!(log_in(&world, Some(&older)).await.status, 200, "typed slowly");
    assert_eq!(log_in(&world, Some(&newer)).await.status, 200);
    assert_eq!(log_in(&world, Some(&older)).await.code(), "invalid_code", "never back");
}

async fn of_two_parallel_tries_with_one_code_one_gets_in(world: World) {
    let app = enrol(&world, &mut world.tab_of("mina").await, PASSWORD).await;
    for code in [app.code(&world), app.recovery[0].clone()] {
        let replies = futures::future::join_all((0..4).map(|_| log_in(&world, Some(&code)))).await;
        let statuses: Vec<u16> = replies.iter().map(|reply| reply.status.as_u16()).collect();
        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    }
}

async fn a_recovery_code_is_good_once_and_for_its_account(world: World) {
    let mut tab = world.tab_of("mina").await;
    let app = enrol(&world, &mut tab, PASSWORD).await;
    enrol(&world, &mut world.tab_of("rover").await, "correct-horse-rover").await;
    let code = &app.recovery[3];
    assert_eq!(world.tab().post("/api/session", &form("rover", Some(code))).await.code(), "invalid_code");
    assert_eq!(log_in(&world, Some(&code.to_uppercase().replace('-', " "))).await.status, 200);
    assert_eq!(log_in(&world, Some(code)).await.code(), "invalid_code");
    assert_eq!(tab.get("/api/factor").await.json()["recovery_codes"], 9);
    assert_eq!(log_in(&world, Some(&app.recovery[4])).await.status, 200);
    assert_eq!(world.count("select count(*) from mails where subject = 'A recovery code was used'").await, 2);
}

async fn new_recovery_codes_take_the_place_of_the_old(world: World) {
    let mut tab = world.tab_of("mina").await;
    let app = enrol(&world, &mut tab, PASSWORD).await;
    let ask = |password: &str, code: &str| json!({"password": password, "code": code});
    let path = "/api/factor/recovery-codes";
    assert_eq!(tab.post(path, &ask("wrong", &app.code(&world))).await.code(), "invalid_credentials");
    assert_eq!(tab.post(path, &ask(PASSWORD, "000000")).await.code(), "invalid_code");
    let reply = tab.post(path, &ask(PASSWORD, &app.code(&world))).await;
    let fresh: Vec<String> = serde_json::from_value(reply.json()["recovery_codes"].clone()).unwrap();
    assert!(fresh.len() == 10 && fresh.iter().all(|code| !app.recovery.contains(code)));
    assert_eq!(log_in(&world, Some(&app.recovery[0])).await.code(), "invalid_code");
    assert_eq!(log_in(&world, Some(&fresh[0])).await.status, 200);
}

async fn setting_up_and_turning_off_ask_for_what_they_must(world: World) {
    let mut tab = world.tab_of("mina").await;
    assert_eq!(world.tab().post("/api/factor/totp", &json!({"password": PASSWORD})).await.code(), "unauthenticated");
    assert_eq!(tab.post("/api/factor/totp", &json!({"password": "wrong"})).await.code(), "invalid_credentials");
    assert_eq!(tab.post("/api/factor/totp/confirm", &json!({"code": "000000"})).await.code(), "invalid_code", "nothing is being set up");
    let app = enrol(&world, &mut tab, PASSWORD).await;
    let again = tab.post("/api/factor/totp", &json!({"password": PASSWORD})).await;
    assert_eq!(again.status, 422, "it is on: {}", again.text);

    for (password, code, answer) in [("wrong", app.code(&world), "invalid_credentials"), (PASSWORD, "000000".into(), "invalid_code")] {
        let reply = tab.json(Method::DELETE, "/api/factor/totp", &json!({"password": password, "code": code})).await;
        assert_eq!(reply.code(), answer);
    }
    assert_eq!(tab.json(Method::DELETE, "/api/factor/totp", &json!({"password": PASSWORD})).await.status, 400);
    assert_eq!(log_in(&world, None).await.code(), "second_factor_required");
    let off = tab.json(Method::DELETE, "/api/factor/totp", &json!({"password": PASSWORD, "code": app.code(&world)})).await;
    assert_eq!(off.status, 204, "{}", off.text);
    assert_eq!(log_in(&world, None).await.status, 200);
    assert_eq!(world.count("select count(*) from recovery_codes").await, 0);
}

async fn guessing_codes_has_to_wait(world: World) {
    let app = enrol(&world, &mut world.tab_of("mina").await, PASSWORD).await;
    for _ in 0..5 {
        assert_eq!(log_in(&world, Some("000000")).await.code(), "invalid_code");
    }
    let reply = log_in(&world, Some(&app.code(&world))).await;
    assert_eq!((reply.status.as_u16(), reply.code()), (429, "throttled".into()), "not even the right one");
    let seconds: u64 = reply.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=60).contains(&seconds), "{seconds}");
    world.pass(seconds);
    assert_eq!(log_in(&world, Some(&app.code(&world))).await.status, 200);

    // From many addresses: the account counts, too.
    for _ in 0..20 {
        world.sql("delete from attempts where key like 'code %'").await;
        assert_eq!(log_in(&world, Some("000000")).await.code(), "invalid_code");
    }
    world.sql("delete from attempts where key like 'code %'").await;
    assert_eq!(log_in(&world, Some("000000")).await.code(), "throttled");
}

async fn the_database_holds_no_secret_and_a_copied_row_opens_nothing(world: World) {
    let mina = enrol(&world, &mut world.tab_of("mina").await, PASSWORD).await;
    enrol(&world, &mut world.tab_of("rover").await, "correct-horse-rover").await;
    // Whoever can write to the database, and cannot read the keys, gives mina's secret to rover.
    world
        .sql("update totp set last_step = 0, sealed = (select sealed from totp t join accounts a on a.account_id = t.account_id where a.username = 'mina') where account_id = (select account_id from accounts where username = 'rover')")
        .await;
    let reply = world.tab().post("/api/session", &form("rover", Some(&mina.code(&world)))).await;
    assert_eq!(reply.code(), "invalid_code");
    // No key is called so.
    let rows = server::store::totp::not_under(&world.site.auth.db, 255).await.unwrap();
    let secret = mina.totp.secret().as_bytes();
    assert!(rows.len() == 2 && rows.iter().all(|row| !row.sealed.windows(8).any(|bytes| bytes == &secret[..8])));
    assert_eq!(log_in(&world, Some(&mina.code(&world))).await.status, 200);
}

async fn sealed(auth: &server::auth::Auth) -> Vec<u8> {
    server::store::totp::not_under(&auth.db, 255).await.unwrap()[0].sealed.clone()
}

async fn a_secret_outlives_the_key_it_was_sealed_under(world: World) {
    let app = enrol(&world, &mut world.tab_of("mina").await, PASSWORD).await;
    let auth = &world.site.auth;
    let before = sealed(auth).await;
    auth.keys.rotate(&auth.db, server::clock::Clock::now(&*world.clock)).await.unwrap();
    server::auth::keys::follow(auth).await.unwrap();
    world.pass(120);
    server::jobs::purge_once(auth).await.unwrap();
    let after = sealed(auth).await;
    assert_ne!(before[0], after[0], "under the new key");
    // Over a year later the old key is gone.
    world.pass(400 * 24 * 60 * 60);
    assert!(!server::jobs::purge_once(auth).await.unwrap().is_empty());
    assert_eq!(log_in(&world, Some(&app.code(&world))).await.status, 200);
}

async fn another_session_does_not_see_what_is_being_set_up(world: World) {
    let (mut one, mut other) = (world.tab_of("mina").await, world.tab_of("mina").await);
    let setup = one.post("/api/factor/totp", &json!({"password": PASSWORD})).await;
    let app = app(&setup.json()["secret"]);
    let reply = other.post("/api/factor/totp/confirm", &json!({"code": app.code(&world)})).await;
    assert_eq!(reply.code(), "invalid_code");
    assert_eq!(one.post("/api/factor/totp/confirm", &json!({"code": app.code(&world)})).await.status, 200);
}

async fn without_scripts_the_code_is_asked_for_on_a_page_of_its_own(world: World) {
    let app = enrol(&world, &mut world.tab_of("mina").await, PASSWORD).await;
    let mut tab = world.tab();
    assert_eq!(tab.get("/login/code").await.header("location"), Some("/login"), "nobody has shown a password");
    let wrong = tab.form("/login", "login=mina&password=wrong").await;
    assert!(wrong.status == 422 && wrong.cookie("__Host-second").is_none());
    let reply = tab.form("/login", "login=mina&password=correct-horse-mina&next=%2Fsettings%2Fappearance&storage=hybrid").await;
    assert_eq!((reply.status.as_u16(), reply.header("location")), (303, Some("/login/code")));
    assert!(reply.cookie(REFRESH).is_none() && reply.cookie(ACCESS).is_none());
    let line = reply.cookie("__Host-second").unwrap();
    assert!(line.ends_with("; Path=/; HttpOnly; Secure; SameSite=Lax; Max-Age=300") && !line.contains("mina"), "{line}");

    assert!(tab.get("/login/code").await.text.contains("autocomplete=\"one-time-code\""));
    let wrong = tab.form("/login/code", "code=000000").await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.text.contains("That code is wrong or was used already. Wait for the next one.") && wrong.cookie(REFRESH).is_none());
    assert_eq!(tab.form("/login/code", "").await.status, 422);
    let reply = tab.form("/login/code", &format!("code={}", app.code(&world))).await;
    assert_eq!((reply.status.as_u16(), reply.header("location")), (303, Some("/welcome/save?next=/settings/appearance")));
    assert!(reply.cookie(REFRESH).is_some() && !tab.jar.contains_key("__Host-second"));
    assert!(reply.cookie(ACCESS).is_none(), "hybrid, as was chosen");
}

async fn a_ticket_holds_for_five_minutes_and_for_its_own_account_and_password(world: World) {
    let app = enrol(&world, &mut world.tab_of("mina").await, PASSWORD).await;
    let rover = enrol(&world, &mut world.tab_of("rover").await, "correct-horse-rover").await;
    let mut tab = world.tab();
    tab.form("/login", "login=mina&password=correct-horse-mina").await;
    assert_eq!(tab.form("/login/code", &format!("code={}", rover.code(&world))).await.status, 422, "another account's code");
    let refused = |reply: &Reply| {
        assert_eq!((reply.status.as_u16(), reply.header("location")), (303, Some("/login")));
        assert!(reply.cookie(REFRESH).is_none());
    };
    let mut mangled = tab.stolen();
    let ticket = mangled.jar["__Host-second"].clone();
    for wrong in [ticket[..ticket.len() - 2].to_owned(), format!("B{}", &ticket[1..]), "x".into()] {
        mangled.jar.insert("__Host-second".into(), wrong);
        refused(&mangled.form("/login/code", &format!("code={}", app.code(&world))).await);
    }
    let late = tab.stolen();
    world.sql("update accounts set epoch = epoch + 1 where username = 'mina'").await;
    refused(&tab.form("/login/code", &format!("code={}", app.code(&world))).await);
    world.sql("update accounts set epoch = epoch - 1 where username = 'mina'").await;
    world.pass(5 * 60);
    let mut late = late;
    refused(&late.form("/login/code", &format!("code={}", app.code(&world))).await);
}

async fn the_page_sets_an_app_up_and_turns_it_off(world: World) {
    const PAGE: &str = "/settings/security/two-factor";
    assert_eq!(world.tab().get(PAGE).await.status, 303, "nobody is logged in");
    let mut tab = world.tab_of("mina").await;
    assert!(tab.get(PAGE).await.text.contains("Set up an authenticator app"));
    let wrong = tab.form(PAGE, "do=begin&password=wrong").await;
    assert!(wrong.status == 422 && wrong.text.contains("id=\"problem\"") && !wrong.text.contains("class=\"qr\""));
    assert_eq!(tab.form(PAGE, "do=begin&password=correct-horse-mina").await.header("location"), Some(PAGE));
    let page = tab.get(PAGE).await.text;
    assert!(page.contains("class=\"qr\"") && !page.contains("otpauth://"), "drawn, not linked");
    let key = page.split("<code class=\"secret\">").nth(1).unwrap().split('<').next().unwrap().replace(' ', "");
    let app = app(&key.into());
    assert!(world.tab_of("mina").await.get(PAGE).await.text.contains("Set up an authenticator app"), "another session sees nothing");

    let wrong = tab.form(PAGE, "do=confirm&code=000000").await;
    assert!(wrong.status == 422 && wrong.text.contains("class=\"qr\"") && wrong.text.contains("aria-describedby=\"confirm-code-error\""));
    let page = tab.form(PAGE, &format!("do=confirm&code={}", app.code(&world))).await;
    assert_eq!(page.text.matches("<li><code>").count(), 10, "{}", page.text);
    assert_eq!(page.header("cache-control"), Some("private, no-store"));
    let page = tab.get(PAGE).await.text;
    assert!(page.contains("10 left") && !page.contains("<li><code>"));

    world.pass(30);
    let off = |password: &str, code: &str| format!("do=off&password={password}&code={code}");
    assert_eq!(tab.form(PAGE, &off("correct-horse-mina", "000000")).await.status, 422);
    assert_eq!(tab.form(PAGE, &off("wrong", &app.code(&world))).await.status, 422);
    assert_eq!(tab.form(PAGE, &off("correct-horse-mina", &app.code(&world))).await.status, 303);
    assert_eq!(log_in(&world, None).await.status, 200);
    assert_eq!(tab.form(PAGE, "do=dance").await.status, 400);
}

mod demanded {
    use super::*;

    #[tokio::test]
    async fn of_an_admin_on_sqlite() {
        of_an_admin(World::with(Config { admins_need_two: true, ..Config::default() }).await).await;
    }

    #[tokio::test]
    async fn of_an_admin_on_postgres() {
        of_an_admin(World::with(Config { admins_need_two: true, database: Some(fresh_postgres().await), ..Config::default() }).await).await;
    }

    async fn of_an_admin(world: World) {
        let mut tab = world.tab_of("admin").await;
        for path in ["/api/admin/accounts", "/api/feed", "/api/posts/0/comments"] {
            let reply = tab.get(path).await;
            assert_eq!((reply.status.as_u16(), reply.code()), (403, "second_factor_required".into()), "{path}");
        }
        assert_eq!(tab.get("/api/me").await.status, 200);
        assert_eq!(tab.get("/api/factor").await.json()["demanded"], true);
        world.pass(60);
        assert_eq!(tab.refresh().await.status, 200);
        assert_eq!(tab.get("/api/admin/accounts").await.code(), "second_factor_required", "a refresh changes nothing");

        assert_eq!(tab.get("/welcome/save").await.header("location"), Some("/settings/security/two-factor"));
        for path in ["/", "/admin/accounts"] {
            let page = tab.stolen().with_header("accept", "text/html").get(path).await;
            assert_eq!(page.status, 403, "{path}");
            assert!(page.text.contains("href=\"/settings/security/two-factor\"") && !page.text.contains("rover"), "{path}");
        }
        assert!(tab.get("/settings/security/two-factor").await.text.contains("Your role needs a second factor."));
        assert_eq!(tab.get("/settings/security/passkeys").await.status, 200);

        let app = enrol(&world, &mut tab, "correct-horse-admin").await;
        assert_eq!(tab.get("/api/admin/accounts").await.status, 200, "password and code were both shown");
        // A session that was begun with one factor stays confined until it has shown the other.
        let mut other = world.tab();
        other.post("/api/session", &form("admin", Some(&app.code(&world)))).await;
        assert_eq!(other.get("/api/admin/accounts").await.status, 200);
        world.sql("update sessions set strong = false").await;
        assert_eq!(other.get("/api/admin/accounts").await.code(), "second_factor_required");
        assert_eq!(other.post("/api/factor/session", &json!({"code": "000000"})).await.code(), "invalid_code");
        world.pass(30);
        assert_eq!(other.post("/api/factor/session", &json!({"code": app.code(&world)})).await.status, 204);
        assert_eq!(other.get("/api/admin/accounts").await.status, 200);
        // A saved login opens what it was saved from: nothing more, and nothing less.
        for strong in [true, false] {
            if !strong {
                world.sql("update sessions set strong = false").await;
            }
            assert_eq!(other.json(Method::PATCH, "/api/session", &json!({"save": true})).await.status, 200);
            other.log_out().await;
            let id = other.get("/api/saved").await.json()[0]["id"].as_str().unwrap().to_owned();
            assert_eq!(other.post(&format!("/api/saved/{id}/session"), &json!({})).await.status, 200);
            assert_eq!(other.get("/api/admin/accounts").await.status, if strong { 200 } else { 403 });
        }
        world.sql("update sessions set strong = true").await;
        // Nobody else is asked for anything.
        assert_eq!(world.tab_of("mina").await.get("/api/feed").await.status, 200);
        assert_eq!(tab.log_out().await.status, 204);
    }
}
