//! How it works, for learners.

pub(crate) const NAME: &str = "How it works";
pub(crate) const ASKS: &str = "From a password to a feed, and back after the tab was closed: step by step, with parts to touch.";

/// A step: what it is called, and what happens.
pub(crate) struct Step(pub(crate) &'static str, pub(crate) &'static str);

pub(crate) const CREDENTIALS: Step = Step(
    "You show who you are",
    "Name and password travel once, over TLS. That is authentication: are you who you say? A passkey answers the same question with a signature instead of a secret that travels.",
);
pub(crate) const HASH: Step = Step(
    "The server compares a hash",
    "It never stored your password, but an Argon2id hash of it: slow and hungry for memory on purpose, with a salt, so that a stolen database is no list of passwords. Type something, and see what would be stored. The same word twice gives two hashes.",
);
pub(crate) const TOKENS: Step = Step(
    "You get two tokens",
    "A short access token opens doors for minutes. A long refresh token does one thing: it is exchanged for the next pair, and is worth nothing after that. The first is shown often and is soon worthless; the second is shown rarely, and its loss is noticed.",
);
pub(crate) const SIGNATURE: Step = Step(
    "The access token is signed, not secret",
    "It is a JWT: header, payload and signature, separated by dots. Everybody can read the payload; nobody can change it. Try: make yourself an admin, or let it live longer.",
);
pub(crate) const STORAGE: Step = Step(
    "Your browser keeps them",
    "In HTTP-only cookies, in localStorage, in sessionStorage, in memory. Where decides what survives a closed tab, and what a script can carry away. Nothing decides it for all sites: measure it.",
);
pub(crate) const HEADER: Step = Step(
    "Each request carries the access token",
    "As a cookie, which the browser adds by itself, or as Authorization: Bearer, which a script has to add. What a browser adds by itself, other sites can make it send: so the server looks at where a request comes from.",
);
pub(crate) const VERIFICATION: Step = Step(
    "The server checks the signature and the time, not the password",
    "A few microseconds and no query: that is what a JWT is for. Then it asks another question: may this role do that? That is authorization.",
);
pub(crate) const EXPIRY: Step = Step(
    "The access token runs out: 401",
    "The page shows nothing of it. It exchanges the refresh token, once for all requests that wait, and asks again.",
);
pub(crate) const RETURN: Step = Step(
    "You close the tab, and come back",
    "The refresh token was kept, so the server knows you by it, and the feed is in the first page that it sends. No password, no log-in form, no 401.",
);
pub(crate) const THEFT: Step = Step(
    "Somebody steals a token",
    "An access token is good until it runs out. A refresh token that two parties use is shown a second time by one of them: the server sees that, ends the session, and writes to its owner. Tokens that are bound to a key of the browser are of no use to whoever has only copied them: each request has to be signed.",
);

pub(crate) const MEASURE: &str = "Measure it";
pub(crate) const PASSWORD: &str = "A password you do not use";
pub(crate) const HASH_IT: &str = "Hash it";
pub(crate) const NEEDS_SESSION: &str = "Begin a session above to have a token to change.";
pub(crate) const PAYLOAD: &str = "Payload of your access token";
pub(crate) const SEND: &str = "Put it into the token, and show it to the server";
pub(crate) const RESET: &str = "As it was signed";
pub(crate) const ACCEPTED: &str = "Accepted: this payload is the one that was signed.";
pub(crate) const REFUSED: &str = "Refused: the signature belongs to another payload.";

/// How long a hash took.
pub(crate) fn took(us: u64) -> String {
    let tenths = (us + 50) / 100;
    ["The server took ", &(tenths / 10).to_string(), ".", &(tenths % 10).to_string(), " ms. A guess costs an attacker as much."].concat()
}

pub(crate) const TWO: &str = "Session and JWT, side by side";
/// The question, a session that is looked up, a signed token.
pub(crate) const BESIDE: [[&str; 3]; 6] = [
    ["", "Session id, looked up", "JWT, verified"],
    ["What the browser holds", "a random name", "signed statements, readable by anybody"],
    ["What the server does for a request", "a query", "a signature check, no query"],
    ["Log-out everywhere", "at once, by deleting a row", "when the token runs out, unless ended sessions are looked up, too"],
    ["A changed role", "at once", "with the next token, unless it is looked up where it matters"],
    ["Many servers", "share a store", "share a key"],
];
pub(crate) const BESIDE_HERE: &str = "This site takes both: a JWT for minutes, checked without a query against the few sessions that ended within that time, and a row behind each refresh token.";
