//! The documents of security, without scripts and as the app fetches them.

use serde_json::json;

use crate::world::{ACCESS, REFRESH, Tab, World, on_both};

on_both!(
    the_hubs_say_how_things_are,
    a_browser_is_logged_out_by_a_form,
    all_others_are_logged_out_by_a_form_that_asks_the_password,
    was_this_you_is_asked_on_the_feed_and_answered,
    the_history_is_a_page_with_links,
    a_password_is_changed_by_a_form,
    the_app_changes_a_password_without_a_redirect,
    a_session_that_runs_out_meanwhile_changes_its_password_too,
    a_password_manager_finds_the_way,
    a_forgotten_password_is_set_by_forms,
    a_link_that_is_over_says_so,
    the_outbox_is_for_local_builds_alone,
    data_is_shown_and_an_account_deleted_by_forms,
    nobody_sees_these_pages_without_logging_in,
);

const PHONE: &str = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36";
const SESSIONS: &str = "/settings/security/sessions";
const PASSWORD: &str = "/settings/security/password";
const NEW: &str = "lantern+copper+sofa";

async fn phone(world: &World) -> Tab {
    let mut tab = world.tab().with_header("user-agent", PHONE);
    let reply = tab.post("/api/session", &json!({"login": "mina", "password": "correct-horse-mina"})).await;
    assert_eq!(reply.status, 200);
    tab
}

/// The value of the hidden field `name` that follows `after` in a page.
fn value<'a>(page: &'a str, after: &str, name: &str) -> &'a str {
    let rest = page.split(after).nth(1).unwrap_or_else(|| panic!("no {after}"));
    rest.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap().split('"').next().unwrap()
}

async fn the_hubs_say_how_things_are(world: World) {
    let mut tab = world.tab_of("mina").await;
    phone(&world).await;
    let page = tab.get("/settings").await.text;
    assert!(page.contains("Logged in on 2 browsers") && page.contains("href=\"/settings/security\""), "{page}");
    let page = tab.get("/settings/security").await.text;
    assert!(page.contains("never changed") && page.contains("2 browsers") && page.contains("Was this you?"));
    tab.form(PASSWORD, &format!("current=correct-horse-mina&new={NEW}&end_others=yes")).await;
    let page = tab.get("/settings/security").await.text;
    assert!(page.contains("changed 15 Jan 2027") && page.contains("1 browser"), "{page}");
}

async fn a_browser_is_logged_out_by_a_form(world: World) {
    let mut tab = world.tab_of("mina").await;
    let mut other = phone(&world).await;
    let page = tab.get(SESSIONS).await;
    assert_eq!(page.status, 200);
    for words in ["Where you’re logged in", "2 browsers", "This browser", "Chrome on Android", "Its saved login is removed too."] {
        assert!(page.text.contains(words), "{words}");
    }
    let id = value(&page.text, "value=\"end\"", "id").to_owned();
    let reply = tab.form(SESSIONS, &format!("deed=end&id={id}")).await;
    assert_eq!((reply.status.as_u16(), reply.header("location")), (303, Some(format!("{SESSIONS}?ended={id}").as_str())));
    let page = tab.get(&format!("{SESSIONS}?ended={id}")).await.text;
    assert!(page.contains("Chrome on Android was logged out. Open pages there stop within 2 seconds at most."), "{page}");
    assert!(page.contains("You are only logged in here."));
    assert_eq!(other.get("/api/me").await.status, 401);
    // Another's is not there, whatever is done to it; and no address makes the page say so.
    let mut rover = world.tab_of("rover").await;
    let mine = world.tab_of("mina").await.get("/api/sessions").await.json()[0]["session_id"].as_str().unwrap().to_owned();
    for deed in ["deed=end", "deed=call&name=x"] {
        assert_eq!(rover.form(SESSIONS, &format!("{deed}&id={mine}")).await.status, 404, "{deed}");
    }
    assert!(!rover.get(&format!("{SESSIONS}?ended={id}")).await.text.contains("was logged out"));
    assert_eq!(rover.form(SESSIONS, "deed=dance").await.status, 400);
    // A name is text.
    let own = rover.get("/api/sessions").await.json()[0]["session_id"].as_str().unwrap().to_owned();
    rover.form(SESSIONS, &format!("deed=call&id={own}&name=%3Cb%3EKitchen%3C/b%3E%22")).await;
    let page = rover.get(SESSIONS).await.text;
    assert!(page.contains("&lt;b&gt;Kitchen") && !page.contains("<b>Kitchen"));
}

