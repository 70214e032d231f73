//! Posts, their pictures, likes, and whose they are.

use std::path::Path;

use axum::http::Method;
use futures::future::join_all;
use image::codecs::jpeg::JpegEncoder;
use image::{ExtendedColorType, Rgb, RgbImage};
use serde_json::{Value, json};

use crate::world::{Reply, Tab, World, on_both};

on_both!(
    a_post_is_there_for_those_who_follow,
    a_post_that_is_sent_again_is_there_once,
    where_a_picture_was_taken_is_not_kept,
    what_is_no_picture_is_refused,
    a_picture_that_is_too_large_is_refused_and_told_how_large,
    words_that_cannot_be_kept_are_refused_with_their_field,
    a_form_that_cannot_be_read_is_refused,
    a_post_goes_with_everything_that_hangs_on_it,
    somebody_elses_is_not_there,
    a_picture_without_a_post_is_swept_away,
    a_like_is_counted_once,
    a_post_is_public_and_what_one_does_with_it_is_not,
    a_comment_is_removed_by_who_wrote_it,
    a_post_is_a_page,
    forms_do_without_scripts_what_the_app_does,
    a_description_is_added_by_who_posted_it,
    without_scripts_a_description_is_added_on_the_page,
    a_switch_that_the_app_turns_answers_with_nothing,
    a_form_that_was_refused_comes_back_with_what_was_typed,
    who_is_not_logged_in_is_led_there_and_back,
);

/// A picture, small.
pub fn jpeg(width: u32, height: u32) -> Vec<u8> {
    let picture = RgbImage::from_fn(width, height, |x, y| Rgb([x as u8, y as u8, 90]));
    let mut file = Vec::new();
    JpegEncoder::new(&mut file).encode(&picture, width, height, ExtendedColorType::Rgb8).unwrap();
    file
}

async fn upload(tab: &mut Tab, picture: &[u8], caption: &str) -> Reply {
    tab.multipart("/api/posts", &[("picture", picture), ("caption", caption.as_bytes()), ("alt", b"A gradient")]).await
}

/// A new post of a tab.
pub async fn posted(tab: &mut Tab, caption: &str) -> Value {
    let reply = upload(tab, &jpeg(40, 50), caption).await;
    assert_eq!(reply.status, 201, "{}", reply.text);
    reply.json()
}

fn path(post: &Value) -> String {
    format!("/api/posts/{}", post["post_id"].as_str().unwrap())
}

fn files(data: &Path) -> usize {
    std::fs::read_dir(data.join("pictures")).unwrap().count()
}

fn fault(reply: &Reply) -> (u16, String) {
    (reply.status.as_u16(), reply.json()["fields"][0]["message"].as_str().unwrap_or_default().to_owned())
}

async fn a_post_is_there_for_those_who_follow(world: World) {
    let (mut mina, mut rover) = (world.tab_of("mina").await, world.tab_of("rover").await);
    let reply = upload(&mut mina, &jpeg(1000, 500), " A new lamp.\r\nLit. ").await;
    assert_eq!(reply.status, 201, "{}", reply.text);
    let post = reply.json();
    assert_eq!((&post["caption"], &post["alt"], &post["username"]), (&json!("A new lamp.\nLit."), &json!("A gradient"), &json!("mina")));
    assert_eq!((&post["width"], &post["height"]), (&json!(1000), &json!(500)));
    assert_eq!(mina.get(&path(&post)).await.json(), post);
    assert_eq!(rover.get("/api/feed").await.json()["items"][0], post);
    // Each width is there, is a JPEG of that width, and is for ever.
    let srcset = post["srcset"].as_str().unwrap();
    let mut widths = Vec::new();
    for part in srcset.split(", ") {
        let (url, width) = part.rsplit_once(' ').unwrap();
        let reply = world.tab().get(url).await;
        assert_eq!((reply.status.as_u16(), reply.header("content-type")), (200, Some("image/jpeg")));
        assert!(reply.header("cache-control").unwrap().contains("immutable"));
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
        let picture = image::load_from_memory(&reply.bytes).unwrap();
        assert_eq!(format!("{}w", picture.width()), width);
        assert_eq!(picture.height(), picture.width() / 2);
        widths.push(picture.width());
    }
    assert_eq!(widths, [480, 960, 1000]);
    assert!(srcset.contains(post["picture"].as_str().unwrap()));
}

