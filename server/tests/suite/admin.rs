//! Authorization.

use crate::world::{World, on_both};

on_both!(only_an_admin_sees_the_accounts, a_role_that_was_taken_away_is_gone_at_once);

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
