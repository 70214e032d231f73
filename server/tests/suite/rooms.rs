//! Who may import whom. A rule that is no test is a wish.

use std::fs;
use std::path::{Path, PathBuf};

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

/// Lines of code that hold `word`, as `room: line`; comments and tests aside.
fn lines_with(folder: &str, word: &str) -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(folder).canonicalize().unwrap();
    let mut found = Vec::new();
    for file in files(&root) {
        let text = fs::read_to_string(&file).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap();
        let room = file.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
        for line in code.lines().filter(|line| line.contains(word) && !line.trim_start().starts_with("//")) {
            found.push((room.clone(), line.to_owned()));
        }
    }
    found
}

fn only_in(folder: &str, word: &str, rooms: &[&str]) {
    let strangers: Vec<_> =
        lines_with(folder, word).into_iter().filter(|(room, _)| !rooms.iter().any(|allowed| room.starts_with(allowed))).collect();
    assert!(strangers.is_empty(), "`{word}` belongs to {rooms:?} alone: {strangers:?}");
}

#[test]
fn one_room_for_each_kind_of_outside() {
    only_in("server/src", "sqlx", &["store"]);
    only_in("server/src", "std::env::", &["config.rs"]);
    only_in("server/src", "SystemTime", &["clock.rs", "main.rs"]);
    only_in("server/src", "SET_COOKIE", &["http/cookies.rs", "http/guard.rs"]);
    only_in("server/src", "lettre", &["mail.rs", "lib.rs"]);
    only_in("frontend/src", "reqwasm", &["http.rs"]);
    only_in("frontend/src", "gloo_storage", &["storage"]);
    only_in("server/src", "object_store::", &["feed/pictures.rs"]);
    only_in("server/src", "image::", &["feed/prepare.rs"]);
    only_in("native/src", "reqwest::", &["http.rs", "site.rs"]);
    only_in("native/src", "keyring::", &["store/key_store.rs"]);
    only_in("native/src", "chacha20poly1305", &["store/sealed.rs"]);
    only_in("native/src", "std::env::", &["environment.rs"]);
    only_in("native/src", "stdin()", &["environment.rs"]);
    only_in("native/src", "SystemTime", &["clock.rs"]);
    // What becomes of a token, the engine decides.
    only_in("native/src", ".access", &[]);
    only_in("native/src", ".refresh", &[]);
}

#[test]
fn rooms_import_downwards_only() {
    for (room, forbidden) in [
        ("model", &["crate::store", "crate::auth", "crate::feed", "crate::http", "crate::site"][..]),
        ("store", &["crate::auth", "crate::feed", "crate::http", "crate::site"]),
        ("auth", &["crate::feed", "crate::http", "crate::site", "crate::jobs"]),
        ("feed", &["crate::http", "crate::site", "crate::jobs"]),
        ("auth", &["crate::mail"]),
        ("mail", &["crate::http", "crate::site", "crate::jobs"]),
        ("jobs", &["crate::http", "crate::site"]),
    ] {
        for word in forbidden {
            let upward: Vec<_> = lines_with("server/src", word).into_iter().filter(|(file, _)| file.starts_with(room)).collect();
            assert!(upward.is_empty(), "{room} must not know {word}: {upward:?}");
        }
    }
}

#[test]
fn the_app_knows_no_outside() {
    for word in ["cfg(feature", "cfg(target", "sqlx", "axum", "reqwasm", "gloo", "js_sys", "wasm_bindgen", "reqwest", "keyring", "tokio"] {
        only_in("app/src", word, &[]);
    }
    for (room, word) in
        [("wire", "crate::session"), ("wire", "crate::ui"), ("session", "crate::ui"), ("ui", "session::ports"), ("ui", "session::engine")]
    {
        let wrong: Vec<_> = lines_with("app/src", word).into_iter().filter(|(file, _)| file.starts_with(room)).collect();
        assert!(wrong.is_empty(), "{wrong:?}");
    }
}
