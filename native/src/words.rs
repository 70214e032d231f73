//! What is said. What comes from the server is made plain first: a terminal obeys control characters.

use app::wire::account::Viewer;
use app::wire::feed::Post;
use app::wire::problem::{Code, Problem};
use app::wire::session::Why;

use crate::site::Site;

/// A name and a password that do not belong together: which of them is wrong is not said.
pub(crate) const WRONG: &str = "username or password is wrong";

/// Why the session is over.
pub(crate) const fn why(why: Why) -> &'static str {
    match why {
        Why::LoggedOut => "you are logged out",
        Why::Elsewhere => "you were logged out from another device",
        Why::Everywhere => "you logged out everywhere",
        Why::Password => "your password was changed, so other devices were logged out: log in with the new password",
        Why::Idle => "you had not been here for a while, so you were logged out: log in again",
        Why::Age => "it has been a long time since you last entered your password: log in again",
        Why::Reuse => {
            "you were logged out for your safety: an old refresh token was used a second time. \
             If you did not expect this, change your password"
        }
        Why::Cleared => "the server does not know this session any more, or another command ended it: log in again",
        Why::Moved => "the session goes on elsewhere",
        Why::Unknown => "your session is over: log in again",
    }
}

/// Nobody is logged in.
pub(crate) fn nobody(site: &Site) -> String {
    format!("you are not logged in at {site}: nightlatch login --server {site}")
}

/// Another command has logged somebody else in meanwhile.
pub(crate) fn switched(name: &str) -> String {
    format!("{} was logged in meanwhile: nothing was done for them, try again", plain(name))
}

/// No answer, and why not as far as that is known.
pub(crate) fn unreachable(site: &Site, fault: Option<String>) -> String {
    let fault = fault.map(|fault| format!(" ({fault})")).unwrap_or_default();
    format!("{site} cannot be reached{fault}")
}

/// A proof that was refused: it names the address that was asked.
pub(crate) fn elsewhere(site: &Site) -> String {
    format!("the server at {site} is public under another address: name that one with --server")
}

/// A request that the server refused.
pub(crate) fn refused(problem: &Problem) -> String {
    match (problem.code, problem.retry_after_ms) {
        (Code::Throttled, Some(ms)) => format!("too many tries: wait {} seconds, then try again", ms.div_ceil(1000)),
        _ => plain(&problem.title),
    }
}

/// "Mina Okafor (mina)".
pub(crate) fn name(viewer: &Viewer) -> String {
    format!("{} ({})", plain(&viewer.display_name), plain(&viewer.username))
}

/// Posts, newest first, as they came.
pub(crate) fn feed(posts: &[Post], now: i64) -> String {
    if posts.is_empty() {
        return "Your feed is quiet. Nobody has posted yet.\n".to_owned();
    }
    posts.iter().map(|post| self::post(post, now)).collect::<Vec<_>>().join("\n")
}

fn post(post: &Post, now: i64) -> String {
    let mut text = format!("{} (@{}), {}\n", plain(&post.display_name), plain(&post.username), ago(now, post.created_at));
    for line in [plain(&post.caption), picture(&post.alt)].iter().filter(|line| !line.is_empty()) {
        text.push_str(&format!("  {line}\n"));
    }
    text
}

fn picture(alt: &str) -> String {
    if alt.is_empty() { String::new() } else { format!("[{}]", plain(alt)) }
}

/// "4 hours ago". What lies ahead, by a clock that is a little off, is "just now".
fn ago(now: i64, then: i64) -> String {
    const MINUTE: i64 = 60_000;
    let minutes = now.saturating_sub(then) / MINUTE;
    let (count, unit) = match minutes {
        ..1 => return "just now".to_owned(),
        1..60 => (minutes, "minute"),
        60..1440 => (minutes / 60, "hour"),
        _ => (minutes / 1440, "day"),
    };
    format!("{count} {unit}{} ago", if count == 1 { "" } else { "s" })
}

/// One line without anything that a terminal obeys, and without what turns the direction of writing.
fn plain(text: &str) -> String {
    let hidden = |c: &char| matches!(*c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    text.chars().filter(|c| !hidden(c)).map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_obeys_nothing_that_the_server_sends() {
        let said = plain("a\u{1b}[2Jb\rc\n\u{9b}d\u{202e}e");
        assert_eq!(said, "a [2Jb c  de");
    }

    #[test]
    fn a_post_is_its_author_its_age_and_its_words() {
        let mut post: Post = serde_json::from_str(
            r#"{"post_id":"00000000-0000-0000-0000-000000000001","username":"mina","display_name":"Mina","picture":"/p","srcset":"","width":4,"height":5,"alt":"A lamp","caption":"Home","created_at":0,"likes":0,"liked":false,"comments":0}"#,
        )
        .unwrap();
        assert_eq!(super::post(&post, 7_200_000), "Mina (@mina), 2 hours ago\n  Home\n  [A lamp]\n");
        post.alt.clear();
        assert_eq!(super::post(&post, 7_200_000), "Mina (@mina), 2 hours ago\n  Home\n");
        assert_eq!(feed(&[post.clone(), post], 0).lines().filter(|line| line.is_empty()).count(), 1);
        assert!(feed(&[], 0).contains("quiet"));
    }

    #[test]
    fn ages_are_said_as_people_say_them() {
        for (past, said) in
            [(-1, "just now"), (59_999, "just now"), (60_000, "1 minute ago"), (7_200_000, "2 hours ago"), (86_400_000, "1 day ago")]
        {
            assert_eq!(ago(1_000_000_000, 1_000_000_000 - past), said);
        }
    }
}
