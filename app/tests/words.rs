//! A view holds no text of its own: every word that a person reads is in `ui/text`, where another language can take its place.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "in a test, that is how it fails")]

use std::fs;
use std::path::{Path, PathBuf};

/// Attributes and properties that people see or hear.
const SPOKEN: [&str; 9] = ["aria-label", "alt", "title", "placeholder", "label", "busy", "text", "page", "content"];

fn files(place: &Path) -> Vec<PathBuf> {
    if place.is_file() {
        return vec![place.to_owned()];
    }
    let inside = fs::read_dir(place).unwrap().flat_map(|entry| files(&entry.unwrap().path()));
    inside.filter(|file| file.extension().is_some_and(|extension| extension == "rs")).collect()
}

/// A string literal: what stands before and after it in its file, and what it says.
struct Literal<'a> {
    before: &'a str,
    said: &'a str,
    after: &'a str,
}

/// Those of a file, comments and tests aside. A view has none with quotes in them.
fn literals(code: &str) -> Vec<Literal<'_>> {
    let code = code.split("#[cfg(test)]").next().unwrap();
    let (mut found, mut at) = (Vec::new(), 0);
    while let Some(next) = code[at..].find(['"', '/']).map(|next| at + next) {
        let rest = &code[next..];
        if rest.starts_with("//") {
            at = next + rest.find('\n').unwrap_or(rest.len());
        } else if rest.starts_with('"') {
            let end = next + 1 + code[next + 1..].find('"').expect("a literal ends");
            found.push(Literal { before: code[..next].trim_end(), said: &code[next + 1..end], after: code[end + 1..].trim_start() });
            at = end + 1;
        } else {
            at = next + 1;
        }
    }
    found
}

/// Whether a person would read it.
fn is_text(literal: &Literal<'_>) -> bool {
    let Literal { before, said, after } = literal;
    // Not a selector, either.
    if !said.chars().any(char::is_alphabetic) || said.starts_with('.') {
        return false;
    }
    // `class="card stack"`, `key == "Escape"`.
    if let Some(name) = before.strip_suffix('=') {
        let name = name.rsplit(|c: char| !(c.is_alphanumeric() || c == '-')).next().unwrap_or_default();
        return SPOKEN.contains(&name) && said.chars().any(char::is_uppercase);
    }
    let opened = before.ends_with('>') && !before.ends_with("=>") && !before.ends_with("->");
    let capital = said.chars().zip(said.chars().skip(1)).any(|(one, next)| one.is_uppercase() && next.is_lowercase());
    let is_word = |word: &&str| word.chars().zip(word.chars().skip(1)).any(|(one, next)| one.is_alphabetic() && next.is_alphabetic());
    let words = said.split_whitespace().filter(is_word).count();
    opened || after.starts_with('<') || ((capital || words > 2) && !said.contains(['<', '/']))
}

fn texts_in(place: &str, excused: &[&str]) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    for file in files(&root.join(place)) {
        let code = fs::read_to_string(&file).unwrap();
        for literal in literals(&code).iter().filter(|literal| is_text(literal)) {
            if !excused.iter().any(|excuse| literal.before.ends_with(excuse)) {
                found.push(format!("{}: {:?}", file.strip_prefix(root).unwrap_or(&file).display(), literal.said));
            }
        }
    }
    found
}

#[test]
fn views_hold_no_text_of_their_own() {
    for place in
        ["src/ui/document", "src/ui/lab", "src/ui/lab.rs", "src/ui/page", "src/ui/part", "src/ui.rs", "src/ui/frame.rs", "src/shell.rs"]
    {
        let found = texts_in(place, &[]);
        assert!(found.is_empty(), "these belong into `ui/text`: {found:#?}");
    }
}

#[test]
fn neither_do_the_handlers_of_pages() {
    // For the log, and never shown.
    let found = texts_in("../server/src/http/pages", &["Error::Broken("]);
    assert!(found.is_empty(), "these belong into `ui/text`: {found:#?}");
}

#[test]
fn a_text_is_known_by_where_it_stands() {
    let text = |code: &str| literals(code).iter().any(is_text);
    for code in [
        r#"<p>"left"</p>"#,
        r#"<b>{name}</b> " from this browser""#,
        r#"<p> "Log in" </p>"#,
        r#"<nav aria-label="Site">"#,
        r#"Field { label: "Password", ..Field::default() }"#,
        r#"Submission::new("log you in", None)"#,
        r#"{if on { "On: one tap is not enough." } else { "" }}"#,
        r#"let name = match topic { Topic::All => "Everything" };"#,
        r#"["Saved ", &ago].concat()"#,
    ] {
        assert!(text(code), "{code}");
    }
    for code in [
        r#"<p class="card stack" data-more="">{words::TITLE}</p>"#,
        r#"notice("warn", words::FEW)"#,
        r#"["@", &username, " · "].concat()"#,
        r#"// "Was this you?""#,
        r#"view! { <svg><path d="M4 11 12 4l8 7v9h-5v-6H9v6H4z" /></svg> }"#,
        r#"if ev.key() == "Escape" { }"#,
        r#"[page::LOG_IN, "?add=1&login=", &name].concat()"#,
    ] {
        assert!(!text(code), "{code}");
    }
}
