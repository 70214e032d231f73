//! Passkeys, with an authenticator made of software.

use axum::http::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::authenticator::Authenticator;
use crate::factor::{PASSWORD, enrol};
use crate::saved::{id, remove, saved};
use crate::world::{ACCESS, REFRESH, Reply, Tab, World, on_both};

on_both!(
    a_passkey_logs_in_to_every_storage,
    a_passkey_counts_as_both_factors,
    a_challenge_is_answered_once_in_time_and_by_its_browser,
    what_does_not_hold_is_refused,
    a_count_that_goes_back_is_refused_and_noted,
    of_two_copies_at_the_same_moment_one_gets_in,
    adding_one_asks_for_the_password_and_answers_its_own_challenge,
    nobody_touches_anothers_passkeys,
    a_passkey_is_renamed_and_removed,
    a_disabled_account_has_no_passkeys,
    the_row_of_a_saved_account_takes_its_own_passkeys,
    what_a_row_opens_lives_where_the_saved_login_says,
    whoever_does_not_hold_the_key_learns_nothing_of_passkeys,
    an_account_has_twenty_and_no_more,
    a_session_that_adds_one_has_shown_both_factors,
    answers_to_challenges_have_to_wait,
);

async fn add(tab: &mut Tab, authenticator: &mut Authenticator, name: &str) -> Value {
    add_with(tab, authenticator, name, PASSWORD).await
}

async fn add_with(tab: &mut Tab, authenticator: &mut Authenticator, name: &str, password: &str) -> Value {
    let options = tab.post("/api/passkeys/creation", &json!({"password": password})).await;
    assert_eq!(options.status, 200, "{}", options.text);
    let options = options.json();
    assert_eq!(options["authenticatorSelection"]["residentKey"], "required");
    assert_eq!(options["authenticatorSelection"]["userVerification"], "required");
    assert_eq!(options["rp"]["id"], "localhost");
    let reply = tab.post("/api/passkeys", &json!({"name": name, "credential": authenticator.create(&options)})).await;
    assert_eq!(reply.status, 201, "{}", reply.text);
    reply.json()
}

async fn enter(tab: &mut Tab, authenticator: &mut Authenticator) -> Reply {
    let options = tab.post("/api/passkeys/challenge", &json!({})).await;
    assert_eq!(options.status, 200, "{}", options.text);
    answer(tab, &authenticator.get(&options.json())).await
}

async fn answer(tab: &mut Tab, credential: &Value) -> Reply {
    tab.post("/api/session/passkey", &json!({"credential": credential})).await
}

/// A challenge from the row of a saved account.
async fn challenge_of(tab: &mut Tab, saved: &str) -> Reply {
    tab.post(&format!("/api/saved/{saved}/challenge"), &json!({})).await
}

fn refused(reply: &Reply) {
    assert_eq!((reply.status.as_u16(), reply.code()), (401, "invalid_passkey".into()));
    assert!(reply.cookie(ACCESS).is_none() && reply.cookie(REFRESH).is_none());
}

async fn a_passkey_logs_in_to_every_storage(world: World) {
    let mut phone = Authenticator::new(1);
    let key = add(&mut world.tab_of("mina").await, &mut phone, "  Phone\n").await;
    assert_eq!((&key["name"], &key["last_used_at"]), (&json!("Phone"), &Value::Null));
    for storage in ["cookie", "hybrid", "local", "session", "memory"] {
        let mut tab = world.tab();
        let options = tab.post("/api/passkeys/challenge", &json!({})).await.json();
        assert_eq!((&options["userVerification"], &options["allowCredentials"]), (&json!("required"), &json!([])), "it names nobody");
        let form = json!({"credential": phone.get(&options), "storage": storage, "save": true});
        let reply = tab.post("/api/session/passkey", &form).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        let grant = reply.json();
        assert_eq!((&grant["storage"], &grant["saved"], &grant["viewer"]["username"]), (&json!(storage), &json!(true), &json!("mina")));
        assert_eq!(grant["refresh"].is_string(), !matches!(storage, "cookie" | "hybrid"), "{storage}");
        tab.bearer = grant["access"].as_str().map(str::to_owned);
        assert_eq!(tab.get("/api/passkeys").await.json()[0]["name"], "Phone");
    }
}

