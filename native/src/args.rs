//! What the command line asks for. As everywhere in Nightlatch: all faults at once, and nothing unknown is passed over.

use crate::site::Site;
use crate::store::Kind;

/// A command, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// What to do.
    pub deed: Deed,
    /// At which server.
    pub site: Site,
    /// Where the session is kept; found out when not given.
    pub kind: Option<Kind>,
}

/// What can be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Log in, as this user; asked for when not given.
    LogIn(Option<String>),
    /// Print the newest posts.
    Feed,
    /// Log out.
    LogOut,
}

/// For the help.
pub const HELP: &str = "\
nightlatch login --server URL [--user NAME]
                          log in; the password is asked for, or the first line of the standard input
nightlatch feed --server URL
                          print the newest posts
nightlatch logout --server URL
                          log out
                          Each of them takes --store: keyring is the system's key store, file is a file encrypted under a
                          passphrase, asked for or given in NIGHTLATCH_PASSPHRASE. When not set: where the session is, else
                          the key store if one answers, else the file.
                          Exit code: 0 fine, 1 trouble, 2 usage, 3 not logged in, or not any more.
";

/// Whether the first word is a command of this crate.
#[must_use]
pub fn is_ours(word: &str) -> bool {
    matches!(word, "login" | "feed" | "logout")
}

/// Reads `words` and `flags` (names without dashes), whose first word [`is_ours`]. `faults` are those found so far.
///
/// # Errors
/// Every fault, one a line.
pub fn read(words: &[&str], flags: &[(String, String)], mut faults: Vec<String>) -> Result<Ask, Vec<String>> {
    let (mut site, mut user, mut kind) = (None, None, None);
    for (name, value) in flags {
        let fault = match name.as_str() {
            "server" => Site::parse(value).map(|given| site = Some(given)).err(),
            "store" => Kind::parse(value).map(|given| kind = Some(given)).err(),
            "user" if words.first() == Some(&"login") => {
                user = Some(value.clone());
                None
            }
            _ => {
                faults.push(format!("flags: {} takes no --{name}", words.join(" ")));
                None
            }
        };
        faults.extend(fault.map(|wanted| format!("flags: {name} is \"{value}\", and must be {wanted}")));
    }
    let deed = match words {
        ["login"] => Some(Deed::LogIn(user)),
        ["feed"] => Some(Deed::Feed),
        ["logout"] => Some(Deed::LogOut),
        other => {
            faults.push(format!("there is no command \"{}\"", other.join(" ")));
            None
        }
    };
    if !flags.iter().any(|(name, _)| name == "server") {
        faults.push("flags: --server is needed, an origin like https://nightlatch.example".to_owned());
    }
    match (deed, site) {
        (Some(deed), Some(site)) if faults.is_empty() => Ok(Ask { deed, site, kind }),
        _ => Err(faults),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(line: &str) -> Result<Ask, Vec<String>> {
        let (flags, words): (Vec<&str>, Vec<&str>) = line.split_whitespace().partition(|word| word.contains('='));
        let flags: Vec<_> = flags.iter().filter_map(|flag| flag.split_once('=')).map(|(n, v)| (n.to_owned(), v.to_owned())).collect();
        read(&words, &flags, Vec::new())
    }

    #[test]
    fn a_command_says_what_and_where() {
        let site = Site::parse("http://localhost:3000").unwrap();
        let ask = |deed, kind| Ok(Ask { deed, site: site.clone(), kind });
        assert_eq!(given("login server=http://localhost:3000"), ask(Deed::LogIn(None), None));
        assert_eq!(
            given("login server=http://localhost:3000 user=mina store=file"),
            ask(Deed::LogIn(Some("mina".into())), Some(Kind::File))
        );
        assert_eq!(given("feed server=http://localhost:3000 store=keyring"), ask(Deed::Feed, Some(Kind::KeyStore)));
        assert_eq!(given("logout server=http://localhost:3000"), ask(Deed::LogOut, None));
    }

    #[test]
    fn every_fault_is_told_at_once() {
        let faults = given("feed now server=http://nightlatch.example store=drawer user=mina").unwrap_err();
        assert_eq!(faults.len(), 4, "{faults:?}");
        assert_eq!(given("feed").unwrap_err().len(), 1);
    }
}