async fn all_others_are_logged_out_by_a_form_that_asks_the_password(world: World) {
    let mut tab = world.tab_of("mina").await;
    let mut other = phone(&world).await;
    for (password, said) in [("", "Enter your password"), ("wrong-horse", "That password is wrong")] {
        let reply = tab.form(SESSIONS, &format!("deed=others&username=mina&password={password}")).await;
        assert_eq!(reply.status, 422);
        assert!(reply.text.contains(said) && reply.text.contains("<title>Error: ") && !reply.text.contains("wrong-horse"));
        assert_eq!(other.get("/api/me").await.status, 200);
    }
    let reply = tab.form(SESSIONS, "deed=others&username=mina&password=correct-horse-mina").await;
    assert_eq!(reply.header("location"), Some(format!("{SESSIONS}?others=1").as_str()));
    assert!(tab.get(&format!("{SESSIONS}?others=1")).await.text.contains("1 other browser was logged out."));
    assert_eq!(other.get("/api/me").await.status, 401);
}

async fn was_this_you_is_asked_on_the_feed_and_answered(world: World) {
    let mut tab = world.tab_of("mina").await;
    assert!(!tab.get("/").await.text.contains("Was this you?"));
    for (answer, to, status) in [("yes", format!("{SESSIONS}?mine"), 200), ("no", format!("{PASSWORD}?secured"), 401)] {
        let mut other = phone(&world).await;
        let page = tab.get("/").await.text;
        assert!(page.contains("Chrome on Android, 15 Jan 2027, 08:00 UTC, IP unknown. Was this you?"), "{page}");
        let id = value(&page, "value=\"answer\"", "id").to_owned();
        let reply = tab.form(SESSIONS, &format!("deed=answer&id={id}&mine={answer}")).await;
        assert_eq!((reply.status.as_u16(), reply.header("location")), (303, Some(to.as_str())));
        assert!(!tab.get("/").await.text.contains("Was this you?"));
        assert_eq!(other.get("/api/me").await.status, status, "{answer}");
        assert_eq!(world.tab_of("rover").await.form(SESSIONS, &format!("deed=answer&id={id}&mine=no")).await.status, 404);
        assert_eq!(tab.form(SESSIONS, &format!("deed=answer&id={id}&mine=perhaps")).await.status, 400);
    }
    assert!(tab.get(&format!("{SESSIONS}?mine")).await.text.contains("Thank you. That browser stays logged in."));
    assert!(tab.get(&format!("{PASSWORD}?secured")).await.text.contains("Now choose a new password."));
}

async fn the_history_is_a_page_with_links(world: World) {
    let mut tab = world.tab_of("mina").await;
    let mut other = phone(&world).await;
    let path = "/settings/security/activity";
    let page = tab.get(path).await.text;
    assert!(page.contains("Login history") && page.contains("Chrome on Android · IP unknown · Done"), "{page}");
    assert!(page.contains(&format!("href=\"{path}?topic=log_ins\"")) && !page.contains("Older"));
    let id = value(&page, "Secure my account", "id").to_owned();
    let first = value(&page, "This wasn’t me", "id").to_owned();
    assert_ne!(id, first);
    for id in [&first, &id] {
        let reply = tab.form(path, &format!("id={id}")).await;
        assert_eq!(reply.header("location"), Some(format!("{PASSWORD}?secured").as_str()));
    }
    assert_eq!(other.get("/api/me").await.status, 401);
    assert_eq!(tab.get("/api/me").await.status, 200, "the one who says so stays");
    assert!(tab.get(path).await.text.contains("You said it was not you"));
    world.pass(1);
    for _ in 0..60 {
        tab.get("/api/account").await;
    }
    let page = tab.get(path).await.text;
    let older = page.split("&amp;before=").nth(1).unwrap().split('"').next().unwrap();
    let page = tab.get(&format!("{path}?topic=all&before={older}")).await.text;
    assert!(page.contains("Logged in") && !page.contains("Older"));
}

