//! Profiles, and who follows whom.

use axum::http::Method;
use serde_json::{Value, json};

use crate::posts::posted;
use crate::world::{Tab, World, on_both};

on_both!(
    a_profile_is_public,
    following_fills_the_feed_and_stops_to,
    a_new_account_is_told_whom_to_follow,
    a_feed_of_many_authors_has_no_gaps,
    what_a_profile_says_is_what_was_typed,
    names_that_hide_something,
    a_profile_is_a_page,
    an_empty_feed_names_people_to_follow,
    a_feed_has_people_to_follow_beside_it,
    a_profile_is_edited_without_scripts,
);

async fn signed_up(world: &World, username: &str) -> Tab {
    let mut tab = world.tab();
    let form = json!({"username": username, "email": format!("{username}@example.com"), "password": "quiet-lamp-at-night"});
    assert_eq!(tab.post("/api/accounts", &form).await.status, 201);
    tab
}

async fn follow(tab: &mut Tab, username: &str, follow: bool) -> Value {
    let method = if follow { Method::PUT } else { Method::DELETE };
    tab.json(method, &format!("/api/users/{username}/follow"), &json!({})).await.json()
}

async fn feed(tab: &mut Tab) -> Vec<String> {
    let feed = tab.get("/api/feed").await.json();
    feed["items"].as_array().unwrap().iter().map(|post| post["username"].as_str().unwrap().to_owned()).collect()
}

async fn a_profile_is_public(world: World) {
    let mut nobody = world.tab();
    let profile = nobody.get("/api/users/rover").await.json();
    assert_eq!((&profile["username"], &profile["display_name"], &profile["bio"]), (&json!("rover"), &json!("Trail Rover"), &json!("")));
    assert_eq!((&profile["followers"], &profile["following"], &profile["followed"]), (&json!(2), &json!(2), &json!(false)));
    let posts = profile["page"]["items"].as_array().unwrap();
    assert_eq!(Some(posts.len() as u64), profile["posts"].as_u64());
    assert!(posts.iter().all(|post| post["username"] == "rover"));
    assert_eq!(profile, nobody.get("/api/users/ROVER").await.json());
    for private in ["email", "account_id", "role", "password"] {
        assert!(!nobody.get("/api/users/rover").await.text.contains(private), "{private}");
    }
    for unknown in ["nobody.here", "ro%00ver", "..%2f..%2f", "%E2%80%AErover", "rover'--", "%ff"] {
        let reply = nobody.get(&format!("/api/users/{unknown}")).await;
        assert!(reply.status == 404 || reply.status == 400, "{unknown} {}", reply.status);
    }
    world.sql("update accounts set disabled_at = 1 where username = 'rover'").await;
    assert_eq!(nobody.get("/api/users/rover").await.code(), "not_found");
}

async fn following_fills_the_feed_and_stops_to(world: World) {
    let mut tab = signed_up(&world, "newcomer").await;
    assert!(feed(&mut tab).await.is_empty());
    for _ in 0..2 {
        assert_eq!(follow(&mut tab, "admin", true).await, json!({"followers": 3, "followed": true}));
    }
    assert!(tab.get("/api/users/admin").await.json()["followed"] == true);
    assert_eq!(feed(&mut tab).await, ["admin", "admin"]);
    posted(&mut tab, "Mine").await;
    assert_eq!(feed(&mut tab).await, ["newcomer", "admin", "admin"], "one's own are there too");
    for _ in 0..2 {
        assert_eq!(follow(&mut tab, "admin", false).await, json!({"followers": 2, "followed": false}));
    }
    assert_eq!(feed(&mut tab).await, ["newcomer"]);
    assert_eq!(follow(&mut tab, "nobody.here", true).await["code"], "not_found");
    assert_eq!(follow(&mut tab, "newcomer", true).await["title"], "You cannot follow yourself");
    assert_eq!(follow(&mut world.tab(), "admin", true).await["code"], "unauthenticated");
    assert_eq!(world.count("select count(*) from follows").await, 6);
}

