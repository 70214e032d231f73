//! Documents: pages that the server makes alone, put into the frame that all pages share. They are read by people, with scripts and
//! without, and by the app, which fetches them with its own credentials and shows them in place.

use std::sync::Arc;

use app::routes::page;
use app::ui::document::{Served, missing, parts, problem};
use app::ui::text;
use app::wire::problem::{Code, Problem};
use app::wire::session::Boot;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use leptos::prelude::AnyView;

use super::problem::{Answer, Refusal};
use super::ssr::{away, boot, render_with, see_other, to_log_in};
use super::visitor::Visitor;
use super::{cookies, embedded, guard};
use crate::site::Site;

/// A document for whoever asks. `title` is what the window is called, without the site's name.
pub async fn page(visitor: Visitor, status: StatusCode, title: &str, view: AnyView) -> Response {
    let Visitor { boot, cookies: lines, uri, headers, .. } = visitor;
    let boot = Boot { title: Some(title.to_owned()), ..boot };
    let mut response = sheet(boot, Served::new(title, view), uri, headers, status).await;
    cookies::append(response.headers_mut(), lines);
    response
}

/// In place of a document for those who are logged in, where nobody is: to the log-in page and back. A browser that keeps its session
/// where only scripts find it gets a sheet with nothing of its own on it instead, and fetches the page itself.
pub async fn stranger(visitor: Visitor) -> Response {
    stranger_at(visitor, text::OPENING_PAGE, parts::opening()).await
}

/// The same, where what is shown meanwhile has the shape of the page that is to come.
pub async fn stranger_at(visitor: Visitor, title: &str, meanwhile: AnyView) -> Response {
    let Visitor { boot, over, uri, headers, posted, .. } = visitor;
    if boot.storage.is_none() || posted {
        let whole = uri.path_and_query().map_or(uri.path(), |whole| whole.as_str());
        return to_log_in(over, Some(if posted { uri.path() } else { whole }).filter(|next| *next != page::HOME));
    }
    let boot = Boot { title: Some(title.to_owned()), meanwhile: true, ..boot };
    let mut served = Served::new(title, meanwhile);
    served.html.insert_str(0, &Served::new("", parts::needs_scripts()).html);
    sheet(boot, served, uri, headers, StatusCode::OK).await
}

/// 303: to `to`, with the cookies of a session that was refreshed on the way.
#[must_use]
pub fn go(visitor: Visitor, to: &str) -> Response {
    let mut response = see_other(to);
    cookies::append(response.headers_mut(), visitor.cookies);
    response
}

/// A built file, or nothing: 404, as a page for people and as a problem for programs.
pub async fn anything_else(State(site): State<Arc<Site>>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    if !matches!(parts.method, Method::GET | Method::HEAD) || parts.uri.path().starts_with("/api/") {
        return Refusal::from(Code::NotFound).into_response();
    }
    if let Some(file) = embedded::serve(parts.uri.clone(), parts.headers.clone(), site.lab).await {
        return file;
    }
    guard::personal(told(&site, parts, Problem::new(Code::NotFound)).await)
}

/// Around the documents: what a handler refuses is shown to people as a page, with the same status. Programs, and the app where it
/// fetches for a session, get the problem.
pub async fn explain(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let (method, uri, headers) = (parts.method.clone(), parts.uri.clone(), parts.headers.clone());
    let mut response = next.run(Request::from_parts(parts, body)).await;
    let by_app = headers.contains_key("x-account");
    let program = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).is_some_and(|accept| accept.contains("json"));
    let Some(problem) = response.extensions_mut().remove::<Problem>() else { return response };
    if by_app || program {
        response.extensions_mut().insert(problem);
        return response;
    }
    if problem.code == Code::Busy && matches!(method, Method::GET | Method::HEAD) {
        return away();
    }
    tracing::info!(%method, path = guard::loggable(uri.path()), status = problem.status, code = problem.code.as_str(), "refused");
    let mut asked = Request::new(Body::empty());
    (*asked.method_mut(), *asked.uri_mut(), *asked.headers_mut()) = (Method::GET, uri, headers);
    told(&site, asked.into_parts().0, problem).await
}

/// A problem as a page.
async fn told(site: &Arc<Site>, parts: Parts, said: Problem) -> Response {
    let said = Problem { request_id: guard::request_id(), ..said };
    let (title, view) = match said.code {
        Code::NotFound => (text::missing::TITLE, missing::missing()),
        _ => (text::missing::PROBLEM_TITLE, problem::problem(&said)),
    };
    let status = StatusCode::from_u16(said.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    match boot(site, &parts.headers).await {
        Ok((boot, _)) => {
            let boot = Boot { title: Some(title.to_owned()), ..boot };
            sheet(boot, Served::new(title, view), parts.uri, parts.headers, status).await
        }
        Err(_) => away(),
    }
}

async fn sheet(boot: Boot, served: Served, uri: Uri, headers: HeaderMap, status: StatusCode) -> Response {
    // A form that is posted to the path of a hydrated page comes back as a document of its own.
    let uri = if page::HYDRATED.contains(&uri.path()) { Uri::from_static("/problem") } else { uri };
    // Inside the document, so that it comes along where the app fetches it.
    let html = [r#"<link rel="stylesheet" href=""#, &embedded::assets().pages, r#"">"#, &served.html].concat();
    let served = Served { html, ..served };
    let mut request = Request::new(Body::empty());
    (*request.uri_mut(), *request.headers_mut()) = (uri, headers);
    render_with(boot, Some(served), request, status).await
}

/// What a handler of a document answers.
pub type Shown = Answer<Response>;

#[cfg(test)]
mod tests {
    use app::ui::document::Served;
    use app::ui::document::parts::{Field, field, text_area};
    use app::wire::problem::{Code, Problem};

    #[test]
    fn a_field_names_its_error_and_repeats_no_password() {
        let problem = Problem::new(Code::InvalidFields).field("password", "Enter your password");
        let traits = Field { name: "password", label: "Password", kind: "password", value: "secret", ..Field::default() };
        let html = Served::new("", field(traits, Some(&problem))).html;
        assert!(html.contains("aria-describedby=\"password-error\"") && html.contains("Enter your password"), "{html}");
        assert!(!html.contains("secret"), "{html}");
    }

    #[test]
    fn what_people_typed_is_text_and_no_markup() {
        let traits = Field { name: "x", label: "X", value: "</textarea><script>", ..Field::default() };
        let html = Served::new("", text_area(traits, 3, None)).html;
        assert!(!html.contains("<script>"), "{html}");
    }
}
