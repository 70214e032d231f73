//! Signing up.

use serde_json::json;

use crate::world::{REFRESH, World, on_both};

on_both!(
    a_new_account_is_logged_in,
    what_cannot_be_accepted_is_said_field_by_field,
    a_taken_username_is_said,
    a_known_email_address_is_not_given_away,
    a_race_for_a_username_has_one_winner,
    a_role_cannot_be_asked_for,
);

fn form(username: &str, email: &str) -> serde_json::Value {
    json!({"username": username, "email": email, "display_name": "New One", "password": "lantern copper sofa"})
}

async fn a_new_account_is_logged_in(world: World) {
    let mut tab = world.tab();
    let reply = tab.post("/api/accounts", &form("New.One", "new@example.com")).await;
    assert_eq!(reply.status, 201, "{}", reply.text);
    assert_eq!(reply.json()["viewer"]["username"], "new.one");
    assert!(tab.jar.contains_key(REFRESH));
    assert_eq!(tab.get("/api/me").await.json()["display_name"], "New One");
    let again = world.tab().post("/api/session", &json!({"login": "new@example.com", "password": "lantern copper sofa"})).await;
    assert_eq!(again.status, 200);
}

async fn what_cannot_be_accepted_is_said_field_by_field(world: World) {
    let reply = world.tab().post("/api/accounts", &json!({"username": "a b", "email": "nowhere", "password": "short"})).await;
    assert_eq!((reply.status.as_u16(), reply.code()), (422, "invalid_fields".into()));
    let fields = reply.json()["fields"].clone();
    let names: Vec<_> = fields.as_array().unwrap().iter().map(|field| field["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["email", "username", "password"]);
    let reply = world.tab().post("/api/accounts", &json!({"username": "new", "email": "n@example.com", "password": "password123"})).await;
    assert!(reply.text.contains("leaked passwords"), "{}", reply.text);
    assert_eq!(world.count("select count(*) from accounts").await, 3, "nothing was made");
}

async fn a_taken_username_is_said(world: World) {
    let reply = world.tab().post("/api/accounts", &form("MINA", "new@example.com")).await;
    assert_eq!((reply.status.as_u16(), reply.code()), (409, "username_taken".into()));
    assert_eq!(reply.json()["fields"][0]["name"], "username");
}

async fn a_known_email_address_is_not_given_away(world: World) {
    let mut tab = world.tab();
    let known = tab.post("/api/accounts", &form("squatter", "MINA@nightlatch.example")).await;
    let new = world.tab().post("/api/accounts", &form("newcomer", "new@example.com")).await;
    let shape = |reply: &crate::world::Reply| {
        let mut keys: Vec<_> = reply.json().as_object().unwrap().keys().cloned().collect();
        keys.sort();
        (reply.status, keys)
    };
    assert_eq!(shape(&known), shape(&new));
    assert_eq!(world.count("select count(*) from mails where recipient = 'MINA@nightlatch.example'").await, 1, "the owner is told");
    let reply = world.tab().post("/api/session", &json!({"login": "mina@nightlatch.example", "password": "lantern copper sofa"})).await;
    assert_eq!(reply.code(), "invalid_credentials", "the address stays mina's");
}

async fn a_race_for_a_username_has_one_winner(world: World) {
    let mut tabs: Vec<_> = (0..8).map(|_| world.tab()).collect();
    let same = form("highlander", "h@example.com");
    let replies = futures::future::join_all(tabs.iter_mut().map(|tab| tab.post("/api/accounts", &same))).await;
    assert_eq!(replies.iter().filter(|reply| reply.status == 201).count(), 1);
    assert!(replies.iter().all(|reply| matches!(reply.status.as_u16(), 201 | 409 | 503)), "{replies:?}");
    assert_eq!(world.count("select count(*) from accounts where username = 'highlander'").await, 1);
}

async fn a_role_cannot_be_asked_for(world: World) {
    for (field, value) in [("role", json!("admin")), ("account_id", json!("x")), ("epoch", json!(9)), ("disabled_at", json!(null))] {
        let mut body = form("climber", "c@example.com");
        body[field] = value;
        let reply = world.tab().post("/api/accounts", &body).await;
        assert_eq!((reply.status.as_u16(), reply.code()), (400, "malformed_request".into()));
        assert!(reply.text.contains(field));
    }
    assert_eq!(world.count("select count(*) from accounts").await, 3);
}