async fn a_new_account_is_told_whom_to_follow(world: World) {
    let mut tab = signed_up(&world, "newcomer").await;
    let names = |feed: &Value| -> Vec<String> {
        let people = feed["suggestions"].as_array().cloned().unwrap_or_default();
        people.iter().map(|person| person["username"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(&tab.get("/api/feed").await.json()), ["rover", "mina", "admin"], "who posted last is first");
    world.sql("update accounts set disabled_at = 1 where username = 'mina'").await;
    assert_eq!(names(&tab.get("/api/feed").await.json()), ["rover", "admin"]);
    follow(&mut tab, "rover", true).await;
    assert!(names(&tab.get("/api/feed").await.json()).is_empty(), "a feed that is not empty needs none");
}

async fn a_feed_of_many_authors_has_no_gaps(world: World) {
    let mut reader = signed_up(&world, "reader").await;
    // One who posts a lot at once, and others in between, some at the very same moment.
    let mut authors = Vec::new();
    for name in ["busy", "calm", "rare"] {
        authors.push(signed_up(&world, name).await);
        follow(&mut reader, name, true).await;
    }
    let mut expected = Vec::new();
    for turn in 0..27 {
        let author = if turn % 9 == 0 { 2 } else { usize::from(turn % 4 == 0) };
        expected.push(posted(&mut authors[author], &turn.to_string()).await["post_id"].clone());
        if turn % 3 != 0 {
            world.pass(1);
        }
    }
    let (mut seen, mut path) = (Vec::new(), "/api/feed".to_owned());
    loop {
        let page = reader.get(&path).await.json();
        seen.extend(page["items"].as_array().unwrap().iter().map(|post| post["post_id"].clone()));
        match page["next"].as_str() {
            Some(next) => path = format!("/api/feed?after={next}"),
            None => break,
        }
    }
    let sorted = |mut ids: Vec<Value>| {
        ids.sort_by_key(ToString::to_string);
        ids
    };
    assert_eq!(seen.len(), 27);
    assert_eq!(sorted(seen), sorted(expected), "each of them once");
    let profile = reader.get("/api/users/busy").await.json();
    assert_eq!(Some(profile["page"]["items"].as_array().unwrap().len() as u64), profile["posts"].as_u64());
}

async fn what_a_profile_says_is_what_was_typed(world: World) {
    let mut tab = world.tab_of("mina").await;
    let edit = async |tab: &mut Tab, name: &str, bio: &str| {
        tab.json(Method::PUT, "/api/me/profile", &json!({"display_name": name, "bio": bio})).await
    };
    assert_eq!(edit(&mut tab, " Mina  O. ", "Keeps the lamps.\r\nAll of them.").await.status, 204);
    let profile = world.tab().get("/api/users/mina").await.json();
    assert_eq!((&profile["display_name"], &profile["bio"]), (&json!("Mina O."), &json!("Keeps the lamps.\nAll of them.")));
    for bio in ["x".repeat(301), "nul \0".into()] {
        let reply = edit(&mut tab, "Mina", &bio).await;
        assert_eq!((reply.status.as_u16(), &reply.json()["fields"][0]["name"]), (422, &json!("bio")));
    }
    assert_eq!(world.tab().get("/api/users/mina").await.json(), profile);
    assert_eq!(edit(&mut world.tab(), "Mina", "").await.code(), "unauthenticated");
    assert_eq!(edit(&mut tab, " ", "").await.status, 204);
    assert_eq!(world.tab().get("/api/users/mina").await.json()["display_name"], "mina");
}

async fn names_that_hide_something(world: World) {
    let mut tab = world.tab_of("mina").await;
    let name = json!({"display_name": "\u{202e}anim\0 <b>\u{2066}", "bio": ""});
    assert_eq!(tab.json(Method::PUT, "/api/me/profile", &name).await.status, 204);
    assert_eq!(world.tab().get("/api/users/mina").await.json()["display_name"], "anim <b>");
}

async fn a_profile_is_a_page(world: World) {
    let mut mina = world.tab_of("mina").await;
    mina.json(Method::PUT, "/api/me/profile", &json!({"display_name": "Mina", "bio": "Lamps & <b>"})).await;
    let (own, other, nobody) =
        (mina.get("/u/mina").await, world.tab_of("rover").await.get("/u/mina").await, world.tab().get("/u/mina").await);
    for reply in [&own, &other, &nobody] {
        assert_eq!(reply.status, 200);
        assert!(reply.text.contains("<title>Mina (@mina)") && reply.text.contains("Lamps &amp; &lt;b&gt;"), "{}", reply.text);
        assert!(reply.text.matches("<img").count() > 5);
    }
    let has = |page: &str| (page.contains("Edit profile"), page.contains("aria-pressed=\"true\""), page.contains("to follow."));
    assert_eq!((has(&own.text), has(&other.text), has(&nobody.text)), ((true, false, false), (false, true, false), (false, false, true)));
    let reply = mina.get("/u/nobody.here").await;
    assert!(reply.status == 404 && reply.text.contains("There is no account called @nobody.here."), "{}", reply.text);
    let reply = mina.get("/u/%3Cscript%3E%E2%80%AE").await;
    assert!(reply.status == 404 && !reply.text.contains("@<script>") && !reply.text.contains('\u{202e}'));
    assert!(signed_up(&world, "newcomer").await.get("/u/newcomer").await.text.contains("No posts yet."));
    let reply = mina.form("/u/rover/follow", "on=false").await;
    assert_eq!((reply.status.as_u16(), reply.header("location")), (303, Some("/u/rover")));
    assert_eq!(mina.get("/api/users/rover").await.json()["followed"], false);
    assert_eq!(mina.form("/u/nobody.here/follow", "on=true").await.status, 404);
}

async fn an_empty_feed_names_people_to_follow(world: World) {
    let mut tab = signed_up(&world, "newcomer").await;
    let page = tab.get("/").await.text;
    assert!(page.contains("Your feed is quiet. Follow a few people to fill it."));
    assert_eq!(page.matches("/follow\"").count(), 3);
    tab.form("/u/rover/follow", "on=true").await;
    let page = tab.get("/").await.text;
    assert!(page.contains("class=\"posts\"") && !page.contains("Your feed is quiet"));
}

async fn a_feed_has_people_to_follow_beside_it(world: World) {
    let mut tab = signed_up(&world, "newcomer").await;
    for name in ["one", "two", "three", "four", "five", "six"] {
        posted(&mut signed_up(&world, name).await, "A lamp").await;
    }
    follow(&mut tab, "one", true).await;
    let page = tab.get("/").await.text;
    let beside = page.split("People to follow").nth(1).expect("a column of people");
    assert_eq!(beside.matches("/follow\"").count(), 5, "and no more");
    assert!(!beside.contains("/u/one/follow") && !beside.contains("/u/newcomer/follow"));
    // Of a page that goes on with another, only the posts are wanted.
    follow(&mut tab, "rover", true).await;
    let next = tab.get("/api/feed").await.json()["next"].as_str().unwrap().to_owned();
    assert!(!tab.get(&format!("/?after={next}")).await.text.contains("People to follow"));
    // The demo's own people follow everybody but who has just come.
    let mut mina = world.tab_of("mina").await;
    for name in ["one", "two", "three", "four", "five", "six"] {
        follow(&mut mina, name, true).await;
    }
    assert!(!mina.get("/").await.text.contains("People to follow"), "nobody is left");
}

async fn a_profile_is_edited_without_scripts(world: World) {
    let mut tab = world.tab_of("mina").await;
    assert!(tab.get("/settings/profile").await.text.contains("value=\"Mina\""));
    let reply = tab.form("/settings/profile", "display_name=Mina+O.&bio=Lamps%0D%0Aand+more").await;
    assert_eq!((reply.status.as_u16(), reply.header("location")), (303, Some("/settings/profile?saved")));
    let page = tab.get("/settings/profile?saved").await.text;
    assert!(page.contains("value=\"Mina O.\"") && page.contains("Lamps\nand more") && page.contains("Saved."));
    let reply = tab.form("/settings/profile", &format!("display_name=M&bio={}", "x".repeat(301))).await;
    assert!(reply.status == 422 && reply.text.contains("Use 300 characters at most") && reply.text.contains("value=\"M\""));
    assert_eq!(world.tab().get("/settings/profile").await.header("location"), Some("/login?next=/settings/profile"));
}
