//! Authorization.

use axum::http::Method;
use serde_json::{Value, json};

use crate::world::{Tab, World, on_both};

on_both!(
    only_an_admin_sees_the_accounts,
    a_role_that_was_taken_away_is_gone_at_once,
    an_admin_disables_and_enables,
    an_admin_gives_a_role_and_takes_it_away,
    an_admin_ends_every_session_of_an_account,
    nobody_else_governs,
    an_admin_does_not_disable_themself,
    accounts_are_searched_and_read_page_by_page,
    of_two_admins_who_depose_each_other_one_is_left,
    the_last_admin_does_not_leave,
    of_two_admins_who_leave_at_once_one_stays,
    an_account_is_governed_by_forms,
    nobody_else_governs_by_forms,
);

async fn only_an_admin_sees_the_accounts(world: World) {
    let mut nobody = world.tab();
    assert_eq!(nobody.get("/api/admin/accounts").await.code(), "unauthenticated");
    assert_eq!(nobody.get("/admin/accounts").await.header("location"), Some("/login?next=/admin/accounts"));

    let mut mina = world.tab_of("mina").await;
    let reply = mina.get("/api/admin/accounts").await;
    assert_eq!((reply.status.as_u16(), reply.code()), (403, "insufficient_scope".into()));
    assert_eq!(reply.header("www-authenticate"), Some(r#"Bearer realm="nightlatch", error="insufficient_scope""#));
    let page = mina.get("/admin/accounts").await;
    assert_eq!(page.status, 403);
    assert!(!page.text.contains("rover"), "and the page shows nothing");

    let mut admin = world.tab_of("admin").await;
    let reply = admin.get("/api/admin/accounts").await;
    assert_eq!(reply.status, 200);
    let accounts = reply.json();
    assert_eq!(accounts.as_array().unwrap().len(), 3);
    let mina = accounts.as_array().unwrap().iter().find(|account| account["username"] == "mina").unwrap();
    assert_eq!((&mina["sessions"], &mina["role"]), (&1.into(), &"user".into()));
    assert!(!reply.text.contains("argon2"), "no hash leaves the house");
    let page = admin.get("/admin/accounts").await;
    assert!(page.status == 200 && page.text.contains("rover"));
}

async fn a_role_that_was_taken_away_is_gone_at_once(world: World) {
    let mut admin = world.tab_of("admin").await;
    world.sql("update accounts set role = 'user' where username = 'admin'").await;
    assert_eq!(admin.get("/api/admin/accounts").await.code(), "insufficient_scope", "whatever the access token remembers");
    world.sql("update accounts set role = 'admin', epoch = epoch + 1 where username = 'admin'").await;
    assert_eq!(admin.get("/api/admin/accounts").await.code(), "invalid_token", "a token of an older epoch");
}

async fn path_of(admin: &mut Tab, username: &str) -> String {
    let accounts = admin.get("/api/admin/accounts").await.json();
    let account =
        accounts.as_array().unwrap_or_else(|| panic!("{accounts}")).iter().find(|account| account["username"] == username).unwrap().clone();
    format!("/api/admin/accounts/{}", account["account_id"].as_str().unwrap())
}

async fn newest_event(admin: &mut Tab) -> Value {
    admin.get("/api/admin/events").await.json()[0].clone()
}

async fn an_admin_disables_and_enables(world: World) {
    let mut admin = world.tab_of("admin").await;
    let mut mina = world.tab_of("mina").await;
    let path = path_of(&mut admin, "mina").await;
    world.pass(1);
    let reply = admin.json(Method::PATCH, &path, &json!({"disabled": true})).await;
    assert_eq!((reply.status.as_u16(), &reply.json()["disabled"], &reply.json()["sessions"]), (200, &json!(true), &json!(0)));
    assert_eq!(mina.get("/api/me").await.code(), "invalid_token", "at once");
    assert_eq!(mina.refresh().await.code(), "session_ended");
    world.pass(1);
    let log_in = json!({"login": "mina", "password": "correct-horse-mina"});
    assert_eq!(world.tab().post("/api/session", &log_in).await.code(), "invalid_credentials");
    let event = newest_event(&mut admin).await;
    assert_eq!(event["kind"], "log_in_refused");
    let audited = admin.get("/api/admin/events").await.json();
    let disabled = audited.as_array().unwrap().iter().find(|event| event["kind"] == "disabled").unwrap();
    assert_eq!((&disabled["username"], &disabled["actor"]), (&json!("mina"), &json!("admin")));
    assert_eq!(admin.json(Method::PATCH, &path, &json!({"disabled": false})).await.json()["disabled"], false);
    assert_eq!(world.tab().post("/api/session", &log_in).await.status, 200);
    assert_eq!(mina.refresh().await.code(), "session_ended", "what has ended stays ended");
}

async fn an_admin_gives_a_role_and_takes_it_away(world: World) {
    let mut admin = world.tab_of("admin").await;
    let mut mina = world.tab_of("mina").await;
    let path = path_of(&mut admin, "mina").await;
    for (role, status) in [("admin", 200), ("user", 403)] {
        world.pass(1);
        assert_eq!(admin.json(Method::PATCH, &path, &json!({"role": role})).await.json()["role"], role);
        assert_eq!(mina.get("/api/admin/accounts").await.code(), "invalid_token", "the token remembers another role");
        mina.refresh().await;
        assert_eq!(mina.get("/api/admin/accounts").await.status, status);
        assert_eq!(newest_event(&mut admin).await["kind"], "role_changed");
    }
    for bad in [json!({}), json!({"role": "king"}), json!({"username": "x"})] {
        let reply = admin.json(Method::PATCH, &path, &bad).await;
        assert!(matches!(reply.status.as_u16(), 400 | 422), "{bad}: {}", reply.text);
    }
}

async fn an_admin_ends_every_session_of_an_account(world: World) {
    let mut admin = world.tab_of("admin").await;
    let (mut one, mut two) = (world.tab_of("mina").await, world.tab_of("mina").await);
    let path = path_of(&mut admin, "mina").await;
    world.pass(1);
    assert_eq!(admin.send(Method::DELETE, &format!("{path}/sessions"), None).await.status, 204);
    for tab in [&mut one, &mut two] {
        assert_eq!(tab.get("/api/me").await.code(), "invalid_token");
        assert_eq!(tab.refresh().await.reason(), "elsewhere");
    }
    let event = newest_event(&mut admin).await;
    assert_eq!((&event["kind"], &event["actor"]), (&json!("ended_by_admin"), &json!("admin")));
    for id in ["01234567-89ab-7def-8123-456789abcdef", "nonsense"] {
        let path = format!("/api/admin/accounts/{id}");
        assert_eq!(admin.send(Method::DELETE, &format!("{path}/sessions"), None).await.status, 404);
        assert_eq!(admin.json(Method::PATCH, &path, &json!({"disabled": true})).await.status, 404);
    }
}

async fn nobody_else_governs(world: World) {
    let mut admin = world.tab_of("admin").await;
    let path = path_of(&mut admin, "rover").await;
    for (mut tab, code) in [(world.tab(), "unauthenticated"), (world.tab_of("mina").await, "insufficient_scope")] {
        assert_eq!(tab.json(Method::PATCH, &path, &json!({"role": "admin"})).await.code(), code);
        assert_eq!(tab.send(Method::DELETE, &format!("{path}/sessions"), None).await.code(), code);
        assert_eq!(tab.get("/api/admin/events").await.code(), code);
    }
    // An access token that remembers a role which was taken away is not enough.
    world.sql("update accounts set role = 'user' where username = 'admin'").await;
    assert_eq!(admin.json(Method::PATCH, &path, &json!({"role": "admin"})).await.code(), "insufficient_scope");
}

async fn an_admin_does_not_disable_themself(world: World) {
    let mut admin = world.tab_of("admin").await;
    let path = path_of(&mut admin, "admin").await;
    for (change, field) in [(json!({"disabled": true}), "disabled"), (json!({"role": "user"}), "role")] {
        let reply = admin.json(Method::PATCH, &path, &change).await;
        assert_eq!((reply.code(), &reply.json()["fields"][0]["name"]), ("invalid_fields".into(), &json!(field)));
    }
    assert_eq!(admin.get("/api/admin/accounts").await.status, 200);
}

fn names(accounts: &Value) -> Vec<&str> {
    accounts.as_array().unwrap().iter().map(|account| account["username"].as_str().unwrap()).collect()
}

async fn accounts_are_searched_and_read_page_by_page(world: World) {
    for number in 0..60 {
        world.pass(3600);
        let (name, email) = (format!("guest_{number:02}"), format!("g{number}@guests.example"));
        let sign_up = json!({"username": name, "email": email, "password": "lantern copper sofa"});
        assert_eq!(world.tab().post("/api/accounts", &sign_up).await.status, 201);
    }
    let mut admin = world.tab_of("admin").await;
    let first = admin.get("/api/admin/accounts").await.json();
    let last = first[49]["account_id"].as_str().unwrap();
    let second = admin.get(&format!("/api/admin/accounts?after={last}")).await.json();
    let both = [names(&first), names(&second)].concat();
    let distinct: std::collections::BTreeSet<_> = both.iter().collect();
    assert_eq!((names(&first).len(), both.len(), distinct.len()), (50, 63, 63), "each once: {both:?}");
    for (search, found) in [
        ("mina", vec!["mina"]),
        ("%20MINA%20", vec!["mina"]),
        (
            "guest_5",
            vec!["guest_50", "guest_51", "guest_52", "guest_53", "guest_54", "guest_55", "guest_56", "guest_57", "guest_58", "guest_59"],
        ),
        ("g7@guests", vec!["guest_07"]),
        ("nobody", vec![]),
        // Neither is a wildcard, and none of the others breaks anything.
        ("%25", vec![]),
        ("m_na", vec![]),
        ("!", vec![]),
        ("%00", vec![]),
        ("%E2%80%AEanim", vec![]),
        ("'", vec![]),
        (&*"m".repeat(300), vec![]),
    ] {
        let reply = admin.get(&format!("/api/admin/accounts?search={search}")).await;
        assert_eq!(names(&reply.json()), found, "{search}");
        let page = admin.get(&format!("/admin/accounts?search={search}")).await;
        assert_eq!((page.status.as_u16(), page.text.contains("Nobody is called so")), (200, found.is_empty()), "{search}");
    }
    let page = admin.get("/admin/accounts").await.text;
    let next = page.split("href=\"/admin/accounts?").nth(1).unwrap().split('"').next().unwrap().replace("&amp;", "&");
    assert!(page.contains(">guest_00<") && !page.contains(">guest_59<"));
    let page = admin.get(&format!("/admin/accounts?{next}")).await.text;
    assert!(page.contains(">guest_59<") && !page.contains(">guest_00<") && page.contains("First page"), "{page}");
    let marked = admin.get("/admin/accounts?search=%22%3E%3Cscript%3E").await.text;
    assert!(!marked.contains("\"><script>"), "what was typed is text");
    assert_eq!(admin.get("/api/admin/accounts?after=nonsense").await.status, 400);
}

async fn of_two_admins_who_depose_each_other_one_is_left(world: World) {
    let again = json!({"role": "admin", "disabled": false});
    let (mut left, mut other) = (world.tab_of("admin").await, "mina");
    for _ in 0..10 {
        world.pass(60);
        let path = path_of(&mut left, other).await;
        assert_eq!(left.json(Method::PATCH, &path, &again).await.status, 200);
        let (mut admin, mut mina) = (world.tab_of("admin").await, world.tab_of("mina").await);
        let (to_mina, to_admin) = (path_of(&mut admin, "mina").await, path_of(&mut mina, "admin").await);
        let (depose, disable) = (json!({"role": "user"}), json!({"disabled": true}));
        let (one, two) = tokio::join!(admin.json(Method::PATCH, &to_mina, &depose), mina.json(Method::PATCH, &to_admin, &disable));
        let count = world.count("select count(*) from accounts where role = 'admin' and disabled_at is null").await;
        assert_eq!(count, 1, "{} {}", one.text, two.text);
        (left, other) = if one.status == 200 { (admin, "mina") } else { (mina, "admin") };
    }
}

async fn the_last_admin_does_not_leave(world: World) {
    let mut admin = world.tab_of("admin").await;
    let password = json!({"password": "correct-horse-admin"});
    let reply = admin.json(Method::DELETE, "/api/account", &password).await;
    assert_eq!((reply.status.as_u16(), &reply.json()["fields"][0]["name"]), (422, &json!("password")), "{}", reply.text);
    let page = admin.form("/settings/data", "password=correct-horse-admin").await;
    assert!(page.status == 422 && page.text.contains("You are the only admin"), "{}", page.text);
    assert_eq!(world.count("select count(*) from accounts where delete_at is not null").await, 0);
    // One who is about to go, or cannot log in, is no other.
    for other in ["disabled_at = 1", "disabled_at = null, delete_at = 9999999999999"] {
        let statement: &'static str = format!("update accounts set role = 'admin', {other} where username = 'rover'").leak();
        world.sql(statement).await;
        assert_eq!(admin.json(Method::DELETE, "/api/account", &password).await.status, 422, "{other}");
    }
    world.sql("update accounts set delete_at = null where username = 'rover'").await;
    assert_eq!(admin.json(Method::DELETE, "/api/account", &password).await.status, 204);
}

async fn of_two_admins_who_leave_at_once_one_stays(world: World) {
    for _ in 0..10 {
        world.pass(60);
        world.sql("update accounts set role = 'admin', delete_at = null where username in ('mina', 'admin')").await;
        let (mut admin, mut mina) = (world.tab_of("admin").await, world.tab_of("mina").await);
        let with = |name: &str| json!({"password": format!("correct-horse-{name}")});
        let (of_admin, of_mina) = (with("admin"), with("mina"));
        let (one, two) =
            tokio::join!(admin.json(Method::DELETE, "/api/account", &of_admin), mina.json(Method::DELETE, "/api/account", &of_mina));
        let mut statuses = [one.status.as_u16(), two.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [204, 422], "{} {}", one.text, two.text);
        assert_eq!(world.count("select count(*) from accounts where role = 'admin' and delete_at is null").await, 1);
    }
}

async fn an_account_is_governed_by_forms(world: World) {
    let mut admin = world.tab_of("admin").await;
    let mut mina = world.tab_of("mina").await;
    let page = path_of(&mut admin, "mina").await.replace("/api", "");
    let list = admin.get("/admin/accounts").await;
    assert!(list.text.contains(&format!("href=\"{page}\"")), "{}", list.text);
    let shown = admin.get(&page).await;
    assert!(shown.status == 200 && shown.text.contains("Disable mina?"), "the question names whom it is about");
    for (deed, said, kind) in [
        ("end", "mina is logged out everywhere.", "ended_by_admin"),
        ("admin", "mina is an admin now.", "role_changed"),
        ("user", "mina is no admin any more.", "role_changed"),
        ("disable", "mina is disabled and logged out everywhere.", "disabled"),
        ("enable", "mina can log in again.", "enabled"),
    ] {
        world.pass(1);
        let reply = admin.form(&page, &format!("deed={deed}")).await;
        assert_eq!((reply.status.as_u16(), reply.header("location")), (303, Some(&*format!("{page}?done={deed}"))), "{}", reply.text);
        assert!(admin.get(&format!("{page}?done={deed}")).await.text.contains(said), "{deed}");
        let event = newest_event(&mut admin).await;
        assert_eq!((&event["kind"], &event["username"], &event["actor"]), (&json!(kind), &json!("mina"), &json!("admin")), "{deed}");
    }
    assert_eq!(mina.refresh().await.reason(), "elsewhere");
    let mut mina = world.tab_of("mina").await;
    assert!(mina.get("/settings/security/activity").await.text.contains("Account disabled by an admin"), "their owner is told");

    let own = path_of(&mut admin, "admin").await.replace("/api", "");
    assert!(!admin.get(&own).await.text.contains("Disable admin?"), "nobody is offered what cannot be");
    for deed in ["disable", "user"] {
        let reply = admin.form(&own, &format!("deed={deed}")).await;
        assert!(reply.status == 422 && reply.text.contains("There is a problem") && reply.text.contains("You cannot"), "{}", reply.text);
    }
    assert_eq!(admin.form(&page, "deed=dance").await.status, 400);
    assert_eq!(admin.form(&page, "deed=end&more=1").await.status, 400);
    assert!(
        !admin.get(&format!("{page}?done=%3Cscript%3E")).await.text.contains("class=\"notice"),
        "an address puts no words into our mouth"
    );
    for id in ["01234567-89ab-7def-8123-456789abcdef", "nonsense"] {
        let page = format!("/admin/accounts/{id}");
        assert_eq!((admin.get(&page).await.status.as_u16(), admin.form(&page, "deed=end").await.status.as_u16()), (404, 404));
    }
}

async fn nobody_else_governs_by_forms(world: World) {
    let mut admin = world.tab_of("admin").await;
    let page = path_of(&mut admin, "rover").await.replace("/api", "");
    let mut mina = world.tab_of("mina").await;
    for path in [&*page, "/admin/accounts/01234567-89ab-7def-8123-456789abcdef"] {
        assert_eq!((mina.get(path).await.status.as_u16(), mina.form(path, "deed=admin").await.status.as_u16()), (403, 403), "{path}");
        assert_eq!(world.tab().get(path).await.header("location"), Some(&*format!("/login?next={path}")));
        assert_eq!(world.tab().form(path, "deed=admin").await.status, 303, "to the log-in page");
    }
    let mut elsewhere = admin.stolen().with_header("sec-fetch-site", "cross-site");
    assert_eq!(elsewhere.form(&page, "deed=disable").await.status, 403, "another site presses no button");
    // A role that was taken away is gone, whatever the access token remembers.
    world.sql("update accounts set role = 'user' where username = 'admin'").await;
    assert_eq!((admin.get(&page).await.status.as_u16(), admin.form(&page, "deed=disable").await.status.as_u16()), (403, 403));
    assert_eq!(world.count("select count(*) from accounts where disabled_at is not null or role = 'admin'").await, 0);
}
