//! Bad input as one list, by both doors: the REST interface, and the forms of the pages. It is refused with a clear answer, what was typed is
//! still there, and nothing is written.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use app::routes::query_value;
use axum::body::Body;
use axum::http::{Method, Request};
use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder};
use serde_json::{Value, json};

use crate::passwords::link;
use crate::posts::{jpeg, posted};
use crate::saved::saved;
use crate::world::{ACCESS, Reply, Tab, World, on_both};

on_both!(
    what_is_no_picture_is_refused,
    no_width_of_a_picture_tells_where_it_was_taken,
    of_what_is_too_large_no_more_is_read_than_must_be,
    words_without_end_are_refused,
    what_is_anothers_is_not_there,
    what_is_no_id_names_nothing,
    a_link_to_a_new_password_is_good_once_for_its_account_in_time,
);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    Rest,
    Form,
}

pub const DOORS: [Door; 2] = [Door::Rest, Door::Form];

/// Everything that people write.
pub async fn written(world: &World) -> [i64; 7] {
    [
        world.count("select count(*) from posts").await,
        world.count("select count(*) from pictures").await,
        world.count("select count(*) from comments").await,
        world.count("select count(*) from accounts").await,
        world.count("select count(*) from sessions where ended_at is null").await,
        world.count("select count(*) from saved_logins where ended_at is null").await,
        world.count("select count(*) from passkeys").await,
    ]
}

const CAPTION: &str = "What I had to say";
const ALT: &str = "What there is to see";

/// A new post whose picture calls itself `name`, and says that it is a `media`.
async fn post(tab: &mut Tab, door: Door, name: &str, media: &str, picture: &[u8]) -> Reply {
    let mut body = Vec::new();
    for (field, words) in [("caption", CAPTION), ("alt", ALT)] {
        body.extend(format!("--edge\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n{words}\r\n").into_bytes());
    }
    let head = format!("--edge\r\nContent-Disposition: form-data; name=\"picture\"; filename=\"{name}\"\r\nContent-Type: {media}\r\n\r\n");
    body.extend(head.into_bytes());
    body.extend(picture);
    body.extend(b"\r\n--edge--\r\n");
    let path = if door == Door::Rest { "/api/posts" } else { "/new" };
    tab.bytes(Method::POST, path, Some(("multipart/form-data; boundary=edge", body))).await
}

/// 422 with the field and its message; on a page, in the summary above the form, with what was typed.
pub fn refused(door: Door, reply: &Reply, field: &str, message: &str, typed: &[&str]) {
    assert_eq!(reply.status, 422, "{door:?} {message}: {:.300}", reply.text);
    if door == Door::Rest {
        assert_eq!(reply.code(), "invalid_fields");
        let fault = &reply.json()["fields"][0];
        assert_eq!((&fault["name"], &fault["message"]), (&json!(field), &json!(message)));
    } else {
        assert!(reply.text.contains("<title>Error: ") && reply.text.contains("id=\"problem\""), "{}", reply.text);
        assert!(reply.text.contains(&format!("<a href=\"#{field}\" rel=\"external\">{message}</a>")), "{message}: {}", reply.text);
        for words in typed {
            assert!(reply.text.contains(words), "{words:.40} is lost");
        }
    }
}

/// A PNG whose head promises other sides than its data has.
fn png(width: u32, height: u32) -> Vec<u8> {
    let mut png = Vec::new();
    PngEncoder::new(&mut png).write_image(&[0; 4], 2, 2, ExtendedColorType::L8).unwrap();
    png[16..20].copy_from_slice(&width.to_be_bytes());
    png[20..24].copy_from_slice(&height.to_be_bytes());
    // CRC-32 of PNG (W3C PNG §D).
    let step = |crc: u32| if crc & 1 == 1 { 0xedb8_8320 ^ (crc >> 1) } else { crc >> 1 };
    let sum = !png[12..29].iter().fold(!0_u32, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), |crc, _| step(crc)));
    png[29..33].copy_from_slice(&sum.to_be_bytes());
    png
}