async fn a_password_is_changed_by_a_form(world: World) {
    let mut tab = world.tab_of("mina").await;
    let mut other = phone(&world).await;
    let page = tab.get(PASSWORD).await.text;
    for words in
        ["autocomplete=\"username\"", "value=\"mina\"", "autocomplete=\"current-password\"", "autocomplete=\"new-password\"", " checked"]
    {
        assert!(page.contains(words), "{words}");
    }
    for (body, said) in [
        ("current=wrong-horse-battery&new=lantern+copper+sofa", "That password is wrong"),
        ("current=&new=lantern+copper+sofa", "Enter your password"),
        ("current=correct-horse-mina&new=short", "Use at least 10 characters"),
        ("current=correct-horse-mina&new=password123", "lists of leaked passwords"),
    ] {
        let reply = tab.form(PASSWORD, body).await;
        assert_eq!(reply.status, 422, "{body}");
        assert!(reply.text.contains(said) && reply.text.contains("There is a problem") && reply.text.contains("<title>Error: "), "{body}");
        assert!(!reply.text.contains("wrong-horse-battery") && !reply.text.contains("password123"));
    }
    let reply = tab.form(PASSWORD, &format!("username=mina&current=correct-horse-mina&new={NEW}&end_others=yes")).await;
    assert_eq!((reply.status.as_u16(), reply.header("location")), (303, Some(format!("{PASSWORD}?done=1").as_str())));
    assert!(reply.cookie(ACCESS).is_some(), "fresh tokens in the same answer");
    assert_eq!(tab.get("/api/me").await.status, 200);
    assert!(tab.get(&format!("{PASSWORD}?done=1")).await.text.contains("Password changed. 1 other browser was logged out."));
    assert_eq!(other.refresh().await.reason(), "password");
    world.settle().await;
    world.pass(60);
    assert_eq!(tab.refresh().await.status, 200, "and its chain goes on");
}

async fn the_app_changes_a_password_without_a_redirect(world: World) {
    for storage in ["cookie", "hybrid", "local"] {
        let (old, new) = if storage == "hybrid" { (NEW, "correct-horse-mina") } else { ("correct-horse-mina", NEW) };
        if storage == "local" {
            world.sql("update accounts set password_changed_at = null").await;
        }
        let mut tab = world.tab();
        let grant = tab.post("/api/session", &json!({"login": "mina", "password": old.replace('+', " "), "storage": storage})).await.json();
        tab.bearer = grant["access"].as_str().map(str::to_owned);
        let mut tab = tab.with_header("x-account", grant["viewer"]["account_id"].as_str().unwrap());
        let reply = tab.form(PASSWORD, &format!("username=mina&current={old}&new={new}&end_others=yes")).await;
        // A redirect would be followed with the access token that has just ended, refused, and the form sent again.
        assert_eq!(reply.status, 200, "{storage}: {}", reply.text);
        assert!(reply.text.contains("Password changed."), "{storage}");
        assert!(reply.sets_no_cookie(), "{storage}: the app fetches its own");
        assert_eq!(tab.get("/api/me").await.code(), "invalid_token", "{storage}");
        tab.bearer = None;
        let body = if storage == "local" { json!({"refresh": grant["refresh"]}) } else { json!({}) };
        assert_eq!(tab.post("/api/session/refresh", &body).await.status, 200, "{storage}");
    }
}

async fn a_session_that_runs_out_meanwhile_changes_its_password_too(world: World) {
    let mut tab = world.tab_of("mina").await;
    world.pass(3600);
    let reply = tab.form(PASSWORD, &format!("current=correct-horse-mina&new={NEW}&end_others=yes")).await;
    assert_eq!(reply.status, 303);
    let lines = reply.headers.get_all("set-cookie").iter().filter(|line| line.to_str().unwrap().starts_with(REFRESH)).count();
    assert_eq!(lines, 1, "one refresh token, and not an older one after it");
    world.settle().await;
    world.pass(60);
    assert_eq!(tab.refresh().await.status, 200);
    assert_eq!(tab.get("/api/me").await.status, 200);
}

async fn a_password_manager_finds_the_way(world: World) {
    let reply = world.tab().get("/.well-known/change-password").await;
    assert_eq!((reply.status.as_u16(), reply.header("location")), (302, Some(PASSWORD)));
    assert_eq!(world.tab().get(PASSWORD).await.header("location"), Some(format!("/login?next={PASSWORD}").as_str()));
    assert_eq!(world.tab().get("/.well-known/resource-that-should-not-exist-whose-status-code-should-not-be-200").await.status, 404);
}

