//! What came out, for people to read.

use std::fmt::Write;

use super::clock::{MINUTE, SECOND};
use super::server::Protocol;
use super::thief::Thief;
use super::witness::{Counts, Kind, Theft};
use super::{Outcome, Plan, TABS};

/// Worlds that share a cell of the table.
fn of(all: &[(Plan, Outcome)], protocol: Protocol, tabs: Option<usize>, thief: Option<Thief>) -> Vec<&Outcome> {
    let fits = |plan: &Plan| plan.protocol == protocol && tabs.is_none_or(|tabs| plan.tabs == tabs) && plan.thief == thief;
    all.iter().filter(|(plan, _)| fits(plan)).map(|(_, outcome)| outcome).collect()
}

/// Both tables and the counts.
pub fn print(all: &[(Plan, Outcome)], seconds: f64) -> String {
    let mut out = String::new();
    let sessions = all.len();
    writeln!(out, "\n{sessions} sessions of 8 hours, in {seconds:.0} s. A cell of a thief: median and 95th percentile of the time from")
        .unwrap();
    writeln!(out, "the first use of the stolen token to the end of the session, and how many got something and were not noticed.\n")
        .unwrap();
    write!(out, "{:<11} {:>4} {:>9} {:>10} {:>17}", "protocol", "tabs", "sessions", "refreshes", "false log-outs").unwrap();
    for thief in Thief::ALL {
        write!(out, " {:>22}", thief.name()).unwrap();
    }
    for protocol in Protocol::ALL {
        for tabs in TABS {
            let honest = of(all, protocol, Some(tabs), None);
            let refreshes: u64 = honest.iter().map(|outcome| outcome.refreshes).sum();
            let lost = honest.iter().filter(|outcome| outcome.false_log_out().is_some()).count();
            write!(
                out,
                "\n{:<11} {tabs:>4} {:>9} {refreshes:>10} {lost:>7} ({:>5.1} %)",
                protocol.name(),
                honest.len(),
                share(lost, honest.len())
            )
            .unwrap();
            for thief in Thief::ALL {
                let seen = Seen::of(&of(all, protocol, Some(tabs), Some(thief)));
                write!(out, " {:>7} {:>7} {:>4.0} %", time(seen.at(0.5)), time(seen.at(0.95)), seen.unnoticed()).unwrap();
            }
        }
    }
    write!(
        out,
        "\n\n{:<11} {:<14} {:>7} {:>8} {:>8} {:>8} {:>10} {:>12} {:>14} {:>12} {:>12}",
        "protocol", "thief", "thefts", "median", "p95", "max", "unnoticed", "turned away", "tokens, median", "tokens, max", "last hour"
    )
    .unwrap();
    for protocol in Protocol::ALL {
        for thief in Thief::ALL {
            let seen = Seen::of(&of(all, protocol, None, Some(thief)));
            let (name, thief, thefts) = (protocol.name(), thief.name(), seen.thefts.len());
            let times = [0.5, 0.95, 1.0].map(|share| time(seen.at(share)));
            let [median, p95, max] = times;
            let (tokens, most) = (seen.tokens(0.5), seen.tokens(1.0));
            write!(out, "\n{name:<11} {thief:<14} {thefts:>7} {median:>8} {p95:>8} {max:>8} {:>8.1} %", seen.unnoticed()).unwrap();
            write!(out, " {:>10.1} % {tokens:>14} {most:>12} {:>10.1} %", seen.turned_away(), seen.last_hour()).unwrap();
        }
    }
    out.push_str(
        "\nOf all thefts: \"unnoticed\", got something and was not noticed in eight hours; \"turned away\", got nothing, and showed\n",
    );
    out.push_str("nothing any more; \"last hour\", was still handed tokens in the last hour.\n\n");
    out
}

/// How often each kind of thing happened.
pub fn counts(counts: &Counts) -> String {
    let lines: Vec<_> = Kind::ALL.iter().map(|(kind, name)| format!("{:>9} {name}", counts.of(*kind))).collect();
    format!("What happened under nightlatch:\n{}\n", lines.join("\n"))
}

struct Seen {
    thefts: Vec<Theft>,
    /// From first use to end, sorted; those never noticed are not in it.
    times: Vec<i64>,
}

impl Seen {
    fn of(outcomes: &[&Outcome]) -> Self {
        let thefts: Vec<_> = outcomes.iter().map(|outcome| outcome.theft).filter(|theft| theft.first_use.is_some()).collect();
        let mut times: Vec<_> = thefts.iter().filter_map(|theft| Some(theft.noticed? - theft.first_use?)).collect();
        times.sort_unstable();
        Self { thefts, times }
    }

    fn at(&self, share: f64) -> Option<i64> {
        self.times.get(((self.times.len() as f64 * share) as usize).min(self.times.len().max(1) - 1)).copied()
    }

    fn unnoticed(&self) -> f64 {
        let served = self.thefts.iter().filter(|theft| theft.noticed.is_none() && theft.tokens > 0).count();
        share(served, self.thefts.len())
    }

    fn turned_away(&self) -> f64 {
        let nothing = self.thefts.iter().filter(|theft| theft.noticed.is_none() && theft.tokens == 0).count();
        share(nothing, self.thefts.len())
    }

    fn tokens(&self, share: f64) -> u64 {
        let mut tokens: Vec<_> = self.thefts.iter().map(|theft| theft.tokens).collect();
        tokens.sort_unstable();
        tokens.get(((tokens.len() as f64 * share) as usize).min(tokens.len().max(1) - 1)).copied().unwrap_or(0)
    }

    fn last_hour(&self) -> f64 {
        let late = self.thefts.iter().filter(|theft| theft.last_token.is_some_and(|at| at > super::LENGTH - super::clock::HOUR)).count();
        share(late, self.thefts.len())
    }
}

fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { 100.0 * part as f64 / whole as f64 }
}

/// Minutes and seconds.
fn time(ms: Option<i64>) -> String {
    ms.map_or("–".to_owned(), |ms| format!("{}:{:02}", ms / MINUTE, ms / SECOND % 60))
}
