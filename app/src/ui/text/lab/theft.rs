//! A stolen refresh token.

use super::decimal;
use crate::lab::theft::Outcome;
use crate::wire::lab::{Actor, Deed};

pub(crate) const NAME: &str = "A stolen refresh token";
pub(crate) const ASKS: &str = "Who gets thrown out, and when?";

pub(crate) const WHAT: &str = "The thief is a program without your cookies and without a browser. It gets one copy of your refresh token, and then each of you uses it when you press. Your page also refreshes by itself before its access token runs out.";
pub(crate) const YOU: &str = "You";
pub(crate) const THIEF: &str = "Thief";
pub(crate) const STEAL: &str = "Steal the refresh token";
pub(crate) const YOU_HAVE_IT: &str = "This page has the session of the lab.";
pub(crate) const YOU_WERE_REFUSED: &str =
    "Your token was refused: somebody has used it before you. You have to log in again, and do not learn why.";
pub(crate) const STOLEN_BY_SCRIPT: &str = "A script in this page could read it.";
pub(crate) const STOLEN_OTHERWISE: &str = "No script finds it lying open here. It was taken as malware on this machine, or a proxy, could.";
pub(crate) const YOU_REFRESH: &str = "You refresh";
pub(crate) const THIEF_REFRESHES: &str = "Thief refreshes";
pub(crate) const THIEF_READS: &str = "Thief reads your feed";
pub(crate) const THIEF_RIDES: &str = "Its script acts in your open page";
pub(crate) const IN: &str = "in";
pub(crate) const OUT: &str = "out";
pub(crate) const NOTHING_STOLEN: &str = "Nothing is stolen yet.";
pub(crate) const SAW: &str = "Saw pictures of";
pub(crate) const LAST: &str = "Last answer";
pub(crate) const GRANTED: &str = "Refreshes granted";
pub(crate) const READS: &str = "Requests answered";
pub(crate) const TREE: &str = "The family of tokens";
pub(crate) const TREE_EMPTY: &str = "No refresh token has been used yet.";
pub(crate) const WHEN: &str = "When";
pub(crate) const WHO: &str = "Who";
pub(crate) const SHOWED: &str = "Showed";
pub(crate) const GOT: &str = "Got";
pub(crate) const WHAT_CAME: &str = "What the server did";
pub(crate) const NOT: &str =
    "Not shown: what the thief does with what it has seen. And a thief who works inside your open page needs no token at all.";
pub(crate) const OPEN_MAILS: &str = "A mail to the owner was written: the outbox of this local build shows it.";

/// What the thief was given, if anything.
pub(crate) const NOTHING: &str = "nothing";

/// What came of a theft.
pub(crate) fn verdict(theft: &Outcome) -> String {
    if theft.is_worthless() {
        return "What was stolen opens nothing: the thief cannot sign with your browser’s key. You are in, and noticed nothing.".to_owned();
    }
    match (theft.noticed_ms, theft.thief_in, theft.owner_in) {
        (Some(ms), ..) => ["A token was used twice. Noticed ", &decimal(ms), " s after the theft: the session is over, for both."].concat(),
        (None, true, true) => "Not noticed so far. Both are in.".to_owned(),
        (None, true, false) => "Not noticed. You are out, and the thief is in.".to_owned(),
        (None, false, true) => "The thief is out, and you are in.".to_owned(),
        (None, false, false) => "Both are out.".to_owned(),
    }
}

/// Whether a script acted from within the page.
pub(crate) const fn rode(rode: bool) -> &'static str {
    if rode {
        "From within the open page it has acted in your name: there your own page signs for it."
    } else {
        "From within the open page it could not act in your name."
    }
}

/// For how long a replaced token counts as the loser of a race.
pub(crate) fn race(ms: i64) -> String {
    [
        "Within ",
        &decimal(ms),
        " s after a hand-out, an older token may be a second tab's: it gets nothing, and nothing is ended. A thief who comes in that time is not seen then, but at the next use.",
    ]
    .concat()
}

/// Who.
pub(crate) const fn actor(actor: Actor) -> &'static str {
    match actor {
        Actor::You => YOU,
        Actor::Thief => THIEF,
    }
}

/// What the server did with a token.
pub(crate) const fn deed(deed: Deed) -> &'static str {
    match deed {
        Deed::Rotated => "replaced it",
        Deed::Kept => "gave an access token, and kept it",
        Deed::Repeated => "handed the same successor out again",
        Deed::Another => "handed another successor out",
        Deed::Superseded => "took it for the loser of a race",
        Deed::Refused => "refused it",
        Deed::Caught => "saw it used twice, and ended the session",
        Deed::Over => "refused it: the session is over",
    }
}