async fn a_forgotten_password_is_set_by_forms(world: World) {
    let mut tab = world.tab();
    assert!(tab.get("/login").await.text.contains("href=\"/forgot\""));
    assert!(tab.get("/forgot").await.text.contains("name=\"login\""));
    let reply = tab.form("/forgot", "login=").await;
    assert!(reply.status == 422 && reply.text.contains("Enter your username or email"));
    for login in ["mina", "nobody"] {
        let reply = tab.form("/forgot", &format!("login={login}")).await;
        assert_eq!((reply.status.as_u16(), reply.header("location")), (303, Some("/forgot?sent")));
    }
    assert!(tab.get("/forgot?sent").await.text.contains("If there is such an account, a link is on its way to its owner."));
    world.deliver().await;
    let outbox = tab.get("/mail").await.text;
    let path = outbox.split("href=\"/reset/").nth(1).unwrap().split('"').next().unwrap();
    let path = format!("/reset/{path}");
    assert_eq!(outbox.matches("Set a new password").count(), 1, "to mina alone");
    let page = tab.get(&path).await;
    assert!(page.status == 200 && page.text.contains("For the account <b>mina</b>"), "{}", page.text);
    let reply = tab.form(&path, "username=mina&new=short").await;
    assert!(reply.status == 422 && reply.text.contains("Use at least 10 characters"));
    let reply = tab.form(&path, &format!("username=mina&new={NEW}")).await;
    assert_eq!((reply.status.as_u16(), reply.header("location")), (303, Some("/login?why=password")));
    assert!(reply.sets_no_cookie(), "it does not log in");
    assert!(tab.get("/login?why=password").await.text.contains("Log in with the new password."));
    let reply = tab.form("/login", &format!("login=mina&password={NEW}")).await;
    assert_eq!(reply.status, 303);
    for reply in [tab.get(&path).await, tab.form(&path, "new=another+copper+sofa").await] {
        assert_eq!(reply.status, 404);
        assert!(reply.text.contains("This link does not work any more"));
    }
}

async fn a_link_that_is_over_says_so(world: World) {
    for path in ["/reset/nonsense", "/reset/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "/reset/%00"] {
        let reply = world.tab().get(path).await;
        assert_eq!(reply.status, 404, "{path}");
        assert!(reply.text.contains("This link does not work any more") && reply.text.contains("href=\"/forgot\""), "{path}");
    }
}

async fn the_outbox_is_for_local_builds_alone(world: World) {
    assert_eq!(world.tab().get("/mail").await.status, 200);
    let config = server::config::Config {
        origin: Some("https://nightlatch.example".into()),
        database: world.config().database.clone().filter(|_| false),
        ..server::config::Config::default()
    };
    let public = World::with(config).await;
    assert_eq!(public.tab().get("/mail").await.status, 404);
    // And there, no link is made that nobody could be sent.
    public.tab().post("/api/password/forgot", &json!({"login": "mina"})).await;
    public.site.mailer.send_due(&public.site.auth).await.unwrap();
    assert_eq!(public.count("select count(*) from mails where sent_at is null and body like '%{reset}%'").await, 1);
    assert_eq!(public.count("select count(*) from resets").await, 0);
}

async fn data_is_shown_and_an_account_deleted_by_forms(world: World) {
    let mut tab = world.tab_of("mina").await;
    let path = "/settings/data";
    assert!(tab.get(path).await.text.contains("Download a copy"));
    let page = tab.get(&format!("{path}?copy")).await.text;
    assert!(page.contains("mina@nightlatch.example") && page.contains("Night") && !page.contains("argon2"));
    world.pass(3600);
    let file = tab.get("/settings/data/copy").await;
    assert_eq!(file.header("content-disposition"), Some("attachment; filename=\"nightlatch-mina.json\""), "with the refresh cookie alone");
    assert_eq!(file.json()["account"]["username"], "mina");
    let reply = tab.form(path, "username=mina&password=wrong-horse").await;
    assert!(reply.status == 422 && reply.text.contains("That password is wrong"));
    let reply = tab.form(path, "username=mina&password=correct-horse-mina").await;
    assert_eq!((reply.status.as_u16(), reply.header("location")), (303, Some("/goodbye")));
    assert!(!tab.jar.contains_key(ACCESS) && !tab.jar.contains_key(REFRESH), "{:?}", tab.jar.keys());
    assert!(tab.get("/goodbye").await.text.contains("log in before then"));
    // Back in time: nothing is lost, and it is said.
    tab.form("/login", "login=mina&password=correct-horse-mina").await;
    let page = tab.get("/").await.text;
    assert!(page.contains("Your account is kept") && page.contains("Nothing was removed."), "{page}");
}

async fn nobody_sees_these_pages_without_logging_in(world: World) {
    for path in
        ["/settings", "/settings/security", SESSIONS, "/settings/security/activity", PASSWORD, "/settings/data", "/settings/data/copy"]
    {
        let reply = world.tab().get(path).await;
        assert_eq!((reply.status.as_u16(), reply.header("location")), (303, Some(format!("/login?next={path}").as_str())), "{path}");
    }
    for (path, body) in [
        (SESSIONS, "deed=others&password=x"),
        ("/settings/security/activity", "id=x"),
        (PASSWORD, "current=x&new=y"),
        ("/settings/data", "password=x"),
    ] {
        assert_eq!(world.tab().form(path, body).await.status, 303, "{path}");
    }
}