async fn a_post_that_is_sent_again_is_there_once(world: World) {
    let mut tab = world.tab_of("mina").await.with_header("idempotency-key", "k1");
    let picture = jpeg(40, 50);
    let before = world.count("select count(*) from posts").await;
    let first = upload(&mut tab, &picture, "Once").await;
    let replies = join_all((0..4).map(|_| {
        let (mut tab, picture) = (tab.stolen(), picture.clone());
        async move { upload(&mut tab, &picture, "Once").await }
    }))
    .await;
    assert!(replies.iter().all(|reply| reply.status == 201 && reply.json() == first.json()), "{replies:?}");
    assert_eq!(world.count("select count(*) from posts").await, before + 1);
    assert_eq!(upload(&mut tab, &picture, "Twice").await.code(), "invalid_fields", "the key of another request");
    assert_eq!(upload(&mut tab, &jpeg(41, 50), "Once").await.code(), "invalid_fields", "with another picture");
}

async fn where_a_picture_was_taken_is_not_kept(world: World) {
    let mut tab = world.tab_of("mina").await;
    let picture = jpeg(40, 50);
    let exif = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x88\x25\0\x04\0\0\0\x01\0\0\0\x1a\0\0\0\0GPSLatitude 48.2082";
    let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
    let upload_with = [&picture[..2], b"\xff\xe1", &length, exif, &picture[2..], b"<script>alert(1)</script>"].concat();
    let reply = upload(&mut tab, &upload_with, "").await;
    assert_eq!(reply.status, 201, "{}", reply.text);
    let served = world.tab().get(reply.json()["picture"].as_str().unwrap()).await;
    assert!(served.status == 200 && !served.text.contains("GPS") && !served.text.contains("48.2") && !served.text.contains("script"));
    for file in std::fs::read_dir(world.data().join("pictures")).unwrap() {
        let kept = std::fs::read(file.unwrap().path()).unwrap();
        assert!(!String::from_utf8_lossy(&kept).contains("GPS"), "not even on the disk");
    }
}

