//! The feed and its pictures.

use crate::world::{World, on_both};

on_both!(the_feed_comes_in_pages_without_gaps, a_picture_is_served_for_ever_and_runs_nothing, the_feed_is_for_those_who_are_logged_in);

async fn the_feed_comes_in_pages_without_gaps(world: World) {
    let mut tab = world.tab_of("mina").await;
    let (mut seen, mut path) = (Vec::new(), "/api/feed".to_owned());
    loop {
        let page = tab.get(&path).await.json();
        seen.extend(
            page["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|post| (post["created_at"].as_i64().unwrap(), post["post_id"].as_str().unwrap().to_owned())),
        );
        match page["next"].as_str() {
            Some(next) => path = format!("/api/feed?after={next}"),
            None => break,
        }
    }
    assert_eq!(seen.len() as i64, world.count("select count(*) from posts").await);
    assert!(seen.is_sorted_by(|one, other| one > other), "newest first, none twice");
    assert_eq!(tab.get("/api/feed?after=nonsense").await.json()["items"].as_array().unwrap().len(), 10);
}

async fn a_picture_is_served_for_ever_and_runs_nothing(world: World) {
    let mut tab = world.tab_of("mina").await;
    let feed = tab.get("/api/feed").await.json();
    for post in feed["items"].as_array().unwrap() {
        assert!(post["alt"].as_str().unwrap().len() > 10, "each picture is described");
        let reply = world.tab().get(post["picture"].as_str().unwrap()).await;
        assert_eq!((reply.status.as_u16(), reply.header("content-type")), (200, Some("image/svg+xml")));
        assert!(reply.header("cache-control").unwrap().contains("immutable"));
        assert!(reply.header("content-security-policy").unwrap().contains("sandbox"));
        assert!(!reply.text.contains("<script") && !reply.text.contains("href"));
    }
}

async fn the_feed_is_for_those_who_are_logged_in(world: World) {
    let reply = world.tab().get("/api/feed").await;
    assert_eq!((reply.status.as_u16(), reply.code()), (401, "unauthenticated".into()));
}
