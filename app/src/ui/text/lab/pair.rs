//! Two tabs of one experiment.

pub(crate) const SECOND: &str = "This tab is the second one of the experiment";
pub(crate) const OPEN: &str = "Open the second tab";
pub(crate) const THERE: &str = "The second tab is there";
pub(crate) const NO_SECOND: &str = "The second tab does not answer. Open it again, and leave it open. Nothing was measured.";

/// How often it took part.
pub(crate) fn took_part(times: u32) -> String {
    match times {
        0 => "It has not taken part so far.".to_owned(),
        1 => "It has taken part once.".to_owned(),
        times => ["It has taken part ", &times.to_string(), " times."].concat(),
    }
}
