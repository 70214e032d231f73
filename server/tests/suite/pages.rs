//! Documents and their forms: for people without scripts, and for the app that fetches them with its own credentials.

use serde_json::json;

use crate::world::{ACCESS, REFRESH, Tab, World, on_both};

on_both!(
    a_form_without_scripts_refreshes_a_session_whose_access_token_has_run_out,
    the_app_is_told_to_refresh_instead,
    the_app_fetches_a_page_with_a_token_of_its_own,
    a_page_is_for_the_account_that_the_app_names,
    what_is_refused_is_a_page_for_people_and_a_problem_for_programs,
    a_browser_chooses_what_its_feed_does,
    a_browser_chooses_its_looks,
);

const CHOICE: &str = "theme=dark&motion=system";

async fn a_form_without_scripts_refreshes_a_session_whose_access_token_has_run_out(world: World) {
    let mut tab = world.tab_of("mina").await;
    world.pass(3600);
    let before = tab.jar[REFRESH].clone();
    let reply = tab.form("/settings/appearance", CHOICE).await;
    assert_eq!((reply.status.as_u16(), reply.header("location")), (303, Some("/settings/appearance?saved")));
    assert!(reply.cookie(ACCESS).is_some() && tab.jar[REFRESH] != before, "the session goes on");
    assert_eq!(tab.get("/api/me").await.status, 200);
    // A thief's old token is noticed here as anywhere.
    let mut thief = world.tab();
    thief.jar.insert(REFRESH.into(), before);
    world.settle().await;
    world.pass(3600);
    assert_eq!(thief.form("/settings/appearance", CHOICE).await.status, 303);
    assert_eq!(tab.refresh().await.reason(), "reuse");
}

async fn the_app_is_told_to_refresh_instead(world: World) {
    let mut tab = world.tab_of("mina").await;
    let account = tab.get("/api/me").await.json()["account_id"].as_str().unwrap().to_owned();
    world.pass(3600);
    let mut app = tab.stolen().with_header("x-account", &account).with_header("accept", "*/*");
    for reply in [app.get("/settings/appearance").await, app.form("/settings/appearance", CHOICE).await] {
        assert_eq!((reply.status.as_u16(), reply.code()), (401, "invalid_token".into()));
        assert!(reply.sets_no_cookie());
    }
    app.jar.remove(ACCESS);
    assert_eq!(app.get("/settings/appearance").await.code(), "unauthenticated");
}

async fn the_app_fetches_a_page_with_a_token_of_its_own(world: World) {
    let mut tab = world.tab();
    let grant = tab.post("/api/session", &json!({"login": "admin", "password": "correct-horse-admin", "storage": "local"})).await.json();
    let shell = tab.get("/admin/accounts").await;
    assert!(shell.status == 200 && shell.text.contains("Opening…"), "the server cannot know who opens it");
    assert!(!shell.text.contains("rover") && !shell.text.contains("name=\"password\""));
    tab.bearer = Some(grant["access"].as_str().unwrap().to_owned());
    let page = tab.get("/admin/accounts").await;
    assert!(page.status == 200 && page.text.contains("rover"), "{}", page.text);
    // Another tab has cookies of another session: they neither count nor change.
    let mina = world.tab_of("mina").await;
    tab.jar.extend(mina.jar.clone());
    let page = tab.get("/admin/accounts").await;
    assert!(page.status == 200 && page.sets_no_cookie(), "{}", page.status);
    assert!(page.text.contains("id=\"document\"") && page.text.contains("<title>Accounts"));
}

async fn a_page_is_for_the_account_that_the_app_names(world: World) {
    let mut mina = world.tab_of("mina").await;
    let other = world.tab_of("rover").await.get("/api/me").await.json()["account_id"].as_str().unwrap().to_owned();
    let mut stale: Tab = mina.stolen().with_header("x-account", &other);
    assert_eq!(stale.get("/settings/appearance").await.code(), "wrong_account");
    assert_eq!(stale.form("/settings/appearance", CHOICE).await.code(), "wrong_account");
    assert_eq!(mina.get("/settings/appearance").await.status, 200);
}

async fn what_is_refused_is_a_page_for_people_and_a_problem_for_programs(world: World) {
    let tab = world.tab_of("mina").await;
    let mut people = tab.stolen().with_header("accept", "text/html,*/*");
    let page = people.get("/admin/accounts").await;
    assert_eq!(page.status, 403);
    assert!(page.text.contains("Your role does not allow this page.") && page.text.contains("<title>Error: "));
    assert_eq!(page.header("cache-control"), Some("private, no-store"));
    let page = people.form("/settings/appearance", "theme=dark&surprise=1").await;
    assert!(page.status == 400 && page.text.contains("There is a problem"), "{}", page.status);
    let mut programs = tab.stolen().with_header("accept", "application/json");
    assert_eq!(programs.get("/admin/accounts").await.code(), "insufficient_scope");
}

async fn a_browser_chooses_what_its_feed_does(world: World) {
    let mut tab = world.tab_of("mina").await;
    let feed = tab.get("/").await.text;
    assert!(feed.contains("data-more=\"auto\"") && feed.contains("id=\"back\""), "from the start, both");
    tab.form("/settings/appearance", "theme=dark&motion=system&more=by-hand&back=no-line").await;
    let feed = tab.get("/").await.text;
    assert!(feed.contains("data-more=\"\"") && feed.contains("data-theme=\"dark\"") && !feed.contains("id=\"back\""));
    let page = tab.get("/settings/appearance").await.text;
    let chosen = |value: &str| page.split("<input").any(|input| input.contains(&format!("value=\"{value}\"")) && input.contains("checked"));
    assert!(chosen("by-hand") && chosen("no-line") && chosen("dark"));
    tab.form("/settings/appearance", "theme=system&motion=system&more=on&back=on").await;
    let feed = tab.get("/").await.text;
    assert!(feed.contains("data-more=\"auto\"") && feed.contains("id=\"back\"") && !feed.contains("data-theme"));
}

async fn a_browser_chooses_its_looks(world: World) {
    let mut tab = world.tab();
    assert!(!tab.get("/login").await.text.contains("data-theme"));
    tab.form("/settings/appearance", "theme=dark&motion=reduced").await;
    let page = tab.get("/login").await;
    assert!(page.text.contains("data-theme=\"dark\"") && page.text.contains("data-motion=\"reduced\""), "from the first frame on");
    let page = tab.get("/settings/appearance?saved").await;
    assert!(page.text.contains("Saved for this browser."));
    tab.form("/settings/appearance", "theme=system&motion=%3Cscript%3E").await;
    let page = tab.get("/login").await.text;
    assert!(!page.contains("data-theme") && !page.contains("data-motion"));
}
