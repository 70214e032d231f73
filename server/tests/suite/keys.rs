//! Keys: where they are kept, how they are replaced, and that nobody is logged out by it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use app::wire::secret::Secret;
use axum::http::Method;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use futures::future::join_all;
use serde_json::{Value, json};
use server::auth::Limits;
use server::auth::keys::seal::Seal;
use server::auth::keys::{self, Home, Keeper, KeysError};
use server::config::Config;
use server::store::Db;

use crate::world::{ACCESS, REFRESH, Tab, World, fresh_postgres, on_both};

on_both!(
    a_rotation_takes_over_in_a_minute_and_logs_nobody_out,
    a_token_of_a_key_that_is_new_here_is_no_end,
    what_the_database_has_forgotten_is_written_back,
    a_key_goes_when_nothing_can_be_good_under_it,
    keys_in_the_database_are_worth_nothing_without_the_secret,
    the_inspector_shows_the_header_of_the_token_shown,
);

/// A secret that servers share.
fn secret(byte: u8) -> Secret {
    Secret::new(STANDARD.encode([byte; 32]))
}

/// Another world with its keys in the database of `world`; on the embedded one it stands for a second process, which SQLite allows.
async fn sharing(world: &World) -> World {
    let embedded = || format!("sqlite:{}", world.data().join("nightlatch.db").display());
    let database = world.config().database.clone().unwrap_or_else(embedded);
    World::with(Config { keys_secret: Some(secret(7)), database: Some(database), throttle: false, ..world.config().clone() }).await
}

/// The name of the key in the header of a cookie's access token.
fn kid(tab: &Tab) -> String {
    let header = URL_SAFE_NO_PAD.decode(tab.jar[ACCESS].split('.').next().unwrap()).unwrap();
    serde_json::from_slice::<Value>(&header).unwrap()["kid"].as_str().unwrap().to_owned()
}

async fn rotate(world: &World) {
    let auth = &world.site.auth;
    auth.keys.rotate(&auth.db, auth.clock.now()).await.unwrap();
}

async fn follow(world: &World) {
    keys::follow(&world.site.auth).await.unwrap();
}

async fn a_rotation_takes_over_in_a_minute_and_logs_nobody_out(world: World) {
    let shared = sharing(&world).await;
    for world in [world, shared] {
        let mut tab = world.tab_of("mina").await;
        let (mut sleeper, first) = (tab.stolen(), kid(&tab));
        rotate(&world).await;
        follow(&world).await;
        world.pass(59);
        assert_eq!(tab.refresh().await.status, 200);
        assert_eq!(kid(&tab), first, "known to everybody first, signing afterwards");
        world.pass(1);
        assert_eq!(tab.get("/api/me").await.status, 200, "old access tokens hold");
        let newest = tab.stolen();
        tab = world.tab_of("mina").await;
        assert_ne!(kid(&tab), first);
        assert_eq!(tab.get("/api/me").await.status, 200);
        tab = newest;
        world.pass(60);
        assert_eq!(tab.refresh().await.status, 200, "old refresh tokens open");
        assert_ne!(kid(&tab), first, "and what they are exchanged for is new");
        world.pass(10 * 60 * 60);
        assert_eq!(tab.refresh().await.status, 200);
        world.pass(30);
        assert_eq!(sleeper.refresh().await.code(), "session_ended", "what was replaced stays replaced");
        // An answer that was lost is made up for under the next key.
        let mut again = world.tab_of("mina").await;
        again.stolen().refresh().await;
        rotate(&world).await;
        follow(&world).await;
        world.pass(5 * 60 * 60);
        let found = again.refresh().await;
        assert_eq!((found.status.as_u16(), &found.json()["generation"]), (200, &json!(3)));
    }
}

async fn a_token_of_a_key_that_is_new_here_is_no_end(world: World) {
    let (one, other, third) = (sharing(&world).await, sharing(&world).await, sharing(&world).await);
    let mut tab = one.tab_of("mina").await;
    rotate(&one).await;
    follow(&one).await;
    one.pass(61);
    other.pass(61);
    assert_eq!(tab.refresh().await.status, 200);
    // The other server has not looked at its keys since.
    let mut there = other.tab();
    there.jar = tab.jar.clone();
    let page = there.get("/").await;
    assert!(page.status == 200 && page.text.contains("action=\"/logout\""), "rendered for its owner");
    assert_eq!(there.get("/api/me").await.status, 200, "known from now on");
    assert_eq!(there.refresh().await.status, 200);

    // Nor has a third one, where somebody logs out.
    let mut leaving = one.tab_of("mina").await;
    let mut copy = leaving.stolen();
    third.pass(61);
    let mut way_out = third.tab();
    way_out.jar.insert(REFRESH.to_owned(), leaving.jar.remove(REFRESH).unwrap());
    assert_eq!(way_out.log_out().await.status, 204);
    assert_eq!(copy.refresh().await.reason(), "logged_out");

    // A key that nobody has.
    let forged = |kid: u8| {
        let mut bytes = URL_SAFE_NO_PAD.decode(&there.jar[REFRESH]).unwrap();
        bytes[24] = kid;
        URL_SAFE_NO_PAD.encode(bytes)
    };
    let held = other.site.auth.keys.held().await;
    let unknown: Vec<u8> = (0..=255).filter(|kid| held.refresh.iter().all(|key| key.kid != *kid)).collect();
    other.pass(2);
    for kid in [unknown[0], held.refresh[1].kid] {
        let mut thief = other.tab();
        thief.jar.insert(REFRESH.to_owned(), forged(kid));
        let reply = thief.refresh().await;
        assert_eq!((reply.status.as_u16(), reply.code()), (401, "invalid_token".into()));
    }
    other.site.auth.db.close().await;
    other.pass(2);
    let mut stranger = other.tab();
    stranger.jar.insert(REFRESH.to_owned(), forged(unknown[1]));
    for _ in 0..2 {
        let reply = stranger.refresh().await;
        assert_eq!((reply.status.as_u16(), reply.code()), (503, "busy".into()), "who cannot look must not say that it is over");
    }
}