async fn a_passkey_counts_as_both_factors(world: World) {
    let (mut tab, mut phone) = (world.tab_of("mina").await, Authenticator::new(1));
    add(&mut tab, &mut phone, "").await;
    enrol(&world, &mut tab, PASSWORD).await;
    let mut other = world.tab();
    assert_eq!(enter(&mut other, &mut phone).await.status, 200);
    assert_eq!(other.get("/api/factor").await.json()["strong"], true);
}

async fn a_challenge_is_answered_once_in_time_and_by_its_browser(world: World) {
    let mut phone = Authenticator::new(1);
    add(&mut world.tab_of("mina").await, &mut phone, "").await;

    let mut tab = world.tab();
    let options = tab.post("/api/passkeys/challenge", &json!({})).await.json();
    let credential = phone.get(&options);
    refused(&answer(&mut world.tab(), &credential).await);
    let tries = futures::future::join_all((0..3).map(|_| {
        let mut tab = tab.stolen();
        let credential = credential.clone();
        async move { answer(&mut tab, &credential).await.status.as_u16() }
    }));
    assert_eq!(tries.await.iter().filter(|status| **status == 200).count(), 1);
    refused(&answer(&mut tab, &credential).await);

    let options = tab.post("/api/passkeys/challenge", &json!({})).await.json();
    world.pass(5 * 60);
    refused(&answer(&mut tab, &phone.get(&options)).await);
    let made_up = json!({"challenge": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"});
    refused(&answer(&mut tab, &phone.get(&made_up)).await);
    server::jobs::purge_once(&world.site.auth).await.unwrap();
    assert_eq!(world.count("select count(*) from ceremonies").await, 0, "what nobody may answer is removed");
}

async fn what_does_not_hold_is_refused(world: World) {
    let phone = Authenticator::new(1);
    let mut tab = world.tab_of("mina").await;
    let mut phone = {
        let mut phone = phone;
        add(&mut tab, &mut phone, "").await;
        phone
    };
    add(&mut tab, &mut Authenticator::new(9), "").await;
    let rover: Uuid = world.tab_of("rover").await.get("/api/me").await.json()["account_id"].as_str().unwrap().parse().unwrap();
    let mut forgers: Vec<(&str, Authenticator)> = Vec::new();
    let mut bent = |what, bend: &dyn Fn(&mut Authenticator)| {
        let mut forger = phone.clone();
        bend(&mut forger);
        forgers.push((what, forger));
    };
    bent("another site", &|forger| forger.origin = "https://evil.example".into());
    bent("another port", &|forger| forger.origin = "http://localhost:3001".into());
    bent("another domain", &|forger| forger.domain = "evil.example".into());
    bent("its owner was not verified", &|forger| forger.verifies_its_owner = false);
    bent("another user", &|forger| forger.user = rover.into_bytes().to_vec());
    bent("nobody", &|forger| forger.user = vec![7; 16]);
    bent("no user", &|forger| forger.user = Vec::new());
    bent("an unknown passkey", &|forger| forger.handle = vec![8; 16]);
    bent("another passkey of the same user", &|forger| forger.handle = vec![9; 16]);
    bent("another key", &|forger| {
        *forger = Authenticator { handle: forger.handle.clone(), user: forger.user.clone(), ..Authenticator::new(3) };
    });
    for (what, mut forger) in forgers {
        let reply = enter(&mut world.tab(), &mut forger).await;
        assert_eq!(reply.status, 401, "{what}");
        refused(&reply);
    }
    assert_eq!(world.count("select count(*) from events where kind = 'passkey_unknown'").await, 2);
    assert_eq!(enter(&mut world.tab(), &mut phone).await.status, 200);
    // An answer to a registration is none to a log-in, and noise is no answer.
    let mut other = world.tab();
    let options = other.post("/api/passkeys/challenge", &json!({})).await.json();
    let mut wrong = options.clone();
    wrong["user"] = json!({"id": "AAAA"});
    assert_eq!(answer(&mut other, &phone.clone().create(&wrong)).await.status, 400);
    assert_eq!(answer(&mut other, &json!("noise")).await.status, 400);
}

async fn a_count_that_goes_back_is_refused_and_noted(world: World) {
    let mut key = Authenticator { count: 5, ..Authenticator::new(1) };
    add(&mut world.tab_of("mina").await, &mut key, "").await;
    let mut copy = key.clone();
    assert_eq!(enter(&mut world.tab(), &mut key).await.status, 200);
    assert_eq!(enter(&mut world.tab(), &mut key).await.status, 200);
    refused(&enter(&mut world.tab(), &mut copy).await);
    assert_eq!(world.count("select count(*) from events where kind = 'passkey_copied'").await, 1);
    assert_eq!(world.count("select count(*) from mails where subject = 'A passkey was refused'").await, 1);
    assert_eq!(enter(&mut world.tab(), &mut key).await.status, 200);
}

async fn of_two_copies_at_the_same_moment_one_gets_in(world: World) {
    let mut key = Authenticator { count: 5, ..Authenticator::new(1) };
    add(&mut world.tab_of("mina").await, &mut key, "").await;
    let tries = futures::future::join_all((0..4).map(|_| {
        let (mut tab, mut key) = (world.tab(), key.clone());
        async move { enter(&mut tab, &mut key).await.status.as_u16() }
    }));
    assert_eq!(tries.await.iter().filter(|status| **status == 200).count(), 1);
}

async fn adding_one_asks_for_the_password_and_answers_its_own_challenge(world: World) {
    let mut tab = world.tab_of("mina").await;
    let wrong = tab.post("/api/passkeys/creation", &json!({"password": "wrong"})).await;
    assert_eq!(wrong.code(), "invalid_credentials");
    let options = tab.post("/api/passkeys/creation", &json!({"password": PASSWORD})).await.json();
    let credential = Authenticator::new(1).create(&options);
    let form = json!({"credential": credential});
    refused(&world.tab_of("rover").await.post("/api/passkeys", &form).await);
    refused(&world.tab_of("mina").await.post("/api/passkeys", &form).await);
    assert_eq!(tab.post("/api/passkeys", &form).await.status, 201);
    refused(&tab.post("/api/passkeys", &form).await);

    // An authenticator's passkey belongs to one account, and a second one on it is not asked for.
    let options = tab.post("/api/passkeys/creation", &json!({"password": PASSWORD})).await.json();
    assert_eq!(options["excludeCredentials"].as_array().unwrap().len(), 1);
    refused(&tab.post("/api/passkeys", &json!({"credential": Authenticator::new(1).create(&options)})).await);
    let options = tab.post("/api/passkeys/creation", &json!({"password": PASSWORD})).await.json();
    let mut unverified = Authenticator { verifies_its_owner: false, ..Authenticator::new(2) };
    refused(&tab.post("/api/passkeys", &json!({"credential": unverified.create(&options)})).await);
    assert_eq!(tab.get("/api/passkeys").await.json().as_array().unwrap().len(), 1);
}

async fn nobody_touches_anothers_passkeys(world: World) {
    let key = add(&mut world.tab_of("mina").await, &mut Authenticator::new(1), "Phone").await;
    let path = format!("/api/passkeys/{}", key["passkey_id"].as_str().unwrap());
    let mut rover = world.tab_of("rover").await;
    assert_eq!(rover.json(Method::PATCH, &path, &json!({"name": "mine"})).await.status, 404);
    assert_eq!(rover.json(Method::DELETE, &path, &json!({"password": "correct-horse-rover"})).await.status, 404);
    assert_eq!(rover.get("/api/passkeys").await.json(), json!([]));
    assert_eq!(world.count("select count(*) from passkeys where name = 'Phone'").await, 1);
}

async fn a_passkey_is_renamed_and_removed(world: World) {
    let (mut tab, mut phone) = (world.tab_of("mina").await, Authenticator::new(1));
    let key = add(&mut tab, &mut phone, "Phone").await;
    let path = format!("/api/passkeys/{}", key["passkey_id"].as_str().unwrap());
    assert_eq!(tab.json(Method::PATCH, &path, &json!({"name": "Old phone"})).await.status, 204);
    world.pass(60);
    enter(&mut world.tab(), &mut phone).await;
    let listed = tab.get("/api/passkeys").await.json();
    assert_eq!((&listed[0]["name"], &listed[0]["last_used_at"]), (&json!("Old phone"), &json!(1_800_000_060_000_i64)));
    assert_eq!(tab.json(Method::DELETE, &path, &json!({"password": "wrong"})).await.code(), "invalid_credentials");
    assert_eq!(tab.json(Method::DELETE, &path, &json!({"password": PASSWORD})).await.status, 204);
    refused(&enter(&mut world.tab(), &mut phone).await);
    assert_eq!(tab.json(Method::DELETE, "/api/passkeys/1", &json!({"password": PASSWORD})).await.status, 404);
}

async fn a_disabled_account_has_no_passkeys(world: World) {
    let mut phone = Authenticator::new(1);
    add(&mut world.tab_of("mina").await, &mut phone, "").await;
    world.sql("update accounts set disabled_at = 1 where username = 'mina'").await;
    refused(&enter(&mut world.tab(), &mut phone).await);
}

async fn the_row_of_a_saved_account_takes_its_own_passkeys(world: World) {
    let (mut phone, mut rovers) = (Authenticator::new(1), Authenticator::new(2));
    let mut tab = saved(&world, "mina").await;
    add(&mut tab, &mut phone, "").await;
    add(&mut tab, &mut Authenticator::new(3), "").await;
    add_with(&mut world.tab_of("rover").await, &mut rovers, "", "correct-horse-rover").await;
    tab.log_out().await;
    let mina = id(&mut tab, "mina").await;

    let options = challenge_of(&mut tab, &mina).await.json();
    let mut offered: Vec<&str> = options["allowCredentials"].as_array().unwrap().iter().map(|key| key["id"].as_str().unwrap()).collect();
    offered.sort_unstable();
    assert_eq!(offered, ["AQEBAQEBAQEBAQEBAQEBAQ", "AwMDAwMDAwMDAwMDAwMDAw"]);
    assert_eq!((&options["userVerification"], &options["rpId"]), (&json!("required"), &json!("localhost")));

    // An authenticator that takes no notice of them, one that nobody knows, one that lies about its user: all the same.
    let mut liar = Authenticator { user: phone.user.clone(), ..rovers.clone() };
    let mut unknown = Authenticator { user: phone.user.clone(), ..Authenticator::new(4) };
    let mut confused = Authenticator { user: rovers.user.clone(), ..phone.clone() };
    for other in [&mut rovers, &mut liar, &mut unknown, &mut confused] {
        let options = challenge_of(&mut tab, &mina).await.json();
        let reply = answer(&mut tab, &other.get(&options)).await;
        refused(&reply);
        assert_eq!(reply.json()["title"], "That passkey does not belong to this account. Use one that does, or log in with the password.");
    }
    assert_eq!(world.count("select count(*) from events where kind = 'passkey_unknown'").await, 4);
    assert_eq!(world.count("select count(distinct account_id) from events where kind = 'passkey_unknown'").await, 1);
    // It is checked like any other, and answered once.
    let options = challenge_of(&mut tab, &mina).await.json();
    let mut unverified = Authenticator { verifies_its_owner: false, ..phone.clone() };
    refused(&answer(&mut tab, &unverified.get(&options)).await);
    refused(&answer(&mut tab, &phone.get(&options)).await);

    // One that was told which passkeys will do need not say whose they are.
    let options = challenge_of(&mut tab, &mina).await.json();
    let mut credential = phone.get(&options);
    credential["response"]["userHandle"] = Value::Null;
    refused(&answer(&mut world.tab(), &credential).await);
    let reply = answer(&mut tab, &credential).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    assert_eq!((&reply.json()["viewer"]["username"], &reply.json()["saved"]), (&json!("mina"), &json!(true)));
    assert_eq!(enter(&mut world.tab(), &mut rovers).await.json()["viewer"]["username"], "rover", "the form below takes anybody's");
}

async fn what_a_row_opens_lives_where_the_saved_login_says(world: World) {
    let mut phone = Authenticator::new(1);
    add(&mut world.tab_of("mina").await, &mut phone, "").await;
    for storage in ["cookie", "hybrid", "local"] {
        let mut tab = world.tab();
        let form = json!({"login": "mina", "password": PASSWORD, "storage": storage, "save": true});
        let grant = tab.post("/api/session", &form).await.json();
        assert_eq!(tab.json(Method::DELETE, "/api/session", &json!({"refresh": grant["refresh"]})).await.status, 204);
        let mina = id(&mut tab, "mina").await;
        let options = challenge_of(&mut tab, &mina).await.json();
        // Whatever the form below it says.
        for said in ["memory", "cookie"] {
            let mut tab = tab.stolen();
            let options = if said == "cookie" { challenge_of(&mut tab, &mina).await.json() } else { options.clone() };
            let form = json!({"credential": phone.get(&options), "storage": said, "save": false});
            let grant = tab.post("/api/session/passkey", &form).await.json();
            assert_eq!((&grant["storage"], &grant["saved"]), (&json!(storage), &json!(true)), "{said}");
        }
    }
}

async fn whoever_does_not_hold_the_key_learns_nothing_of_passkeys(world: World) {
    let mut tab = saved(&world, "mina").await;
    let mina = id(&mut tab, "mina").await;
    let mut rover = saved(&world, "rover").await;
    let shape = |reply: Reply| {
        assert!(reply.sets_no_cookie());
        let mut problem = reply.json();
        problem["request_id"] = Value::Null;
        (reply.status.as_u16(), problem)
    };
    // Somebody without a cookie, somebody with another one's, the owner without it.
    let ask = async || {
        let mut said = Vec::new();
        for tab in [&mut world.tab(), &mut rover.stolen(), &mut world.tab_of("mina").await] {
            said.push(shape(challenge_of(tab, &mina).await));
        }
        said
    };
    let without = ask().await;
    assert!(without.iter().all(|(status, _)| *status == 404), "{without:?}");
    let reply = challenge_of(&mut tab, &mina).await;
    refused(&reply);
    assert_eq!(reply.json()["title"], "This account has no passkey. Log in with the password.");
    add(&mut tab, &mut Authenticator::new(1), "").await;
    assert_eq!(ask().await, without, "the same as where there is none");
    assert_eq!(challenge_of(&mut tab, &mina).await.status, 200);

    // A key that is spent opens nothing, and asks nobody.
    let spent = tab.stolen();
    tab.log_out().await;
    remove(&mut tab, &mina).await;
    assert_eq!(challenge_of(&mut spent.stolen(), &mina).await.status, 404);
    world.sql("update accounts set disabled_at = 1 where username = 'rover'").await;
    let rovers = id(&mut rover, "rover").await;
    assert_eq!(challenge_of(&mut rover, &rovers).await.code(), "session_ended");
}

async fn an_account_has_twenty_and_no_more(world: World) {
    let mut tab = world.tab_of("mina").await;
    for number in 1..20 {
        add(&mut tab, &mut Authenticator::new(number), "").await;
    }
    // Two challenges are asked for while there is room for one more.
    let mut challenges = Vec::new();
    for _ in 0..2 {
        challenges.push(tab.post("/api/passkeys/creation", &json!({"password": PASSWORD})).await.json());
    }
    let answer = |number: u8, options: &Value| json!({"credential": Authenticator::new(number).create(options)});
    assert_eq!(tab.post("/api/passkeys", &answer(20, &challenges[0])).await.status, 201);
    let full = tab.post("/api/passkeys", &answer(21, &challenges[1])).await;
    let asked = tab.post("/api/passkeys/creation", &json!({"password": PASSWORD})).await;
    let message = "You have as many passkeys as there is room for. Remove one first.";
    for reply in [full, asked] {
        assert_eq!((reply.status.as_u16(), reply.code(), &reply.json()["title"]), (422, "invalid_fields".into(), &json!(message)));
    }
    let page = tab.form("/settings/security/passkeys", &format!("do=begin&password={PASSWORD}")).await;
    assert!(page.status == 422 && page.text.contains(message), "{}: {}", page.status, page.text);
    assert_eq!(world.count("select count(*) from passkeys").await, 20);
    // Somebody else's are not counted.
    let rover = json!({"password": "correct-horse-rover"});
    assert_eq!(world.tab_of("rover").await.post("/api/passkeys/creation", &rover).await.status, 200);
}

async fn a_session_that_adds_one_has_shown_both_factors(world: World) {
    let (mut tab, mut other) = (world.tab_of("mina").await, world.tab_of("mina").await);
    let strong = async |tab: &mut Tab| tab.get("/api/factor").await.json()["strong"].clone();
    assert_eq!(strong(&mut tab).await, json!(false));
    add(&mut tab, &mut Authenticator::new(1), "").await;
    assert_eq!((strong(&mut tab).await, strong(&mut other).await), (json!(true), json!(false)));
}

async fn answers_to_challenges_have_to_wait(world: World) {
    // Made up, so that no challenge is asked for, which would be counted itself.
    let credential = Authenticator { user: vec![7; 16], ..Authenticator::new(1) }.get(&json!({"challenge": "A".repeat(43)}));
    let mut statuses = Vec::new();
    for _ in 0..102 {
        statuses.push(answer(&mut world.tab(), &credential).await.status.as_u16());
    }
    assert_eq!((statuses[0], statuses[101]), (401, 429));
}
