//! Log-out.

use super::ms;
use crate::lab::leaving::Beside;
use crate::lab::spread::Spread;

pub(crate) const NAME: &str = "Is log-out really log-out?";
pub(crate) const ASKS: &str = "What is left in the browser, and do copies still open anything?";

pub(crate) const WHAT: &str = "A program without your cookies gets a copy of both tokens. Then this page logs out of the session of the lab, as the menu does, and everything is looked for once more.";
pub(crate) const WHAT_BESIDE: &str = "Another tab is opened for it, with two pages of this site one after the other: it shows whether tabs are told, and what its Back button brings.";
pub(crate) const LEAVE: &str = "Copy the tokens, log out, and look";
pub(crate) const LOOKED_AT: &str = "Looked at";
pub(crate) const FOUND_THERE: &str = "Found";
pub(crate) const IN_STORES: &str = "sessionStorage and localStorage";
pub(crate) const IN_COOKIES: &str = "Cookies that come along";
pub(crate) const IN_MEMORY: &str = "Memory of the page\u{2019}s wasm";
pub(crate) const COPY_OF_ACCESS: &str = "Copy of the access token";
pub(crate) const COPY_OF_REFRESH: &str = "Copy of the refresh token";
pub(crate) const NO_TOKEN: &str = "no token";
pub(crate) const A_TOKEN: &str = "a token";
pub(crate) const NEVER_THERE: &str = "none was ever there";
pub(crate) const BESIDE: &str = "Another tab of this site";
pub(crate) const BACK: &str = "Back, pressed there";
const NOT_LOOKED: &str = "not looked at";
pub(crate) const NOT: &str = "Not shown: what a browser keeps on its disk after it has deleted something. And whole pages that it has kept for Back, where it keeps none for a window that a script has opened: the tests of this site look for those.";

/// What the other tab showed, and how long it has taken in the runs so far.
pub(crate) fn beside(beside: Option<&Beside>, told: &[f64]) -> String {
    match beside {
        None => NOT_LOOKED.to_owned(),
        Some(Beside { was_in: false, .. }) => "nobody was logged in there".to_owned(),
        Some(Beside { told_ms: Some(one), .. }) => {
            let Spread { n, median, p95, .. } = Spread::of(if told.is_empty() { vec![*one] } else { told.to_vec() });
            ["logged out: median ", &ms(median), ", p95 ", &ms(p95), ", N ", &n.to_string()].concat()
        }
        Some(_) => "still logged in".to_owned(),
    }
}

/// What its Back button brought.
pub(crate) fn back(beside: Option<&Beside>) -> String {
    let Some(beside) = beside.filter(|beside| beside.was_in) else { return NOT_LOOKED.to_owned() };
    let found = if beside.back_in { "logged in" } else { "nobody is logged in" };
    let how = if beside.whole { "a page that the browser had kept" } else { "the page was loaded anew" };
    [found, ": ", how].concat()
}

/// How many of the tokens that were in memory are left.
pub(crate) fn remain(remain: u32, known: u32) -> String {
    match (remain, known) {
        (_, 0) => NEVER_THERE.to_owned(),
        (remain, known) => [&remain.to_string(), " of ", &known.to_string(), " left"].concat(),
    }
}

/// What the server said to a copy.
pub(crate) fn copy(status: u16) -> String {
    if status == 401 { ["refused, ", &status.to_string()].concat() } else { ["answered, ", &status.to_string()].concat() }
}