async fn what_the_database_has_forgotten_is_written_back(world: World) {
    let world = sharing(&world).await;
    rotate(&world).await;
    follow(&world).await;
    world.pass(61);
    let mut tab = world.tab_of("mina").await;
    world.sql("delete from keys where signs_from > 0").await;
    follow(&world).await;
    assert_eq!(world.count("select count(*) from keys").await, 4);
    let later = sharing(&world).await;
    later.pass(61);
    let mut there = later.tab();
    there.jar = tab.jar.clone();
    assert_eq!(there.refresh().await.status, 200, "a server that starts afterwards has them");
    assert_eq!(tab.get("/api/me").await.status, 200);
}

async fn a_key_goes_when_nothing_can_be_good_under_it(world: World) {
    const DAY: u64 = 24 * 60 * 60;
    for world in [sharing(&world).await, world] {
        let auth = &world.site.auth;
        let purge = async || {
            let gone = auth.keys.purge(&auth.db, auth.clock.now()).await.unwrap();
            follow(&world).await;
            let held = auth.keys.held().await;
            (gone.len(), held.access.len(), held.refresh.len())
        };
        let mut saved = world.tab();
        let login = json!({"login": "mina", "password": "correct-horse-mina", "save": true});
        assert_eq!(saved.post("/api/session", &login).await.status, 200);
        rotate(&world).await;
        follow(&world).await;
        assert_eq!(purge().await, (0, 2, 2));
        world.pass(60 + 60 * 60);
        assert_eq!(purge().await, (0, 2, 2), "clocks differ");
        world.pass(11 * 60);
        assert_eq!(purge().await, (1, 1, 2));
        world.pass(89 * DAY);
        assert_eq!(saved.stolen().refresh().await.status, 200, "a refresh token that slept under its old key");
        world.pass(277 * DAY);
        assert_eq!(purge().await, (1, 1, 1), "older than any session can be");
        follow(&world).await;
        assert_eq!(auth.keys.held().await.refresh.len(), 1, "and it does not come back");
    }
}

async fn keys_in_the_database_are_worth_nothing_without_the_secret(world: World) {
    // What the world had in its file is taken over, as its owner's tokens are out there.
    let before = world.site.auth.keys.held().await;
    let mut tab = world.tab_of("mina").await;
    let (limits, db) = (Limits::default(), &world.site.auth.db);
    let file = world.data().join("keys.json");
    let with = |byte| Home::Database(Seal::new(&secret(byte)).unwrap(), file.clone());
    let keeper = Keeper::open(with(7), &limits, db, 0).await.unwrap();
    assert!(keeper.held().await == before);
    let mut there = sharing(&world).await.tab();
    there.jar = tab.jar.clone();
    assert_eq!(there.refresh().await.status, 200);

    assert!(matches!(Keeper::open(with(8), &limits, db, 0).await, Err(KeysError::OtherSecret(..))));
    assert!(matches!(Keeper::open(Home::File(file.clone()), &limits, db, 0).await, Err(KeysError::InDatabase)));
    for row in server::store::keys::all(db).await.unwrap() {
        let secrets = before.access.iter().map(|key| &key.secret).chain(before.refresh.iter().map(|key| &key.secret));
        for secret in secrets {
            assert!(!row.sealed.windows(8).any(|bytes| bytes == &secret[..8]));
        }
    }
    // One key under the name of another.
    world.sql("update keys set kid = '9' where kind = 'refresh'").await;
    assert!(matches!(Keeper::open(with(7), &limits, db, 0).await, Err(KeysError::OtherSecret(..))));
    assert!(keeper.look(db, 0).await.is_err() && keeper.held().await == before, "a server that runs keeps what it has");
    assert_eq!(tab.get("/api/me").await.status, 200);
}

