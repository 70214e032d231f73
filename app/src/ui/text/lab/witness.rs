//! What was on the wire, as the server saw it.

pub(crate) const TITLE: &str = "As the server saw it";
pub(crate) const WHAT: &str = "The last requests of the lab’s session, with all their header fields, Cookie and Set-Cookie among them. Of a token, the first six and the last four characters are shown.";
pub(crate) const ASK: &str = "Look";
pub(crate) const CAME: &str = "Came,";
pub(crate) const WENT: &str = "Went,";
pub(crate) const AUTH: &str = "Who asks";
pub(crate) const DATABASE: &str = "Database";
pub(crate) const TOTAL: &str = "All of it";

/// How long line and fields are.
pub(crate) fn bytes(count: u32) -> String {
    [&count.to_string(), " bytes"].concat()
}

/// How often the database was asked, and for how long.
pub(crate) fn queries(count: u32, took: &str) -> String {
    match count {
        0 => "not asked".to_owned(),
        1 => ["1 query, ", took].concat(),
        count => [&count.to_string(), " queries, ", took].concat(),
    }
}