async fn what_is_no_picture_is_refused(world: World) {
    const SVG: &[u8] = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";
    let mut tab = world.tab_of("mina").await;
    let (before, whole) = (written(&world).await, jpeg(200, 200));
    let garbage = [&png(2, 2)[..33], &b"garbage ".repeat(40)[..]].concat();
    let none = "Choose a JPEG, PNG or WebP picture.";
    let bomb = "This picture has 50 megapixels. The limit is 40.";
    for (name, media, picture, message) in [
        ("text.jpg", "image/jpeg", &b"Dear diary"[..], none),
        ("half.jpg", "image/jpeg", &whole[..whole.len() / 2], none),
        ("garbage.png", "image/png", &garbage, none),
        ("smaller.png", "image/png", &png(20, 20), none),
        // The head is looked at before the data, of which there is next to none.
        ("bomb.png", "image/png", &png(10_000, 5_000), bomb),
        ("drawing.svg", "image/svg+xml", SVG, none),
        ("drawing.png", "image/png", SVG, none),
        ("empty.jpg", "image/jpeg", b"", "Choose a picture."),
    ] {
        for door in DOORS {
            refused(door, &post(&mut tab, door, name, media, picture).await, "picture", message, &[CAPTION, ALT]);
        }
    }
    assert_eq!(written(&world).await, before);
    assert_eq!(std::fs::read_dir(world.data().join("pictures")).unwrap().count(), 0);
}

async fn no_width_of_a_picture_tells_where_it_was_taken(world: World) {
    let mut tab = world.tab_of("mina").await;
    let picture = jpeg(1000, 40);
    let exif = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x88\x25\0\x04\0\0\0\x01\0\0\0\x1a\0\0\0\0GPSLatitude 48.2082";
    let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
    let upload = [&picture[..2], b"\xff\xe1", &length, exif, &picture[2..]].concat();
    for door in DOORS {
        let reply = post(&mut tab, door, "tower.jpg", "image/jpeg", &upload).await;
        let id = match door {
            Door::Rest => reply.json()["post_id"].as_str().unwrap().to_owned(),
            Door::Form => reply.header("location").unwrap()[3..].to_owned(),
        };
        let post = tab.get(&format!("/api/posts/{id}")).await.json();
        let widths: Vec<_> = post["srcset"].as_str().unwrap().split(", ").map(|part| part.split(' ').next().unwrap()).collect();
        assert_eq!(widths.len(), 3);
        for url in widths {
            let served = world.tab().get(url).await;
            assert!(served.status == 200 && image::load_from_memory(&served.bytes).is_ok());
            assert!(["Exif", "GPS", "48.2082"].iter().all(|word| !served.text.contains(word)), "{door:?} {url}");
        }
    }
}

/// A request that goes on and on, and how many pieces of 64 KiB were taken from it.
async fn endless(world: &World, path: &str, access: &str, said: Option<usize>) -> (Reply, usize) {
    const PIECES: usize = 2000;
    let taken = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&taken);
    let head = "--edge\r\nContent-Disposition: form-data; name=\"picture\"; filename=\"p\"\r\n\r\n".as_bytes().to_vec();
    let pieces = (0..PIECES).map(move |at| {
        count.fetch_add(1, Ordering::Relaxed);
        Ok::<_, std::io::Error>(if at == 0 { head.clone() } else { vec![0xff; 64 << 10] })
    });
    let mut request = Request::post(path)
        .header("sec-fetch-site", "same-origin")
        .header("cookie", format!("{ACCESS}={access}"))
        .header("content-type", "multipart/form-data; boundary=edge");
    if let Some(said) = said {
        request = request.header("content-length", said);
    }
    let reply = world.raw(request.body(Body::from_stream(futures::stream::iter(pieces))).unwrap()).await;
    (reply, taken.load(Ordering::Relaxed))
}