async fn the_inspector_shows_the_header_of_the_token_shown(world: World) {
    let mut tab = world.tab_of("mina").await;
    let old = kid(&tab);
    rotate(&world).await;
    follow(&world).await;
    world.pass(61);
    let header = |reply: crate::world::Reply| serde_json::from_str::<Value>(reply.json()["header"].as_str().unwrap()).unwrap();
    assert_eq!(header(tab.get("/api/session").await)["kid"], *old, "not that of the newest key");
    let token = tab.jar[ACCESS].clone();
    let mut native = world.tab();
    native.bearer = Some(token);
    assert_eq!(header(native.send(Method::GET, "/api/session", None).await)["kid"], *old);
}

#[tokio::test]
async fn servers_that_start_at_the_same_moment_agree_on_the_first_keys() {
    let db = Db::open_postgres(&fresh_postgres().await).await.unwrap();
    let (folder, limits) = (tempfile::tempdir().unwrap(), Limits::default());
    let keepers = join_all((0..8).map(|_| {
        let home = Home::Database(Seal::new(&secret(7)).unwrap(), folder.path().join("keys.json"));
        Keeper::open(home, &limits, &db, 0)
    }));
    let keepers: Vec<_> = keepers.await.into_iter().map(Result::unwrap).collect();
    for keeper in &keepers {
        assert!(keeper.held().await == keepers[0].held().await);
    }
}

#[tokio::test]
async fn a_file_that_must_not_be_trusted_is_refused_and_left_alone() {
    let world = World::sqlite().await;
    let (auth, file, limits) = (&world.site.auth, world.data().join("keys.json"), Limits::default());
    let open = || Keeper::open(Home::File(file.clone()), &limits, &auth.db, 0);
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let held = auth.keys.held().await;
    assert_eq!(mode(&file), 0o600);
    assert!(open().await.unwrap().held().await == held, "a second start finds the same keys");
    assert!(held.access[0].secret != held.refresh[0].secret);
    let mut tab = world.tab_of("mina").await;
    let good = fs::read_to_string(&file).unwrap();

    let mut check = async |what: &str| {
        assert!(keys::follow(auth).await.is_err(), "{what}: a server that runs says so");
        assert_eq!(tab.refresh().await.status, 200, "{what}: and goes on with what it has");
    };
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    assert!(matches!(open().await, Err(KeysError::Exposed(..))));
    fs::write(&file, format!("{good}\n")).unwrap();
    check("exposed").await;
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    for text in ["{}", "", &good[..good.len() / 2], r#"{"access":[],"refresh":[]}"#] {
        fs::write(&file, text).unwrap();
        assert!(matches!(open().await, Err(KeysError::Content(..))), "{text}");
        check(text).await;
        assert_eq!(fs::read_to_string(&file).unwrap(), text, "left alone");
    }
    fs::write(&file, good).unwrap();
    keys::follow(auth).await.unwrap();
    // Gone altogether, it is written anew: a restored folder must not log anybody out.
    fs::remove_file(&file).unwrap();
    keys::follow(auth).await.unwrap();
    assert!(open().await.unwrap().held().await == held && mode(&file) == 0o600);
}

#[test]
fn an_operator_lists_and_rotates_without_seeing_a_secret() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str], secret: Option<&str>| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_nightlatch"));
        command.args(arguments).arg("--data").arg(folder.path());
        if let Some(secret) = secret {
            command.env("NIGHTLATCH_KEYS_SECRET", secret);
        }
        let output = command.output().unwrap();
        (output.status.success(), format!("{}{}", String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap()))
    };
    let (fine, first) = run(&["keys", "list"], None);
    assert!(fine && first.lines().count() == 2 && first.lines().all(|line| line.ends_with("signs, from the beginning")), "{first}");
    let (fine, rotated) = run(&["keys", "rotate"], None);
    let lines: Vec<&str> = rotated.lines().collect();
    assert!(fine && lines.len() == 4, "{rotated}");
    assert!(
        lines[0].starts_with("access") && lines[0].contains("signs in ") && lines[1].contains("signs, from the beginning"),
        "{rotated}"
    );
    assert!(lines[2].starts_with("refresh") && lines[2].contains("signs in "), "{rotated}");
    let file: Value = serde_json::from_str(&fs::read_to_string(folder.path().join("keys.json")).unwrap()).unwrap();
    for entry in file["access"].as_array().unwrap().iter().chain(file["refresh"].as_array().unwrap()) {
        assert!(!rotated.contains(entry["secret"].as_str().unwrap()));
    }

    let (one, two) = (secret(1), secret(2));
    let (fine, shared) = run(&["keys", "list"], Some(one.expose()));
    assert!(fine && shared.lines().count() == 4, "those of the file: {shared}");
    // What keeps a server from starting keeps an operator out as well; and this ends, whatever happens.
    let (fine, said) = run(&["keys", "list"], Some(two.expose()));
    assert!(!fine && said.contains("another secret") && said.contains("keys_secret"), "{said}");
    let (fine, said) = run(&["keys", "list"], None);
    assert!(!fine && said.contains("keys_secret_file"), "{said}");
}
