//! All storages beside each other.

use super::{ms, of};
use crate::lab::compare::{Answer, Question};

pub(crate) const NAME: &str = "Compare all";
pub(crate) const ASKS: &str = "What this browser has measured, one storage beside the other, and what follows from it.";

pub(crate) const WHAT: &str = "Every cell comes from a run in this browser. Where nothing was run, nothing is claimed.";
pub(crate) const QUESTION: &str = "Measured";
pub(crate) const NOT_RUN: &str = "not run";
pub(crate) const MATTERS: &str = "What matters to you";
/// By how much, from not at all to the most.
pub(crate) const HOW_MUCH: [&str; 4] = ["not at all", "a little", "much", "very much"];
pub(crate) const FOLLOWS: &str = "What follows";
pub(crate) const TOO_FEW: &str =
    "Too little was measured to recommend anything: at least two storages have to answer everything that matters to you.";
pub(crate) const REASONS: &str = "Your measured reasons";
pub(crate) const FULFILS: &str = "Fulfils";
pub(crate) const MISSING: &str = "Still to be run";
pub(crate) const NOTHING_MISSING: &str = "nothing";
pub(crate) const NOT: &str = "Not shown: what you did not run, and what no browser tells: other engines, your network, your people. A script that runs in the page acts as you in every storage.";

/// A question, as the head of a row.
pub(crate) const fn question(question: Question) -> &'static str {
    match question {
        Question::Reload => "Still in after a reload",
        Question::Restart => "Still in after a restart, saved",
        Question::Refresh => "A script finds a usable refresh token",
        Question::Access => "A script finds a usable access token",
        Question::Neighbour => "Another port acts as you, unless the server looks where it comes from",
        Question::Tabs => "Sessions lost by two tabs",
        Question::Left => "After a log-out, something is left that opens",
        Question::Opening => "Until the first post, median",
        Question::Bytes => "Header of a request",
    }
}

/// What was measured.
pub(crate) fn answer(answer: Answer) -> String {
    match answer {
        Answer::Is(yes, _) => if yes { super::YES } else { super::NO }.to_owned(),
        Answer::Lost(lost, all) => of(lost as usize, all as usize),
        Answer::Took(took, n) => [&ms(took), ", N ", &n.to_string()].concat(),
        Answer::Bytes(bytes) => [&bytes.to_string(), " B"].concat(),
    }
}

/// The share of what matters, in percent.
pub(crate) fn percent(share: f64) -> String {
    [&((share * 100.0).round() as i64).to_string(), " %"].concat()
}

/// What is recommended: one storage, or several that are as good.
pub(crate) fn recommended(names: &[&str]) -> String {
    ["By what you have measured, and what matters to you: ", &names.join(" or "), "."].concat()
}
