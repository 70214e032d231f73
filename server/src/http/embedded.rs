//! The built site, inside the binary: scripts, styles, wasm, icon. A table, so that no path of the disk can be asked for.
//! Compressed once, when it was built; which form goes out is for the client to say.

use app::shell::Assets;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::Response;

include!(concat!(env!("OUT_DIR"), "/site.rs"));

/// What a document asks for. Empty names when the server was built without a site.
pub fn assets() -> Assets {
    let reload = (!ROLES.reload.is_empty()).then(|| ROLES.reload.to_owned());
    let [css, pages, start, js, wasm] = [ROLES.css, ROLES.pages, ROLES.start, ROLES.js, ROLES.wasm].map(str::to_owned);
    Assets { css, pages, start, js, wasm, reload, ..Assets::default() }
}

/// What a page of the lab asks for: wasm of its own, which holds all that the other does, and a style sheet more.
pub fn lab_assets() -> Assets {
    let [start, js, wasm, lab] = [ROLES.lab_start, ROLES.lab_js, ROLES.lab_wasm, ROLES.lab_css].map(str::to_owned);
    Assets { start, js, wasm, lab: Some(lab), ..assets() }
}

/// The file of this path in the form the client likes best, or nothing. With the lab off, its files are nothing, too.
pub async fn serve(uri: Uri, headers: HeaderMap, lab: bool) -> Option<Response> {
    let file = FILES.iter().find(|file| file.path == uri.path()).filter(|file| lab || !is_of_lab(file.path))?;
    answer(file, &headers)
}

/// Whether a file is the lab's, by its name: see `xtask/src/site.rs`.
fn is_of_lab(path: &str) -> bool {
    ["/pkg/lab", "/pkg/start-lab"].iter().any(|begins| path.starts_with(begins))
}

/// URL paths of the files a document names.
struct Roles {
    css: &'static str,
    pages: &'static str,
    start: &'static str,
    js: &'static str,
    wasm: &'static str,
    lab_css: &'static str,
    lab_start: &'static str,
    lab_js: &'static str,
    lab_wasm: &'static str,
    reload: &'static str,
}

/// One file, in up to three forms. The plain one is for clients that decompress nothing.
struct File {
    path: &'static str,
    media: &'static str,
    raw: Form,
    br: Option<Form>,
    gz: Option<Form>,
}

/// The bytes that go over the wire, and their tag; empty while developing.
struct Form {
    etag: &'static str,
    bytes: Bytes,
}

enum Bytes {
    // Neither a release site nor a development site has both.
    #[allow(dead_code, reason = "which of the two there is depends on the site")]
    Here(&'static [u8]),
    /// While developing: read anew for each request, so that a changed style sheet needs no new server.
    #[allow(dead_code, reason = "which of the two there is depends on the site")]
    OnDisk(&'static str),
}

fn answer(file: &File, headers: &HeaderMap) -> Option<Response> {
    let (form, encoding) = file.form_for(headers);
    let mut response = if form.known_to(headers) {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        response
    } else {
        let body = match form.bytes {
            Bytes::Here(bytes) => Body::from(bytes),
            Bytes::OnDisk(path) => Body::from(std::fs::read(path).ok()?),
        };
        let mut response = Response::new(body);
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(file.media));
        if let Some(encoding) = encoding {
            response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        response
    };
    let fields = response.headers_mut();
    fields.insert(header::CACHE_CONTROL, HeaderValue::from_static(file.caching()));
    fields.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    fields.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if !form.etag.is_empty() {
        fields.insert(header::ETAG, HeaderValue::from_static(form.etag));
    }
    Some(response)
}

impl File {
    /// The form that the client weighs highest; of equals the smallest.
    fn form_for(&self, headers: &HeaderMap) -> (&Form, Option<&'static str>) {
        let accepted = Accepted::of(headers);
        let mut best = (&self.raw, None, accepted.weight("identity"));
        for (form, encoding) in [(&self.gz, "gzip"), (&self.br, "br")] {
            let weight = accepted.weight(encoding);
            if let Some(form) = form.as_ref().filter(|_| weight > 0 && weight >= best.2) {
                best = (form, Some(encoding), weight);
            }
        }
        (best.0, best.1)
    }

    /// A name with a hash never means anything else. The rest is asked for again after an hour, and mostly not sent.
    fn caching(&self) -> &'static str {
        match (&self.raw.bytes, self.path.starts_with("/pkg/")) {
            (Bytes::OnDisk(_), _) => "no-store",
            (Bytes::Here(_), true) => "public, max-age=31536000, immutable",
            (Bytes::Here(_), false) => "public, max-age=3600",
        }
    }
}

impl Form {
    /// Whether the client says that it holds these very bytes.
    fn known_to(&self, headers: &HeaderMap) -> bool {
        let tags = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
        let mut tags = tags.flat_map(|value| value.split(',')).map(|tag| tag.trim().trim_start_matches("W/"));
        !self.etag.is_empty() && tags.any(|tag| tag == "*" || tag == self.etag)
    }
}

/// What `Accept-Encoding` says: names and their weights, in thousandths.
struct Accepted(Vec<(String, u16)>);

impl Accepted {
    fn of(headers: &HeaderMap) -> Self {
        let values = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
        Self(values.flat_map(|value| value.split(',')).map(weighed).collect())
    }

