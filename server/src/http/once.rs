//! Requests that are done once, however often they are sent: a client that lost the answer, or replays after a refresh, sends the
//! same `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header) and is answered what was answered then. The answer is written in
//! the transaction of the deed, so there is never one without the other. Kept for a day, see [`replies::KEPT`].

use app::wire::problem::{Code, Problem};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::problem::Answer;
use crate::site::Site;
use crate::store::Tx;
use crate::store::replies::{self, Reply};

/// The longest key.
const LONGEST: usize = 64;

/// The name of what is to be done once: whose it is, what the client calls it, what it says.
pub struct Once {
    account_id: Uuid,
    key: Option<String>,
    request: Vec<u8>,
}

impl Once {
    /// By the header of a request; `what` is everything that makes it this request: method, path, body. A request without a key is
    /// done each time it comes.
    ///
    /// # Errors
    /// 400 for a key that is none.
    pub fn of(headers: &HeaderMap, account_id: Uuid, what: &[&[u8]]) -> Answer<Self> {
        let key = match headers.get("idempotency-key") {
            None => None,
            Some(key) => match key.to_str() {
                Ok(key) if (1..=LONGEST).contains(&key.len()) => Some(key.to_owned()),
                _ => return Err(Problem::new(Code::MalformedRequest).titled("The Idempotency-Key is not 1 to 64 plain characters").into()),
            },
        };
        let mut request = Sha256::new();
        for part in what {
            request.update((part.len() as u64).to_be_bytes());
            request.update(part);
        }
        Ok(Self { account_id, key, request: request.finalize().to_vec() })
    }

    /// What was answered before, if anything was.
    ///
    /// # Errors
    /// 422 where the key was used for another request.
    pub async fn answered(&self, site: &Site) -> Answer<Option<Response>> {
        Ok(self.answer(site).await?.map(|(status, body)| json(status, body)))
    }

    /// The same as a status and JSON, for a form that answers in its own way.
    ///
    /// # Errors
    /// 422 where the key was used for another request.
    pub async fn answer(&self, site: &Site) -> Answer<Option<(StatusCode, String)>> {
        let Some(key) = &self.key else { return Ok(None) };
        let Some(reply) = replies::by_key(&site.auth.db, self.account_id, key).await? else { return Ok(None) };
        if reply.request != self.request {
            return Err(Problem::new(Code::InvalidFields).titled("This Idempotency-Key was used for another request").into());
        }
        let status = u16::try_from(reply.status).ok().and_then(|status| StatusCode::from_u16(status).ok());
        Ok(Some((status.unwrap_or(StatusCode::OK), reply.body)))
    }

    /// Makes what was done in `tx` last, together with its answer: a status and JSON. When the same request was faster elsewhere,
    /// this one is undone, and answers like that one.
    ///
    /// # Errors
    /// When the database fails; then nothing was done.
    pub async fn commit(self, site: &Site, tx: Tx, status: StatusCode, body: String) -> Answer<Response> {
        let (status, body) = self.keep(site, tx, status, body).await?;
        Ok(json(status, body))
    }

    /// The same, answering with a status and JSON.
    ///
    /// # Errors
    /// When the database fails; then nothing was done.
    pub async fn keep(self, site: &Site, mut tx: Tx, status: StatusCode, body: String) -> Answer<(StatusCode, String)> {
        if let Some(key) = &self.key {
            let reply = Reply { request: self.request.clone(), status: status.as_u16().into(), body: body.clone() };
            if !replies::insert(&mut tx, self.account_id, key, &reply, site.auth.clock.now()).await? {
                drop(tx);
                return self.answer(site).await?.ok_or(Code::Busy.into());
            }
        }
        tx.commit().await?;
        Ok((status, body))
    }
}

/// A status and JSON as a response.
#[must_use]
pub fn json(status: StatusCode, body: String) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}
