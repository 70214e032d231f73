//! Signs that nobody sees, and those that turn the direction of what follows: where they may stand, no page is turned around by them.

use axum::http::Method;
use serde_json::json;

use app::routes::query_value;

use crate::authenticator::Authenticator;
use crate::both_doors::{DOORS, Door, here, refused, there, written};
use crate::posts::{jpeg, posted};
use crate::world::{Tab, World, on_both};

on_both!(
    what_names_an_account_has_none_of_them,
    they_are_taken_out_of_what_is_called_by_its_owner,
    they_are_taken_out_of_the_name_of_a_passkey,
    prose_has_no_control_characters,
    a_comment_keeps_those_that_languages_need_and_says_something_else_too,
);

/// Signs that nobody sees, and what they do: turn the text around, hide in it, or end it.
const TURNING: [char; 11] =
    ['\u{202e}', '\u{202a}', '\u{202d}', '\u{2066}', '\u{2067}', '\u{2069}', '\u{200e}', '\u{200f}', '\u{061c}', '\u{202c}', '\u{2068}'];
const HIDDEN: [char; 5] = ['\u{200b}', '\u{200d}', '\u{2060}', '\u{feff}', '\u{ad}'];
const CONTROL: [char; 5] = ['\0', '\u{7}', '\u{1b}', '\u{7f}', '\u{9b}'];

fn all() -> impl Iterator<Item = char> {
    TURNING.into_iter().chain(HIDDEN).chain(CONTROL)
}

/// What a name is that was typed as [`dirty`].
const CLEAN: &str = "Mina";

fn dirty() -> String {
    let hidden: String = all().collect();
    format!("Mi{hidden}na")
}

async fn what_names_an_account_has_none_of_them(world: World) {
    let before = written(&world).await;
    for sign in all() {
        for (username, email, field) in [
            (format!("mi{sign}na"), "new@example.org".to_owned(), "username"),
            ("newcomer".into(), format!("ne{sign}w@example.org"), "email"),
        ] {
            let fields = json!({"username": username, "email": email, "password": "lantern copper sofa"});
            let reply = world.tab().post("/api/accounts", &fields).await;
            assert_eq!((reply.status.as_u16(), &reply.json()["fields"][0]["name"]), (422, &json!(field)), "{sign:?}");
            let form = format!("username={}&email={}&password=lantern+copper+sofa", query_value(&username), query_value(&email));
            let reply = world.tab().form("/signup", &form).await;
            assert!(reply.status == 422 && reply.text.contains(&format!("href=\"#{field}\"")), "{sign:?} {field}: {}", reply.status);
        }
    }
    assert_eq!(written(&world).await, before);
}

/// They stand among words of ours.
async fn they_are_taken_out_of_what_is_called_by_its_owner(world: World) {
    let mut tab = world.tab_of("mina").await;
    let name = dirty();
    let session = tab.get("/api/me").await.json()["session_id"].as_str().unwrap().to_owned();
    let named = async |tab: &mut Tab| {
        let profile = tab.get("/api/users/mina").await.json()["display_name"].clone();
        (profile, tab.get("/api/sessions").await.json()[0]["device"].clone())
    };
    for door in DOORS {
        let statuses = match door {
            Door::Rest => [
                tab.json(Method::PUT, "/api/me/profile", &json!({"display_name": name, "bio": ""})).await.status.as_u16(),
                tab.json(Method::PATCH, &format!("/api/sessions/{session}"), &json!({"name": name})).await.status.as_u16(),
            ],
            Door::Form => [
                tab.form("/settings/profile", &format!("display_name={}&bio=", query_value(&name))).await.status.as_u16(),
                tab.form("/settings/security/sessions", &format!("deed=call&id={session}&name={}", query_value(&name)))
                    .await
                    .status
                    .as_u16(),
            ],
        };
        assert!(statuses.iter().all(|status| [204, 303].contains(status)), "{door:?} {statuses:?}");
        assert_eq!(named(&mut tab).await, (json!(CLEAN), json!(CLEAN)), "{door:?}");
        tab.json(Method::PUT, "/api/me/profile", &json!({"display_name": "Other", "bio": ""})).await;
    }
}

async fn they_are_taken_out_of_the_name_of_a_passkey(world: World) {
    let mut tab = world.tab_of("mina").await;
    let name = dirty();
    let mut phone = Authenticator::new(1);
    let options = tab.post("/api/passkeys/creation", &json!({"password": "correct-horse-mina"})).await.json();
    let key = tab.post("/api/passkeys", &json!({"name": name, "credential": phone.create(&options)})).await.json();
    assert_eq!(key["name"], CLEAN);
    let id = key["passkey_id"].as_str().unwrap();
    assert_eq!(tab.json(Method::PATCH, &format!("/api/passkeys/{id}"), &json!({"name": format!("{name}!")})).await.status, 204);
    assert_eq!(tab.get("/api/passkeys").await.json()[0]["name"], "Mina!");
    let form = format!("do=rename&passkey_id={id}&name={}", query_value(&name));
    assert_eq!(tab.form("/settings/security/passkeys", &form).await.status, 303);
    assert_eq!(tab.get("/api/passkeys").await.json()[0]["name"], CLEAN);
}

async fn prose_has_no_control_characters(world: World) {
    let mut tab = world.tab_of("mina").await;
    let mine = posted(&mut tab, "").await;
    let plain = tab.multipart("/api/posts", &[("picture", &jpeg(40, 50))]).await.json();
    let refusal = "Use letters, signs and line breaks only";
    let picture = jpeg(40, 50);
    for sign in CONTROL {
        let words = format!("one{sign}two");
        for (door, new, comments, described) in [
            (Door::Rest, "/api/posts", format!("{}/comments", there(&mine)), there(&plain)),
            (Door::Form, "/new", format!("{}/comments", here(&mine)), format!("{}/description", here(&plain))),
        ] {
            for field in ["caption", "alt"] {
                let reply = tab.multipart(new, &[("picture", &picture), (field, words.as_bytes())]).await;
                refused(door, &reply, field, refusal, &[]);
            }
            for (path, field, method) in [(&comments, "content", Method::POST), (&described, "alt", Method::PATCH)] {
                let reply = match door {
                    Door::Rest => tab.json(method, path, &json!({(field): words})).await,
                    Door::Form => tab.form(path, &format!("{field}={}", query_value(&words))).await,
                };
                refused(door, &reply, field, refusal, &[]);
            }
        }
    }
}

/// Such signs are words like others, and end with the paragraph that they stand in.
async fn a_comment_keeps_those_that_languages_need_and_says_something_else_too(world: World) {
    let mut tab = world.tab_of("mina").await;
    let mine = posted(&mut tab, "").await;
    let words: String =
        ["Left ".chars().collect::<Vec<_>>(), TURNING.to_vec(), HIDDEN.to_vec(), "right".chars().collect()].concat().iter().collect();
    let comments = format!("{}/comments", there(&mine));
    assert_eq!(tab.post(&comments, &json!({"content": words})).await.status, 201);
    let page = tab.get(&here(&mine)).await.text;
    assert!(page.contains(&format!("<p dir=\"auto\" class=\"said\">{words}</p>")), "{page}");
    for door in DOORS {
        let nothing: String = HIDDEN.into_iter().chain(TURNING).collect();
        let reply = match door {
            Door::Rest => tab.post(&comments, &json!({"content": nothing})).await,
            Door::Form => tab.form(&format!("{}/comments", here(&mine)), &format!("content={}", query_value(&nothing))).await,
        };
        refused(door, &reply, "content", "Write something", &[]);
    }
}
