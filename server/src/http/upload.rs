//! A new post as it comes in: `multipart/form-data` (RFC 7578) with `picture`, `caption` and `alt`. It is read piece by piece: what is too
//! large is counted and thrown away, so that its author can be told, and never lies in memory.

use std::sync::Arc;

use app::wire::feed::{PICTURE_MAX, oversize};
use app::wire::problem::{Code, Problem};
use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::header;

use super::problem::{Answer, Refusal};
use crate::feed::pictures::Room;
use crate::site::Site;

/// Largest body that is read to its end, in bytes, for the sake of an answer that a browser shows.
pub const BODY_MAX: usize = 40 << 20;
/// Largest text, in bytes. No caption needs as much.
const TEXT_MAX: usize = 64 * 1024;

/// What was sent.
pub struct Upload {
    /// The picture; empty when there is none.
    pub picture: Vec<u8>,
    /// As typed.
    pub caption: String,
    /// As typed.
    pub alt: String,
    /// What is wrong with the picture before anybody looks into it.
    pub fault: Option<Problem>,
    /// Room for preparing it.
    pub room: Room,
}

/// Reads a request to its end.
///
/// # Errors
/// 415, 400 and 413 for what is no form of this kind; 503 when too many are being read.
pub async fn read(site: &Arc<Site>, request: Request) -> Answer<Upload> {
    let media = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !media.split(';').next().is_some_and(|media| media.trim().eq_ignore_ascii_case("multipart/form-data")) {
        return Err(Code::UnsupportedMediaType.into());
    }
    let room = site.pictures.room()?;
    let mut form = Multipart::from_request(request, site).await.map_err(|_| Refusal::from(Code::MalformedRequest))?;
    let (mut picture, mut caption, mut alt) = (None, None, None);
    while let Some(mut field) = form.next_field().await.map_err(|error| unreadable(&error))? {
        let name = field.name().unwrap_or_default().to_owned();
        let twice = match name.as_str() {
            "picture" => picture.replace(take(&mut field, PICTURE_MAX).await?).is_some(),
            "caption" => caption.replace(take(&mut field, TEXT_MAX).await?).is_some(),
            "alt" => alt.replace(take(&mut field, TEXT_MAX).await?).is_some(),
            _ => return Err(Problem::new(Code::MalformedRequest).titled("The request could not be read: unknown field").into()),
        };
        if twice {
            return Err(Problem::new(Code::MalformedRequest).titled("The request could not be read: a field came twice").into());
        }
    }
    let (picture, size) = picture.unwrap_or_default();
    let fault = if size > PICTURE_MAX {
        Some(too_large(size))
    } else {
        picture.is_empty().then(|| Problem::new(Code::InvalidFields).field("picture", "Choose a picture."))
    };
    Ok(Upload { picture, caption: text(caption)?, alt: text(alt)?, fault, room })
}

/// "This picture is 14 MB. The limit is 8 MB."
fn too_large(size: usize) -> Problem {
    Problem::new(Code::TooLarge).field("picture", oversize(size))
}

/// Refuses what says of itself that it is too large, before any of it is read. For programs, which look at the answer at once; a browser
/// shows none before it has sent everything.
///
/// # Errors
/// 413.
pub fn refuse_large(request: &Request) -> Answer<()> {
    let said = request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()).and_then(|text| text.parse().ok());
    match said {
        Some(size) if size > PICTURE_MAX + 3 * TEXT_MAX => Err(too_large(size).into()),
        _ => Ok(()),
    }
}

/// The first `most` bytes of a field, and how many it has.
async fn take(field: &mut Field<'_>, most: usize) -> Answer<(Vec<u8>, usize)> {
    let (mut kept, mut size) = (Vec::new(), 0);
    while let Some(chunk) = field.chunk().await.map_err(|error| unreadable(&error))? {
        size += chunk.len();
        if size <= most {
            kept.extend_from_slice(&chunk);
        } else if kept.len() < most {
            kept.extend_from_slice(&chunk[..most - kept.len()]);
        }
    }
    Ok((kept, size))
}

/// What is cut off is far too long in any case, and is refused as that.
fn text(taken: Option<(Vec<u8>, usize)>) -> Answer<String> {
    let (kept, size) = taken.unwrap_or_default();
    match String::from_utf8(kept) {
        Ok(text) => Ok(text),
        Err(error) if size > TEXT_MAX => Ok(String::from_utf8_lossy(error.as_bytes()).into_owned()),
        Err(_) => Err(Code::MalformedRequest.into()),
    }
}

fn unreadable(error: &MultipartError) -> Refusal {
    match error.status().as_u16() {
        413 => Problem::new(Code::TooLarge).field("picture", "This picture is too large. The limit is 8 MB.").into(),
        _ => Code::MalformedRequest.into(),
    }
}
