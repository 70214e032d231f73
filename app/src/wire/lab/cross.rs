//! What another site makes a browser send: four cookies that differ in `SameSite` alone, two attackers, and what has arrived.

use serde::{Deserialize, Serialize};

/// Who attacks. Both are served by the same binary, where the lab is on and the site is `localhost`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Attacker {
    /// Another host: another site.
    Site,
    /// Another port of the same host: another origin of the same site.
    Port,
}

impl Attacker {
    /// Both of them.
    pub const ALL: [Self; 2] = [Self::Site, Self::Port];

    /// As written in paths.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Site => "site",
            Self::Port => "port",
        }
    }
}

/// How a page of the attacker makes the browser send something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Vector {
    /// A form that is posted, in the window itself.
    Form,
    /// A link, in the window itself.
    Link,
    /// `fetch` with `POST` and credentials.
    Fetch,
    /// An image.
    Image,
    /// An iframe.
    Frame,
}

impl Vector {
    /// All of them, in the order of the table.
    pub const ALL: [Self; 5] = [Self::Form, Self::Link, Self::Fetch, Self::Image, Self::Frame];
    /// Those that post, in the order of the table.
    pub const POSTING: [Self; 2] = [Self::Form, Self::Fetch];

    /// Whether it posts; a `GET` changes nothing.
    #[must_use]
    pub const fn posts(self) -> bool {
        matches!(self, Self::Form | Self::Fetch)
    }

    /// Whether the window itself goes there.
    #[must_use]
    pub const fn navigates(self) -> bool {
        matches!(self, Self::Form | Self::Link)
    }
}

/// What is aimed at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// It does not ask where a request comes from. There is no other like it on this site.
    Open,
    /// It asks, as all of this site does.
    Guarded,
}

impl Target {
    /// Both of them.
    pub const ALL: [Self; 2] = [Self::Open, Self::Guarded];
}

/// What came of a request that was to change something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It was done, in the name of the account of the bench.
    Acted,
    /// Refused: another site had sent it.
    Refused,
    /// Nothing came along that says who asks.
    Nobody,
    /// A session came along, but not the one of the bench: nothing was done.
    Stranger,
    /// The session came along, and there was nothing to be done.
    Unchanged,
}

/// A request that arrived, with what the browser had put on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arrival {
    /// Whose page has sent it, as its address says.
    pub from: Attacker,
    /// How.
    pub by: Vector,
    /// Where it was aimed at.
    pub target: Target,
    /// Which of the four cookies came along, in the order of `lab::cross::SameSite::ALL`.
    pub cookies: [bool; 4],
    /// `Sec-Fetch-Site`, where it is one of the words of the standard.
    pub fetch_site: Option<String>,
    /// `Origin`, its first hundred characters.
    pub origin: Option<String>,
    /// What came of it, if it was to change something.
    pub outcome: Option<Outcome>,
    /// Milliseconds after the cookies were set.
    pub since_ms: i64,
}

/// `GET /api/lab/cross`: where the attackers are. `None`: there is none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Addresses {
    /// The origin of [`Attacker::Site`].
    pub site: Option<String>,
    /// The origin of [`Attacker::Port`].
    pub port: Option<String>,
}

impl Addresses {
    /// Where one of them is.
    #[must_use]
    pub fn of(&self, attacker: Attacker) -> Option<&str> {
        match attacker {
            Attacker::Site => self.site.as_deref(),
            Attacker::Port => self.port.as_deref(),
        }
    }
}

/// `GET /api/lab/benches/{bench}/cross`: what has arrived since the cookies were set.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Crossed {
    /// When the cookies were set, in Unix milliseconds of the server; `None`: they were not.
    pub planted_at: Option<i64>,
    /// The newest of each attacker, vector and target.
    pub arrivals: Vec<Arrival>,
    /// Now, in Unix milliseconds of the server.
    pub now: i64,
}
