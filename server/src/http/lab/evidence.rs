//! What was on the wire, as the server received and sent it, and what it took inside: for the sessions that the lab watches.

use std::sync::Arc;
use std::time::Duration;

use app::routes::api;
use app::wire::lab::cost::Witnessed;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use uuid::Uuid;

use crate::auth::session::session_of;
use crate::http::cookies;
use crate::http::extract::authorization;
use crate::meter::{Cost, metered};
use crate::site::Site;

/// How much of a token is left at its beginning and at its end.
const SHOWN: (usize, usize) = (6, 4);
/// Nothing shorter is one. What stands before a `=` is a name.
const SHORTEST: usize = 20;

/// By how much each query of a request is made slower. Only what is asked inside the server can say so.
#[derive(Clone, Copy)]
pub(super) struct Slow(pub Duration);

/// Outermost, where the lab is on: measures each request, says so in `Server-Timing` (W3C Server Timing), and keeps what was on the wire
/// of the sessions that are watched.
pub(in crate::http) async fn observe(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    let inside = request.extensions().get::<Slow>().copied();
    let path = request.uri().path_and_query().map(ToString::to_string).unwrap_or_default();
    // Files, and what the lab asks for itself, say nothing of a session.
    let telling =
        inside.is_none() && !["/pkg/", "/pictures/", "/api/lab/"].iter().any(|folder| path.starts_with(folder)) || path == api::LAB_SESSION;
    let kept = telling.then(|| (request.method().to_string(), request.headers().clone()));
    let (mut response, cost) = metered(inside.map_or(Duration::ZERO, |slow| slow.0), next.run(request)).await;
    response.extensions_mut().insert(cost);
    if let Ok(value) = HeaderValue::from_str(&timing(&cost)) {
        response.headers_mut().insert("server-timing", value);
    }
    if let (Some(lab), Some((method, came))) = (&site.auth.lab, kept)
        && let Some(session_id) = cost.about.or_else(|| named(&site, &came))
    {
        let went = response.headers();
        let first = method.len() + path.len() + "  HTTP/1.1\r\n\r\n".len();
        lab.witness(
            session_id,
            Witnessed {
                at: site.auth.clock.now(),
                method,
                path,
                status: response.status().as_u16(),
                up: bytes(first, &came),
                down: bytes("HTTP/1.1 200 OK\r\n\r\n".len(), went),
                request: fields(&came),
                response: fields(went),
                auth_us: micros(cost.auth),
                total_us: micros(cost.total),
                database_us: micros(cost.database),
                queries: cost.queries,
            },
        );
    }
    response
}

/// The session that the credentials of a request name.
fn named(site: &Site, headers: &HeaderMap) -> Option<Uuid> {
    let cookie = |name| cookies::read(headers, name).ok().flatten();
    let by_access = authorization(headers)
        .ok()
        .flatten()
        .map(|(_, token)| token)
        .or_else(|| cookie(cookies::ACCESS))
        .and_then(|token| session_of(&site.auth, token));
    by_access.or_else(|| Some(site.auth.chain.open(cookie(cookies::REFRESH)?)?.session_id))
}

fn timing(cost: &Cost) -> String {
    let ms = |name: &str, took: Duration| format!("{name};dur={:.3}", took.as_secs_f64() * 1_000.0);
    let database = format!("{};desc=\"{} queries\"", ms("db", cost.database), cost.queries);
    [ms("auth", cost.auth), database, ms("total", cost.total)].join(", ")
}

pub(super) fn micros(took: Duration) -> f64 {
    took.as_secs_f64() * 1_000_000.0
}

/// What the first line and the fields are long, in HTTP/1.1.
fn bytes(first: usize, headers: &HeaderMap) -> u32 {
    let fields: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len() + ": \r\n".len()).sum();
    u32::try_from(first + fields).unwrap_or(u32::MAX)
}

fn fields(headers: &HeaderMap) -> Vec<(String, String)> {
    let field = |(name, value): (&HeaderName, &HeaderValue)| {
        let text = value.to_str().unwrap_or("…");
        (name.to_string(), if cookies::SECRET.contains(name) { cut(text) } else { text.to_owned() })
    };
    headers.iter().map(field).collect()
}

/// A text with what looks like a token cut short: it is shown, and can be copied, without being worth anything.
fn cut(text: &str) -> String {
    let is_token = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|c| !is_token(c)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        if word.len() > SHORTEST && !after.starts_with('=') {
            out += &word[..SHOWN.0];
            out.push('…');
            out += &word[word.len() - SHOWN.1..];
        } else {
            out += word;
        }
        let between = after.find(is_token).unwrap_or(after.len());
        out += &after[..between];
        rest = &after[between..];
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_a_token_is_cut_short_and_all_else_stays() {
        let token = "eyJhbGciOiJIUzI1NiIsInR5cCI6ImF0K2p3dCJ9.eyJ4IjoxfQ.abcd_efgh-1234";
        let line = format!("__Host-access={token}; Path=/; HttpOnly; Secure; SameSite=Lax; Max-Age=300");
        assert_eq!(cut(&line), "__Host-access=eyJhbG…1234; Path=/; HttpOnly; Secure; SameSite=Lax; Max-Age=300");
        assert_eq!(cut(&format!("Bearer {token}")), "Bearer eyJhbG…1234");
        assert_eq!(cut("__Host-browser=ma7WYhLwALGNZJKuV1UYjA; Path=/"), "__Host-browser=ma7WYh…UYjA; Path=/");
        assert_eq!(cut("__Host-a-name-that-is-long=1"), "__Host-a-name-that-is-long=1");
        assert_eq!(cut("__Host-looks=dark; __Host-declined=1"), "__Host-looks=dark; __Host-declined=1");
        assert_eq!(cut("ä; ö"), "ä; ö");
    }
}