    /// The weight of an encoding: its own, or that of `*`. Plain bytes are taken by everyone, if nothing else is said.
    fn weight(&self, encoding: &str) -> u16 {
        let said = |name: &str| self.0.iter().find(|(known, _)| known == name).map(|(_, weight)| *weight);
        said(encoding).or_else(|| said("*")).unwrap_or(u16::from(encoding == "identity"))
    }
}

/// `br;q=0.8` in two. A weight that is no number counts as none given.
fn weighed(part: &str) -> (String, u16) {
    let (name, params) = part.split_once(';').unwrap_or((part, ""));
    let weight = params.split(';').find_map(|param| {
        let (key, value) = param.split_once('=')?;
        let value: f32 = if key.trim().eq_ignore_ascii_case("q") { value.trim().parse().ok()? } else { return None };
        Some((value.clamp(0.0, 1.0) * 1000.0) as u16)
    });
    (name.trim().to_ascii_lowercase(), weight.unwrap_or(1000))
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn form(etag: &'static str, bytes: &'static [u8]) -> Form {
        Form { etag, bytes: Bytes::Here(bytes) }
    }

    static SCRIPT: File = File {
        path: "/pkg/app-1.js",
        media: "text/javascript; charset=utf-8",
        raw: form("\"1\"", b"plain"),
        br: Some(form("\"1-br\"", b"b")),
        gz: Some(form("\"1-gz\"", b"gz")),
    };

    static PICTURE: File = File { path: "/a.png", media: "image/png", raw: form("\"2\"", b"png"), br: None, gz: None };

    fn headers(fields: &[(header::HeaderName, &'static str)]) -> HeaderMap {
        fields.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value))).collect()
    }

    fn chosen(file: &File, accept: &'static str) -> Option<&'static str> {
        file.form_for(&headers(&[(header::ACCEPT_ENCODING, accept)])).1
    }

    #[test]
    fn the_client_chooses_the_encoding() {
        for (accept, encoding) in [
            ("gzip, deflate, br, zstd", Some("br")),
            ("br;q=0.5, gzip;q=0.8", Some("gzip")),
            ("GZIP", Some("gzip")),
            ("*", Some("br")),
            ("*;q=0.1, br;q=0", Some("gzip")),
            ("br; q=0, gzip; q=0", None),
            ("identity, br;q=0.5", None),
            ("identity;q=0.1, br;q=0.5", Some("br")),
            ("identity;q=0", None),
            ("deflate", None),
            ("", None),
            ("br;q=nonsense", Some("br")),
        ] {
            assert_eq!(chosen(&SCRIPT, accept), encoding, "{accept:?}");
        }
        assert_eq!(SCRIPT.form_for(&HeaderMap::new()).1, None);
        assert_eq!(chosen(&PICTURE, "gzip, br"), None);
    }

    #[test]
    fn hashed_names_are_kept_for_ever_and_sent_in_one_form_only() {
        let response = answer(&SCRIPT, &headers(&[(header::ACCEPT_ENCODING, "br")])).unwrap();
        let field = |name: &header::HeaderName| response.headers().get(name).and_then(|value| value.to_str().ok());
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(field(&header::CACHE_CONTROL), Some("public, max-age=31536000, immutable"));
        assert_eq!(field(&header::CONTENT_ENCODING), Some("br"));
        assert_eq!(field(&header::VARY), Some("accept-encoding"));
        assert_eq!(field(&header::ETAG), Some("\"1-br\""));
        assert_eq!(field(&header::X_CONTENT_TYPE_OPTIONS), Some("nosniff"));
    }

    #[test]
    fn what_the_client_holds_is_not_sent_again() {
        let status = |tag| answer(&PICTURE, &headers(&[(header::IF_NONE_MATCH, tag)])).unwrap().status();
        for tag in ["\"2\"", "W/\"2\"", "\"1\", \"2\"", "*"] {
            assert_eq!(status(tag), StatusCode::NOT_MODIFIED, "{tag}");
        }
        assert_eq!(status("\"2-br\""), StatusCode::OK);
        assert_eq!(answer(&PICTURE, &HeaderMap::new()).unwrap().headers()[header::CACHE_CONTROL], "public, max-age=3600");
    }

    #[test]
    fn the_labs_files_are_known_by_their_names() {
        for path in
            ["/pkg/lab-1.wasm", "/pkg/lab-1.js", "/pkg/lab-1.css", "/pkg/start-lab-1.js", "/pkg/lab-snippets-1/lab-2/src/payload.js"]
        {
            assert!(is_of_lab(path), "{path}");
        }
        for path in ["/pkg/app-1.wasm", "/pkg/start-1.js", "/pkg/main-1.css", "/pkg/app-snippets-1/x.js"] {
            assert!(!is_of_lab(path), "{path}");
        }
    }

    #[tokio::test]
    async fn paths_outside_the_table_are_nothing() {
        for path in ["/", "/pkg/", "/pkg/../manifest", "/manifest", "/Cargo.toml", "/%2e%2e/Cargo.toml", "//icon.svg"] {
            assert!(serve(Uri::from_static(path), HeaderMap::new(), true).await.is_none(), "{path}");
        }
    }
}