async fn what_is_no_picture_is_refused(world: World) {
    let mut tab = world.tab_of("mina").await;
    let whole = jpeg(200, 200);
    let before = world.count("select count(*) from pictures").await;
    for (name, picture) in [
        ("a text", &b"hello"[..]),
        ("an svg with a script", b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>"),
        ("html that begins like a jpeg", b"\xff\xd8\xff\xe0\0\x10JFIF\0<html><script>alert(1)</script>\xff\xd9"),
        ("half a jpeg", &whole[..whole.len() / 2]),
    ] {
        let reply = upload(&mut tab, picture, "").await;
        assert_eq!(fault(&reply), (422, "Choose a JPEG, PNG or WebP picture.".into()), "{name}");
        assert_eq!(reply.json()["fields"][0]["name"], "picture");
    }
    assert_eq!(fault(&upload(&mut tab, b"", "").await), (422, "Choose a picture.".into()));
    let reply = tab.multipart("/api/posts", &[("caption", b"Words alone")]).await;
    assert_eq!(fault(&reply), (422, "Choose a picture.".into()));
    // A head that promises 50 megapixels.
    let mut bomb = jpeg(16, 16);
    let frame = bomb.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap();
    bomb[frame + 5..frame + 9].copy_from_slice(&[0x13, 0x88, 0x27, 0x10]);
    assert_eq!(fault(&upload(&mut tab, &bomb, "").await), (422, "This picture has 50 megapixels. The limit is 40.".into()));
    assert_eq!(world.count("select count(*) from pictures").await, before, "nothing of it is kept");
    assert_eq!(files(world.data()), 0);
}

async fn a_picture_that_is_too_large_is_refused_and_told_how_large(world: World) {
    let mut tab = world.tab_of("mina").await;
    for (size, told) in [(14 << 20, "This picture is 14 MB. The limit is 8 MB."), (30 << 20, "This picture is 30 MB. The limit is 8 MB.")] {
        let picture = vec![0xff; size - 1000];
        let reply = upload(&mut tab, &picture, "").await;
        assert_eq!((reply.code(), fault(&reply)), ("too_large".into(), (413, told.into())));
    }
    // Who does not say how much is coming is refused when it has come.
    let mut body = b"--edge\r\nContent-Disposition: form-data; name=\"picture\"; filename=\"p\"\r\n\r\n".to_vec();
    body.resize(9 << 20, 0xff);
    body.extend(b"\r\n--edge--\r\n");
    let stream = axum::body::Body::from_stream(futures::stream::iter(
        body.chunks(1 << 16).map(|chunk| Ok::<_, std::io::Error>(chunk.to_vec())).collect::<Vec<_>>(),
    ));
    let request = axum::http::Request::post("/api/posts")
        .header("authorization", format!("Bearer {}", tab.jar[crate::world::ACCESS]))
        .header("content-type", "multipart/form-data; boundary=edge")
        .body(stream)
        .unwrap();
    let reply = world.raw(request).await;
    assert_eq!(fault(&reply), (413, "This picture is 9 MB. The limit is 8 MB.".into()));
    // Before it is known who asks, nothing is read at all.
    assert_eq!(upload(&mut world.tab(), &vec![0xff; 9 << 20], "").await.code(), "unauthenticated");
}

async fn words_that_cannot_be_kept_are_refused_with_their_field(world: World) {
    let mut tab = world.tab_of("mina").await;
    let picture = jpeg(40, 50);
    for (caption, alt, name, message) in [
        ("x".repeat(1 << 20), String::new(), "caption", "Use 2,200 characters at most"),
        ("x".repeat(2201), String::new(), "caption", "Use 2,200 characters at most"),
        ("nul \0".into(), String::new(), "caption", "Use letters, signs and line breaks only"),
        (String::new(), "x".repeat(1001), "alt", "Use 1,000 characters at most"),
        (String::new(), "bell \u{7}".into(), "alt", "Use letters, signs and line breaks only"),
    ] {
        let reply = tab.multipart("/api/posts", &[("picture", &picture), ("caption", caption.as_bytes()), ("alt", alt.as_bytes())]).await;
        assert_eq!((fault(&reply), &reply.json()["fields"][0]["name"]), ((422, message.into()), &json!(name)), "{caption:.20} {alt:.20}");
    }
    // Everything that is wrong is said at once.
    let reply = upload(&mut tab, b"", &"x".repeat(2201)).await;
    assert_eq!(reply.json()["fields"].as_array().unwrap().len(), 2);
    // Marks that turn the direction are words like others: the page keeps them apart from what stands beside them.
    assert_eq!(posted(&mut tab, "left \u{202e}right").await["caption"], "left \u{202e}right");
}

async fn a_form_that_cannot_be_read_is_refused(world: World) {
    let mut tab = world.tab_of("mina").await;
    let picture = jpeg(40, 50);
    assert_eq!(tab.post("/api/posts", &json!({"caption": "x"})).await.code(), "unsupported_media_type");
    let reply = tab.send(Method::POST, "/api/posts", Some(("multipart/form-data", "x".into()))).await;
    assert_eq!(reply.code(), "malformed_request", "no boundary");
    let reply = tab.send(Method::POST, "/api/posts", Some(("multipart/form-data; boundary=edge", "--edge\r\nnonsense".into()))).await;
    assert_eq!(reply.code(), "malformed_request", "no end");
    for fields in [
        &[("picture", &picture[..]), ("account_id", b"x")][..],
        &[("picture", &picture[..]), ("caption", b"one"), ("caption", b"two")],
        &[("picture", &picture[..]), ("caption", b"\xff\xfe")],
    ] {
        assert_eq!(tab.multipart("/api/posts", fields).await.code(), "malformed_request");
    }
    assert_eq!(files(world.data()), 0);
}

async fn a_post_goes_with_everything_that_hangs_on_it(world: World) {
    let (mut mina, mut rover) = (world.tab_of("mina").await, world.tab_of("rover").await);
    let post = posted(&mut mina, "For a while").await;
    rover.post(&format!("{}/comments", path(&post)), &json!({"content": "Nice"})).await;
    rover.json(Method::PUT, &format!("{}/like", path(&post)), &json!({})).await;
    assert_eq!((files(world.data()), world.count("select count(*) from comments").await), (1, 1));
    let (likes, pictures) = (world.count("select count(*) from likes").await, world.count("select count(*) from pictures").await);
    assert_eq!(mina.json(Method::DELETE, &path(&post), &json!({})).await.status, 204);
    assert_eq!(mina.json(Method::DELETE, &path(&post), &json!({})).await.code(), "not_found", "it is gone");
    assert_eq!(rover.get(&path(&post)).await.code(), "not_found");
    assert_eq!(world.tab().get(post["picture"].as_str().unwrap()).await.code(), "not_found");
    assert_eq!((files(world.data()), world.count("select count(*) from comments").await), (0, 0));
    assert_eq!(world.count("select count(*) from likes").await, likes - 1);
    assert_eq!(world.count("select count(*) from pictures").await, pictures - 1);
}

async fn somebody_elses_is_not_there(world: World) {
    let (mut mina, mut rover) = (world.tab_of("mina").await, world.tab_of("rover").await);
    let post = posted(&mut mina, "Mine").await;
    assert_eq!(rover.json(Method::DELETE, &path(&post), &json!({})).await.code(), "not_found");
    let mut admin = world.tab_of("admin").await;
    assert_eq!(admin.json(Method::DELETE, &path(&post), &json!({})).await.code(), "not_found");
    assert_eq!(mina.get(&path(&post)).await.status, 200, "it is still there");
    for nowhere in ["/api/posts/nonsense", "/api/posts/00000000-0000-0000-0000-000000000001"] {
        for (method, path) in [
            (Method::GET, nowhere.to_owned()),
            (Method::DELETE, nowhere.to_owned()),
            (Method::PUT, format!("{nowhere}/like")),
            (Method::DELETE, format!("{nowhere}/like")),
        ] {
            assert_eq!(mina.json(method.clone(), &path, &json!({})).await.code(), "not_found", "{method} {path}");
        }
    }
    world.sql("update accounts set disabled_at = 1 where username = 'mina'").await;
    assert_eq!(rover.get(&path(&post)).await.code(), "not_found", "of an account that is disabled");
    let feed = rover.get("/api/feed").await.json();
    assert!(feed["items"].as_array().unwrap().iter().all(|post| post["username"] != "mina"));
}

async fn a_picture_without_a_post_is_swept_away(world: World) {
    let mut tab = world.tab_of("mina").await;
    let kept = posted(&mut tab, "Stays").await;
    let lost = posted(&mut tab, "Goes").await;
    // As if the server had ended between the picture and the post.
    world.sql("delete from posts where caption = 'Goes'").await;
    let sweep =
        async || server::feed::posting::sweep(&world.site.auth.db, &world.site.pictures, world.site.auth.clock.now()).await.unwrap();
    world.pass(60);
    assert_eq!(sweep().await, 0, "a request may still be at it");
    world.pass(60 * 60);
    assert_eq!((sweep().await, sweep().await), (1, 0));
    assert_eq!(world.tab().get(lost["picture"].as_str().unwrap()).await.code(), "not_found");
    assert_eq!(world.tab().get(kept["picture"].as_str().unwrap()).await.status, 200);
    assert_eq!(files(world.data()), 1);
}

async fn a_like_is_counted_once(world: World) {
    let (mut mina, mut rover) = (world.tab_of("mina").await, world.tab_of("rover").await);
    let post = path(&posted(&mut mina, "To be liked").await);
    let like = format!("{post}/like");
    for _ in 0..2 {
        assert_eq!(rover.json(Method::PUT, &like, &json!({})).await.json(), json!({"likes": 1, "liked": true}));
    }
    assert_eq!(mina.json(Method::PUT, &like, &json!({})).await.json(), json!({"likes": 2, "liked": true}));
    for _ in 0..2 {
        assert_eq!(rover.json(Method::DELETE, &like, &json!({})).await.json(), json!({"likes": 1, "liked": false}));
    }
    let seen = async |tab: &mut Tab| {
        let post = tab.get("/api/feed").await.json()["items"][0].clone();
        (post["likes"].as_i64().unwrap(), post["liked"].as_bool().unwrap())
    };
    assert_eq!((seen(&mut mina).await, seen(&mut rover).await), ((1, true), (1, false)));
    join_all((0..10).map(|_| {
        let (mut tab, like) = (rover.stolen(), like.clone());
        async move { assert_eq!(tab.json(Method::PUT, &like, &json!({})).await.status, 200) }
    }))
    .await;
    assert_eq!(seen(&mut rover).await, (2, true));
}

async fn a_post_is_public_and_what_one_does_with_it_is_not(world: World) {
    let mut mina = world.tab_of("mina").await;
    let post = posted(&mut mina, "For everybody").await;
    mina.json(Method::PUT, &format!("{}/like", path(&post)), &json!({})).await;
    let mut nobody = world.tab();
    let seen = nobody.get(&path(&post)).await.json();
    assert_eq!((&seen["caption"], &seen["likes"], &seen["liked"]), (&json!("For everybody"), &json!(1), &json!(false)));
    assert_eq!(nobody.get(&format!("{}/comments", path(&post))).await.json(), json!([]));
    for (method, path) in [
        (Method::DELETE, path(&post)),
        (Method::PUT, format!("{}/like", path(&post))),
        (Method::DELETE, format!("{}/like", path(&post))),
        (Method::POST, format!("{}/comments", path(&post))),
        (Method::DELETE, "/api/comments/00000000-0000-0000-0000-000000000001".into()),
    ] {
        assert_eq!(nobody.json(method.clone(), &path, &json!({"content": "x"})).await.code(), "unauthenticated", "{method} {path}");
    }
    // A token that does not hold is not taken for none: its client refreshes, and sees what is its own.
    nobody.bearer = Some("garbage".into());
    assert_eq!(nobody.get(&path(&post)).await.code(), "invalid_token");
    let mut stale = world.tab().with_header("x-account", "00000000-0000-0000-0000-000000000001");
    assert_eq!(stale.get(&path(&post)).await.code(), "unauthenticated");
}

async fn a_comment_is_removed_by_who_wrote_it(world: World) {
    let (mut mina, mut rover) = (world.tab_of("mina").await, world.tab_of("rover").await);
    let comments = format!("{}/comments", path(&posted(&mut mina, "Say something").await));
    let comment = rover.post(&comments, &json!({"content": "Hello"})).await.json();
    let path = format!("/api/comments/{}", comment["comment_id"].as_str().unwrap());
    assert_eq!(mina.get("/api/feed").await.json()["items"][0]["comments"], 1);
    assert_eq!(mina.json(Method::DELETE, &path, &json!({})).await.code(), "not_found", "even under one's own post");
    assert_eq!(rover.json(Method::DELETE, &path, &json!({})).await.status, 204);
    assert_eq!(rover.json(Method::DELETE, &path, &json!({})).await.code(), "not_found");
    assert_eq!(rover.get(&comments).await.json(), json!([]));
    assert_eq!(rover.json(Method::DELETE, "/api/comments/nonsense", &json!({})).await.code(), "not_found");
}

fn page(post: &Value) -> String {
    format!("/p/{}", post["post_id"].as_str().unwrap().replace('-', ""))
}

async fn a_post_is_a_page(world: World) {
    let mut mina = world.tab_of("mina").await;
    let post = posted(&mut mina, "Mind the <b> \u{202e}step").await;
    let comment = json!({"content": "Words\u{202e} of a <script>"});
    mina.post(&format!("{}/comments", path(&post)), &comment).await;
    let own = mina.get(&page(&post)).await;
    let other = world.tab_of("rover").await.get(&page(&post)).await;
    let nobody = world.tab().get(&page(&post)).await;
    for reply in [&own, &other, &nobody] {
        assert_eq!(reply.status, 200);
        assert!(reply.text.contains("<title>Post by Mina"), "{}", reply.text);
        assert!(reply.text.contains("Mind the &lt;b&gt;") && !reply.text.contains("of a <script>"));
        assert!(reply.text.contains("alt=\"A gradient\"") && reply.text.contains("width=\"40\"") && reply.text.contains("height=\"50\""));
        assert_eq!(reply.text.matches("dir=\"auto\"").count(), 2, "what turns the direction ends with what it stands in");
    }
    let has = |reply: &Reply| (reply.text.contains("/delete\""), reply.text.contains("aria-pressed"), reply.text.contains("<textarea"));
    assert_eq!((has(&own), has(&other), has(&nobody)), ((true, true, true), (false, true, true), (false, false, false)));
    assert!(nobody.text.contains(&format!("/login?next={}", page(&post))) && nobody.text.contains(" to like or comment."));
    for gone in ["/p/nonsense", "/p/00000000000000000000000000000001"] {
        let reply = mina.get(gone).await;
        assert!(reply.status == 404 && reply.text.contains("This post does not exist."), "{gone}");
    }
    // Without a description, it says so.
    let reply = mina.multipart("/api/posts", &[("picture", &jpeg(40, 50))]).await;
    assert!(mina.get(&page(&reply.json())).await.text.contains("alt=\"No description\""));
}

async fn a_description_is_added_by_who_posted_it(world: World) {
    let mut tab = world.tab_of("mina").await;
    let post = tab.multipart("/api/posts", &[("picture", &jpeg(40, 50))]).await.json();
    assert_eq!(post["alt"], "");
    let reply = tab.json(Method::PATCH, &path(&post), &json!({"alt": " A fade\nof colours "})).await;
    assert_eq!((reply.status.as_u16(), &reply.json()["alt"]), (200, &json!("A fade of colours")));
    assert_eq!(tab.get(&path(&post)).await.json(), reply.json());
    let reply = tab.json(Method::PATCH, &path(&post), &json!({"alt": "x".repeat(1001)})).await;
    assert_eq!(fault(&reply), (422, "Use 1,000 characters at most".into()));
    assert_eq!(tab.json(Method::PATCH, &path(&post), &json!({"alt": "A", "caption": "B"})).await.status, 400);
    let alt = json!({"alt": "Not mine"});
    assert_eq!(world.tab_of("rover").await.json(Method::PATCH, &path(&post), &alt).await.code(), "not_found", "somebody else's");
    assert_eq!(world.tab().json(Method::PATCH, &path(&post), &alt).await.code(), "unauthenticated");
    assert_eq!(tab.json(Method::PATCH, "/api/posts/nonsense", &alt).await.code(), "not_found");
    assert_eq!(tab.get(&path(&post)).await.json()["alt"], "A fade of colours");
}

async fn without_scripts_a_description_is_added_on_the_page(world: World) {
    let mut tab = world.tab_of("mina").await;
    let post = tab.multipart("/api/posts", &[("picture", &jpeg(40, 50))]).await.json();
    let (here, mut rover) = (page(&post), world.tab_of("rover").await);
    let form = format!("{here}/description");
    assert!(tab.get(&here).await.text.contains(&form) && !rover.get(&here).await.text.contains(&form), "its author is asked");
    for (typed, said) in [("%20", "Write what the picture shows."), (&*"x".repeat(1001), "Use 1,000 characters at most")] {
        let reply = tab.form(&form, &format!("alt={typed}")).await;
        assert!(reply.status == 422 && reply.text.contains(said) && reply.text.contains("<title>Error: Post by Mina"), "{}", reply.text);
        assert!(typed.len() < 9 || reply.text.contains(typed), "what was typed is still there");
        assert_eq!(rover.form(&form, &format!("alt={typed}")).await.status, 404, "somebody else's");
    }
    assert_eq!(rover.form(&form, "alt=Not+mine").await.status, 404);
    let reply = tab.form(&form, "alt=A+fade").await;
    assert_eq!((reply.status.as_u16(), reply.header("location")), (303, Some(&*here)));
    let shown = tab.get(&here).await.text;
    assert!(shown.contains("alt=\"A fade\"") && !shown.contains("No description") && !shown.contains(&form));
    assert_eq!(tab.get(&form).await.header("location"), Some(&*here));
}

async fn forms_do_without_scripts_what_the_app_does(world: World) {
    let mut tab = world.tab_of("mina").await;
    let picture = jpeg(40, 50);
    let reply = tab.multipart("/new", &[("picture", &picture), ("caption", b"One\r\ntwo"), ("alt", b"")]).await;
    assert_eq!(reply.status, 303, "{}", reply.text);
    let here = reply.header("location").unwrap().to_owned();
    let api = |rest: &str| format!("/api/posts/{}{rest}", &here[3..]);
    assert_eq!(tab.get(&api("")).await.json()["caption"], "One\ntwo");

    // The page where it was pressed is come back to, if it is one of ours.
    for (referer, back) in
        [("http://localhost:3000/?after=abc", "/?after=abc"), ("https://evil.example/", &*here), ("http://localhost:3000//evil", &here)]
    {
        let mut tab = tab.stolen().with_header("referer", referer);
        let reply = tab.form(&format!("{here}/like"), "on=true").await;
        assert_eq!((reply.status.as_u16(), reply.header("location")), (303, Some(back)), "{referer}");
    }
    assert_eq!(tab.get(&api("")).await.json()["likes"], 1);
    tab.form(&format!("{here}/like"), "on=false").await;
    assert_eq!(tab.get(&api("")).await.json()["likes"], 0);
    assert_eq!(tab.form(&format!("{here}/like"), "on=perhaps").await.status, 400);

    let reply = tab.form(&format!("{here}/comments"), "content=One%0D%0Atwo").await;
    assert_eq!((reply.status.as_u16(), reply.header("location")), (303, Some(&*format!("{here}#comments"))));
    let comments = tab.get(&api("/comments")).await.json();
    assert_eq!(comments[0]["content"], "One\ntwo");
    let remove = format!("{here}/comments/{}/delete", comments[0]["comment_id"].as_str().unwrap());
    assert_eq!(world.tab_of("rover").await.form(&remove, "").await.status, 404, "somebody else's");
    assert_eq!(tab.form(&remove, "").await.status, 303);
    assert_eq!(tab.get(&api("/comments")).await.json(), json!([]));

    assert_eq!(world.tab_of("rover").await.form(&format!("{here}/delete"), "").await.status, 404, "somebody else's");
    let reply = tab.form(&format!("{here}/delete"), "").await;
    assert_eq!((reply.status.as_u16(), reply.header("location")), (303, Some("/u/mina")));
    assert_eq!(tab.get(&api("")).await.code(), "not_found");
}

async fn a_switch_that_the_app_turns_answers_with_nothing(world: World) {
    let mut tab = world.tab_of("mina").await;
    let account = tab.get("/api/me").await.json()["account_id"].as_str().unwrap().to_owned();
    let post = posted(&mut tab, "").await;
    let mut app = tab.stolen().with_header("x-account", &account);
    for path in [format!("{}/like", page(&post)), "/u/rover/follow".into()] {
        let reply = app.form(&path, "on=true").await;
        assert_eq!((reply.status.as_u16(), &*reply.text), (204, ""), "{path}");
    }
    let reply = app.form("/p/00000000000000000000000000000001/like", "on=true").await;
    assert_eq!(reply.code(), "not_found", "so that it turns back");
    // A form of another site turns nothing.
    let mut other = tab.stolen().with_header("sec-fetch-site", "cross-site");
    assert_eq!(other.form(&format!("{}/like", page(&post)), "on=false").await.status, 403);
    assert_eq!(tab.get(&path(&post)).await.json()["likes"], 1);
}

async fn a_form_that_was_refused_comes_back_with_what_was_typed(world: World) {
    let mut tab = world.tab_of("mina").await;
    let reply = tab.multipart("/new", &[("picture", b"<svg/>"), ("caption", b"A <b>caption"), ("alt", b"An \"alt\" </textarea>")]).await;
    assert_eq!(reply.status, 422);
    assert!(reply.text.contains("<title>Error: New post") && reply.text.contains("id=\"problem\""));
    assert!(reply.text.contains("Choose a JPEG, PNG or WebP picture.") && reply.text.contains("A &lt;b>caption"), "{}", reply.text);
    assert!(reply.text.contains("An \"alt\" &lt;/textarea></textarea>"), "{}", reply.text);
    let reply = tab.multipart("/new", &[("picture", &vec![0xff; (14 << 20) - 1000]), ("caption", b"Kept")]).await;
    assert!(reply.status == 422 && reply.text.contains("This picture is 14 MB. The limit is 8 MB.") && reply.text.contains("Kept"));

    let post = posted(&mut tab, "").await;
    let long = "x".repeat(501);
    let reply = tab.form(&format!("{}/comments", page(&post)), &format!("content={long}")).await;
    assert!(reply.status == 422 && reply.text.contains("Use 500 characters at most") && reply.text.contains(&long));
    assert_eq!(tab.form(&format!("{}/comments", page(&post)), "content=").await.status, 422);
    assert_eq!(world.count("select count(*) from comments").await, 0);
}

async fn who_is_not_logged_in_is_led_there_and_back(world: World) {
    let mut mina = world.tab_of("mina").await;
    let post = posted(&mut mina, "").await;
    let mut nobody = world.tab();
    assert_eq!(nobody.get("/new").await.header("location"), Some("/login?next=/new"));
    for (path, body) in [(format!("{}/like", page(&post)), "on=true"), (format!("{}/comments", page(&post)), "content=x")] {
        let reply = nobody.form(&path, body).await;
        assert_eq!((reply.status.as_u16(), reply.header("location")), (303, Some(&*format!("/login?next={path}"))));
        // After the log-in, that path leads to the post.
        assert_eq!(mina.get(&path).await.header("location"), Some(&*page(&post)));
    }
    let reply = nobody.multipart("/new", &[("picture", b"x")]).await;
    assert_eq!(reply.header("location"), Some("/login?next=/new"));
    assert_eq!(mina.get(&path(&post)).await.json()["likes"], 0);
}
