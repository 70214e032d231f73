//! What the server may cost, measured: `cargo xtask bench`. Prints each figure beside its budget, and fails when one is over.
//!
//! CPU is read from `/proc`, per process, and compared as a ratio within this one run: the machine may be as noisy as it likes.
//! A word after `--` chooses: `cargo xtask bench --bench budgets -- refresh`.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a bench that cannot run has nothing to say")]

mod bare;
mod feed;
mod process;
mod refresh;
mod requests;
mod tokens;

use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if let [flag, file] = words.as_slice()
        && flag == "--bare"
    {
        bare::serve(Path::new(file));
        return ExitCode::SUCCESS;
    }
    let mut sheet = Sheet::default();
    let chosen = |name: &str| words.iter().all(|word| word.starts_with('-') || name.contains(word.as_str()));
    if chosen("tokens") {
        tokens::measure(&mut sheet);
    }
    if chosen("requests") {
        requests::measure(&mut sheet);
    }
    if chosen("refresh") {
        refresh::measure(&mut sheet);
    }
    if chosen("feed") {
        feed::measure(&mut sheet);
    }
    sheet.conclude()
}

/// The figures, each with its budget.
#[derive(Default)]
struct Sheet {
    over: bool,
}

impl Sheet {
    fn row(&mut self, what: &str, figure: f64, unit: &str, budget: f64) {
        let fine = figure <= budget;
        self.over |= !fine;
        println!("{what:<64} {figure:>8.2} {unit:<3} budget {budget:>6.1} {}", if fine { "kept" } else { "OVER" });
    }

    fn note(&self, what: &str, figure: f64, unit: &str) {
        println!("{what:<64} {figure:>8.2} {unit}");
    }

    fn conclude(self) -> ExitCode {
        if self.over { ExitCode::FAILURE } else { ExitCode::SUCCESS }
    }
}
