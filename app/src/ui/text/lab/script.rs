//! An injected script.

use crate::lab::script::Source;
use crate::wire::lab::Usable;

pub(crate) const NAME: &str = "An injected script";
pub(crate) const ASKS: &str = "What can a script take that somebody has managed to put into this page?";

pub(crate) const WHAT: &str = "The same script under each token storage. It is fixed, it is below in full, and it runs as a part of this page. What it finds is tried out by a program without your cookies: what that can use is stolen.";
pub(crate) const PAYLOAD: &str = "The script";
pub(crate) const INJECT: &str = "Run it in this page";
pub(crate) const INJECTING: &str = "Running…";
pub(crate) const INLINE: &str = "Try it as an inline script";
pub(crate) const INLINE_RAN: &str = "The inline script ran: this browser has enforced no content policy.";
pub(crate) const LOOKS_IN: &str = "It looks in";
pub(crate) const ACCESS: &str = "Access token";
pub(crate) const REFRESH_TOKEN: &str = "Refresh token";
pub(crate) const USABLE: &str = "usable elsewhere";
pub(crate) const NOT_FOUND: &str = "none";
pub(crate) const IN_THIS_STORAGE: &str = "In this storage";
pub(crate) const ALL_STORAGES: &str = "All storages";
pub(crate) const READ_IT: &str = "Read your feed";
pub(crate) const ACTED: &str = "Acted in your name";
pub(crate) const RIDES: &str = "No storage prevents that: as long as the page is open, the script needs no token, or uses the page’s own. HTTP-only cookies and tokens that are bound to a key stop the theft, not the use.";
pub(crate) const NOT: &str = "Not shown: extensions of the browser and malware on the machine read more than a script can. And what a script does next: it could ask for your password in a page that looks like this one.";

/// What another machine could use of what a script has found.
pub(crate) fn usable(usable: Usable) -> String {
    let what = match (usable.access, usable.refresh) {
        (true, true) => "access token and refresh token",
        (true, false) => "access token",
        (false, true) => "refresh token",
        (false, false) => "nothing",
    };
    ["Usable elsewhere: ", what].concat()
}

/// Whether a script got hold of the key that signs for this page.
pub(crate) const fn key(taken: bool) -> &'static str {
    if taken {
        "The script has taken the key along."
    } else {
        "The script has asked the browser for the key itself, and did not get it. It can sign with it here, as long as the page is open, and nowhere else."
    }
}

/// The content policy has refused a script.
pub(crate) fn forbidden(directive: &str) -> String {
    ["The content policy of this site refused it (", directive, "). A script has to come as a file of this site to run here."].concat()
}

/// Where a script looks.
pub(crate) const fn source(source: Source) -> &'static str {
    match source {
        Source::Cookie => "document.cookie",
        Source::Browser => "localStorage",
        Source::Tab => "sessionStorage",
        Source::Wire => "what the page sends",
        Source::Memory => "the memory of the page’s wasm",
        Source::Api => "answers of the API",
    }
}
