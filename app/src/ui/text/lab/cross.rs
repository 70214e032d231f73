//! What another site can do. The words of the attackers' pages stand here too.

use crate::lab::cross::SameSite;
use crate::wire::lab::cross::{Attacker, Outcome, Target, Vector};

pub(crate) const NAME: &str = "Can another site act as you?";
pub(crate) const ASKS: &str = "You are logged in here, and open a page of somebody else. What can it send in your name?";

pub(crate) const WHAT: &str = "Four cookies are set that differ in SameSite alone. Then you open a page of an attacker, in a tab of its own. It makes your browser send requests to this site, and comes back to itself after each that takes the window along. This page asks the server what has arrived, and with which cookies.";
pub(crate) const DEED: &str = "The two that post want to change something: whether the account of the lab follows mina (form) or rover (fetch). Each is sent to a target that asks where a request comes from, as all of this site does, and to one that does not, which is there for this experiment alone. A GET changes nothing here, whatever cookies it brings along.";
pub(crate) const PLANT: &str = "Set the cookies";
pub(crate) const PLANT_AGAIN: &str = "Set new cookies";
pub(crate) const PLANTING: &str = "Setting…";
pub(crate) const PLANTED: &str = "The cookies are set, and the account follows both again. Open an attacker’s page within two minutes; then set new cookies, or wait for longer than that to see the difference.";
pub(crate) const NO_ATTACKER: &str = "There is no attacker here: the lab offers them where this site is opened as http://localhost on this very machine, because every name that ends in .localhost leads to it.";
pub(crate) const NOT_HERE: &str = "There is no such attacker here: this server listens on one port only.";
pub(crate) const NOT_MEASURED: &str = "Not run in this browser.";

// The tables.
pub(crate) const ADDRESS: &str = "Address";
pub(crate) const VECTOR: &str = "Request";
pub(crate) const ARRIVED: &str = "Arrived";
pub(crate) const FETCH_SITE: &str = "Sec-Fetch-Site";
pub(crate) const SENT: &str = "sent";
pub(crate) const NOT_SENT: &str = "no";
/// A request that was to change something.
pub(crate) const NOT_ARRIVED: &str = "did not arrive";
/// `Sec-Fetch-Site` was not there.
pub(crate) const SAID_NOTHING: &str = "nothing";
pub(crate) const COOKIES: &str = "Cookies that came along, by their SameSite";
pub(crate) const DONE: &str = "What came of it";
pub(crate) const RESULT: &str = "Result";

pub(crate) const PROTECTS: &str = "What protects this site: the cookies of a session are Lax, so that nothing another site posts brings them. And everything but GET must come from this very origin, by Sec-Fetch-Site or else by Origin. The second is needed too: another port of this host is the same site and gets every cookie, Strict ones included. So does every other host below the same domain, where there is one. Tokens that a script keeps go to nobody by themselves: there is nothing to forge.";
pub(crate) const NOT: &str = "Not shown: log-in CSRF, where a site logs you in to an account of its own. Safari and Firefox: run it there. They treat a cookie without SameSite in their own ways, and whether cookies go to third parties is each browser’s choice.";

/// A cookie.
pub(crate) const fn same_site(cookie: SameSite) -> &'static str {
    match cookie {
        SameSite::None => "None",
        SameSite::Unwritten => "unset",
        SameSite::Lax => "Lax",
        SameSite::Strict => "Strict",
    }
}

/// How something is sent, and what that is.
pub(crate) const fn vector(by: Vector) -> (&'static str, &'static str) {
    match by {
        Vector::Form => ("Form", "top-level POST"),
        Vector::Link => ("Link", "top-level GET"),
        Vector::Fetch => ("fetch", "POST, with credentials"),
        Vector::Image => ("Image", "GET"),
        Vector::Frame => ("iframe", "GET"),
    }
}

/// What is aimed at.
pub(crate) const fn target(target: Target) -> &'static str {
    match target {
        Target::Open => "Target without the check",
        Target::Guarded => "Target with the check",
    }
}

/// What came of a request.
pub(crate) const fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Acted => "acted in your name",
        Outcome::Refused => "refused: cross-site",
        Outcome::Nobody => "arrived without a credential",
        Outcome::Stranger => "left alone: another session",
        Outcome::Unchanged => "nothing to change",
    }
}

/// An attacker.
#[must_use]
pub const fn attacker(attacker: Attacker) -> &'static str {
    match attacker {
        Attacker::Site => "Another site",
        Attacker::Port => "Another port of this host",
    }
}

/// What an attacker is to this site.
pub(crate) const fn relation(attacker: Attacker) -> &'static str {
    match attacker {
        Attacker::Site => "Another host, so cross-site.",
        Attacker::Port => "Another origin, but the same site: ports do not make sites.",
    }
}

/// The link to the page of an attacker.
pub(crate) const fn open(attacker: Attacker) -> &'static str {
    match attacker {
        Attacker::Site => "Open the other site",
        Attacker::Port => "Open the other port",
    }
}

/// How many requests have arrived.
pub(crate) fn arrived(some: usize, all: usize) -> String {
    [&super::of(some, all), " requests have arrived."].concat()
}

/// When the form was posted.
pub(crate) fn since(seconds: &str, fresh: bool) -> String {
    let rule = if fresh { "within" } else { "after" };
    [
        "The form was posted ",
        seconds,
        " s after the cookies were set: ",
        rule,
        " the two minutes that Chromium allows a cookie without SameSite.",
    ]
    .concat()
}

// The attackers' pages.
/// It has more to send.
pub const PAGE_SENDS: &str = "It is sending…";
/// It has not.
pub const PAGE_DONE: &str = "Done. You can close this tab.";

/// What such a page is.
#[must_use]
pub fn page(here: &str, to: &str) -> String {
    ["This page of ", here, " belongs to the lab. It makes your browser send requests to ", to, "."].concat()
}