async fn of_what_is_too_large_no_more_is_read_than_must_be(world: World) {
    let tab = world.tab_of("mina").await;
    let before = written(&world).await;
    // A program that says how much is coming is answered before any of it has come.
    let (reply, taken) = endless(&world, "/api/posts", &tab.jar[ACCESS], Some(30 << 20)).await;
    assert_eq!((reply.status.as_u16(), reply.code(), taken), (413, "too_large".into(), 0));
    assert_eq!(reply.json()["fields"][0]["message"], "This picture is 30 MB. The limit is 8 MB.");
    // Whoever is not logged in has nothing read, whatever they say.
    for (path, status) in [("/api/posts", 401), ("/new", 303)] {
        let (reply, taken) = endless(&world, path, "garbage", None).await;
        assert_eq!((reply.status.as_u16(), taken), (status, 0), "{path}");
    }
    // What does not say so, or comes from a browser, which shows no answer before it has sent everything, is read up to 40 MB.
    for path in ["/api/posts", "/new"] {
        let (reply, taken) = endless(&world, path, &tab.jar[ACCESS], None).await;
        assert_eq!(reply.status, 413, "{path}: {}", reply.text);
        assert!((639..660).contains(&taken), "{path}: {taken} pieces");
        let told = if path == "/new" { "too large" } else { "This picture is too large. The limit is 8 MB." };
        assert!(reply.text.contains(told), "{path}: {}", reply.text);
    }
    // A browser's is told how large it is, with the words that came along.
    let mut tab = tab;
    let reply = post(&mut tab, Door::Form, "large.jpg", "image/jpeg", &vec![0xff; (30 << 20) - 1000]).await;
    refused(Door::Form, &reply, "picture", "This picture is 30 MB. The limit is 8 MB.", &[CAPTION, ALT]);
    assert_eq!(written(&world).await, before);
}

pub fn here(post: &Value) -> String {
    format!("/p/{}", post["post_id"].as_str().unwrap().replace('-', ""))
}

pub fn there(post: &Value) -> String {
    format!("/api/posts/{}", post["post_id"].as_str().unwrap())
}

async fn words_without_end_are_refused(world: World) {
    let mut tab = world.tab_of("mina").await;
    let picture = jpeg(40, 50);
    let plain = tab.multipart("/api/posts", &[("picture", &picture)]).await.json();
    let session = tab.get("/api/me").await.json()["session_id"].as_str().unwrap().to_owned();
    let (before, long) = (written(&world).await, "x".repeat(1 << 20));
    // Beside a picture, a megabyte of words is read, and told which field it was.
    for (caption, alt, field, message) in
        [(&*long, ALT, "caption", "Use 2,200 characters at most"), (CAPTION, &*long, "alt", "Use 1,000 characters at most")]
    {
        for (door, path) in [(Door::Rest, "/api/posts"), (Door::Form, "/new")] {
            let fields = [("picture", &picture[..]), ("caption", caption.as_bytes()), ("alt", alt.as_bytes())];
            let kept = if field == "alt" { CAPTION } else { ALT };
            refused(door, &tab.multipart(path, &fields).await, field, message, &[kept, "xxxxxxxxxx"]);
        }
    }
    // Anything else of that size is no form of ours. A little too long is told by the field.
    let (api, page) = (there(&plain), here(&plain));
    for (method, path, name) in [
        (Method::POST, format!("{api}/comments"), "content"),
        (Method::PATCH, api.clone(), "alt"),
        (Method::PATCH, format!("/api/sessions/{session}"), "name"),
        (Method::PUT, "/api/me/profile".into(), "bio"),
    ] {
        let reply = tab.json(method, &path, &json!({(name): long})).await;
        assert_eq!((reply.status.as_u16(), reply.code()), (413, "too_large".into()), "{path}");
    }
    for (path, name) in [
        (format!("{page}/comments"), "content"),
        (format!("{page}/description"), "alt"),
        ("/settings/security/sessions".into(), "name"),
        ("/settings/profile".into(), "bio"),
    ] {
        let reply = tab.form(&path, &format!("{name}={long}")).await;
        assert!(reply.status == 413 && reply.header("content-type").unwrap().starts_with("text/html"), "{path}: {:.200}", reply.text);
        assert!(reply.text.contains("too large"), "{path}: {}", reply.text);
    }
    let little = "y".repeat(2201);
    for (rest, form, method, name, message) in [
        (format!("{api}/comments"), format!("{page}/comments"), Method::POST, "content", "Use 500 characters at most"),
        (api, format!("{page}/description"), Method::PATCH, "alt", "Use 1,000 characters at most"),
    ] {
        refused(Door::Rest, &tab.json(method, &rest, &json!({(name): little})).await, name, message, &[]);
        refused(Door::Form, &tab.form(&form, &format!("{name}={little}")).await, name, message, &[&little]);
    }
    assert_eq!(written(&world).await, before);
    assert_eq!(tab.get(&there(&plain)).await.json(), plain);
}

/// Each call that names something: by its method and path, and what it sends. `{}` stands for the id.
const CALLS: [(Method, &str, &str); 13] = [
    (Method::PATCH, "/api/posts/{post}", r#"{"alt":"Mine"}"#),
    (Method::DELETE, "/api/posts/{post}", "{}"),
    (Method::DELETE, "/api/comments/{comment}", "{}"),
    (Method::DELETE, "/api/sessions/{session}", "{}"),
    (Method::PATCH, "/api/sessions/{session}", r#"{"name":"Mine"}"#),
    (Method::PATCH, "/api/passkeys/{passkey}", r#"{"name":"Mine"}"#),
    (Method::DELETE, "/api/passkeys/{passkey}", r#"{"password":"correct-horse-rover"}"#),
    (Method::POST, "/api/activity/{event}", r#"{"mine":true}"#),
    (Method::POST, "/api/saved/{saved}/session", "{}"),
    (Method::PATCH, "/api/saved/{saved}", r#"{"ask_password":true}"#),
    (Method::DELETE, "/api/saved/{saved}", "{}"),
    (Method::PUT, "/api/posts/{none}/like", "{}"),
    (Method::POST, "/api/posts/{none}/comments", r#"{"content":"Hello"}"#),
];

/// The same by the forms.
const FORMS: [(&str, &str); 13] = [
    ("/p/{post}/description", "alt=Mine"),
    ("/p/{post}/delete", ""),
    ("/p/{none}/like", "on=true"),
    ("/p/{none}/comments", "content=Hello"),
    ("/p/{post}/comments/{comment}/delete", ""),
    ("/settings/security/sessions", "deed=end&id={session}"),
    ("/settings/security/sessions", "deed=call&name=Mine&id={session}"),
    ("/settings/security/sessions", "deed=answer&mine=yes&id={event}"),
    ("/settings/security/passkeys", "do=rename&name=Mine&passkey_id={passkey}"),
    ("/settings/security/passkeys", "do=remove&password=correct-horse-rover&passkey_id={passkey}"),
    ("/login/saved", "deed=remove&id={saved}"),
    ("/settings/security/saved", "deed=ask&id={saved}"),
    ("/settings/security/saved", "deed=remove&id={saved}"),
];

const KINDS: [&str; 7] = ["{post}", "{comment}", "{session}", "{passkey}", "{event}", "{saved}", "{none}"];

/// Every call and every form with these ids, as each status and what it was for.
async fn tried(tab: &mut Tab, ids: &[&str; 7]) -> Vec<(u16, String)> {
    let fill = |text: &str| KINDS.iter().zip(ids).fold(text.to_owned(), |text, (kind, id)| text.replace(kind, id));
    let mut replies = Vec::new();
    for (method, path, body) in CALLS {
        let path = fill(path);
        let reply = tab.send(method.clone(), &path, Some(("application/json", body.to_owned()))).await;
        replies.push((reply.status.as_u16(), format!("{method} {path:.100}")));
    }
    for (path, body) in FORMS {
        let (path, body) = (fill(path), fill(body));
        let reply = tab.form(&path, &body).await;
        replies.push((reply.status.as_u16(), format!("{path:.100} {body:.100}")));
    }
    replies
}

async fn what_is_anothers_is_not_there(world: World) {
    let mut mina = saved(&world, "mina").await;
    let post = posted(&mut mina, "Mine").await;
    let comment = mina.post(&format!("{}/comments", there(&post)), &json!({"content": "Mine as well"})).await.json();
    let mut phone = crate::authenticator::Authenticator::new(1);
    let options = mina.post("/api/passkeys/creation", &json!({"password": "correct-horse-mina"})).await.json();
    let passkey = mina.post("/api/passkeys", &json!({"name": "Phone", "credential": phone.create(&options)})).await.json();
    // A log-in from somewhere else asks its question.
    world.pass(60);
    world.tab_of("mina").await;
    let events = mina.get("/api/activity").await.json();
    let saved_id = crate::saved::id(&mut mina, "mina").await;
    let session = mina.get("/api/me").await.json()["session_id"].clone();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let none = "00000000-0000-0000-0000-000000000001";
    let ids = [
        &*text(&post["post_id"]),
        &text(&comment["comment_id"]),
        &text(&session),
        &text(&passkey["passkey_id"]),
        &text(&events[0]["event_id"]),
        &saved_id,
        none,
    ];

    let mut rover = saved(&world, "rover").await;
    let before = written(&world).await;
    for (status, what) in tried(&mut rover, &ids).await {
        assert_eq!(status, 404, "{what}");
    }
    assert_eq!(written(&world).await, before);
    assert_eq!(mina.get(&there(&post)).await.json()["alt"], post["alt"]);
    let events_after = mina.get("/api/activity").await.json();
    assert_eq!(events_after[0]["event_id"], events[0]["event_id"], "no answer was given in her name");
    assert_eq!(mina.get("/api/passkeys").await.json()[0]["name"], "Phone");
    assert_eq!(world.count("select count(*) from sessions where label is not null").await, 0);
    assert_eq!(world.count("select count(*) from saved_logins where ask_password").await, 0);
}

async fn what_is_no_id_names_nothing(world: World) {
    let mut tab = saved(&world, "mina").await;
    let mut admin = world.tab_of("admin").await;
    let before = written(&world).await;
    let long = "a".repeat(4000);
    for id in ["nonsense", "0", "-1", "%00", "%ff", "%0d%0aSet-Cookie:x=1", "..%2f..%2fetc", "%27%20or%201=1--", "%E2%80%AE", &long] {
        for (status, what) in tried(&mut tab, &[id; 7]).await {
            assert!([400, 404].contains(&status), "{status}: {what}");
        }
        // What is read, or opened by its address.
        for path in
            ["/api/posts/{}", "/api/users/{}", "/u/{}", "/p/{}", "/api/posts/{}/comments", "/pictures/{}", "/reset/{}", "/nowhere/{}"]
        {
            let reply = tab.get(&path.replace("{}", id)).await;
            assert!([400, 404].contains(&reply.status.as_u16()), "{}: {path} {id:.40}", reply.status);
        }
        for path in [
            "/p/{}/like",
            "/p/{}/comments",
            "/p/{}/comments/{}/delete",
            "/u/{}/follow",
            "/login/saved?remove={}",
            "/login/saved?removed={}",
        ] {
            let reply = tab.get(&path.replace("{}", id)).await;
            let location = reply.header("location").unwrap_or("/");
            assert!(reply.status.as_u16() < 500 && app::routes::local_target(location).is_some(), "{}: {path} {id:.40}", reply.status);
            assert!(!reply.headers.contains_key("set-cookie"), "{path} {id:.40}");
        }
        for path in [
            "/?after={}",
            "/api/feed?after={}",
            "/u/mina?after={}",
            "/api/users/mina?after={}",
            "/api/activity?before={}",
            "/api/activity?topic={}",
        ] {
            let reply = tab.get(&path.replace("{}", id)).await;
            assert!(reply.status.as_u16() < 500, "{}: {path} {id:.40}", reply.status);
        }
        for (method, path, body) in [
            (Method::PATCH, "/api/admin/accounts/{}", json!({"disabled": true})),
            (Method::DELETE, "/api/admin/accounts/{}/sessions", json!({})),
            (Method::GET, "/admin/accounts/{}", json!({})),
            (Method::PUT, "/api/users/{}/follow", json!({})),
        ] {
            let reply = admin.json(method, &path.replace("{}", id), &body).await;
            assert!([400, 404].contains(&reply.status.as_u16()), "{}: {path} {id:.40}", reply.status);
        }
        assert!([400, 404].contains(&admin.form(&format!("/admin/accounts/{id}"), "deed=disabled").await.status.as_u16()), "{id:.40}");
        assert!([400, 404].contains(&admin.form(&format!("/u/{id}/follow"), "on=true").await.status.as_u16()), "{id:.40}");
    }
    assert_eq!(written(&world).await, before);
}

async fn a_link_to_a_new_password_is_good_once_for_its_account_in_time(world: World) {
    const NEW: &str = "lantern copper sofa";
    let reset = async |tab: &mut Tab, door: Door, token: &str, new: &str| match door {
        Door::Rest => tab.post("/api/password/reset", &json!({"token": token, "new": new})).await,
        Door::Form => tab.form(&format!("/reset/{token}"), &format!("new={}", query_value(new))).await,
    };
    let log_in = async |name: &str, password: &str| {
        world.tab().post("/api/session", &json!({"login": name, "password": password})).await.status.as_u16()
    };
    let spent = |door: Door, reply: &Reply, what: &str| match door {
        Door::Rest => assert_eq!((reply.status.as_u16(), &reply.json()["fields"][0]["name"]), (422, &json!("token")), "{what}"),
        Door::Form => assert!(reply.status == 404 && !reply.text.contains("name=\"new\""), "{what}: {}", reply.status),
    };
    let mut password = "correct-horse-mina".to_owned();
    for door in DOORS {
        let (first, second) = (link(&world).await, link(&world).await);
        // It is looked at who asked for it, and not who shows it.
        let mut rover = world.tab_of("rover").await;
        spent(door, &reset(&mut rover, door, &first, NEW).await, "a newer one was asked for");
        let mine = format!("{NEW} by {door:?}");
        let named = match door {
            Door::Rest => rover.post("/api/password/reset", &json!({"token": second, "new": mine, "username": "rover"})).await,
            Door::Form => rover.form(&format!("/reset/{second}"), &format!("new={}&username=rover", query_value(&mine))).await,
        };
        if door == Door::Rest {
            assert_eq!(named.status, 400, "nothing says for whom but the link");
            assert_eq!(reset(&mut rover, door, &second, &mine).await.status, 204);
        } else {
            assert_eq!(named.header("location"), Some("/login?why=password"), "the name is for password managers");
        }
        assert_eq!((log_in("rover", "correct-horse-rover").await, log_in("rover", &mine).await), (200, 401), "{door:?}");
        assert_eq!((log_in("mina", &password).await, log_in("mina", &mine).await), (401, 200), "{door:?}");
        password = mine;
        spent(door, &reset(&mut world.tab(), door, &second, "another copper sofa").await, "it was used");
        let third = link(&world).await;
        world.pass(60 * 60);
        spent(door, &reset(&mut world.tab(), door, &third, NEW).await, "an hour is over");
        let fourth = link(&world).await;
        let garbled = format!("{}{}", if fourth.starts_with('A') { "B" } else { "A" }, &fourth[1..]);
        for none in [&*garbled, &fourth[..42], &format!("{fourth}A"), "nonsense", "%00", "%E2%80%AE"] {
            spent(door, &reset(&mut world.tab(), door, none, NEW).await, none);
        }
        assert_eq!(log_in("mina", &password).await, 200, "{door:?}");
        // Mails about the same account are few in an hour.
        world.pass(60 * 60);
    }
}
