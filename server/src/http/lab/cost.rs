//! What requests of a session cost, measured inside the server: many of them, without a network.

use std::sync::Arc;
use std::time::{Duration, Instant};

use app::lab::spread::Spread;
use app::routes::api;
use app::wire::lab::cost::{Load, Loaded, Remembered, Witnessed};
use app::wire::problem::{Code, Problem};
use app::wire::secret::Secret;
use app::wire::session::TokenStorage;
use axum::body::Body as Bytes;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderValue, header};
use axum::{Json, Router};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tower::ServiceExt;
use uuid::Uuid;

use super::evidence::{Slow, micros};
use super::{another, of};
use crate::auth::Error;
use crate::auth::lab::remembered;
use crate::http::cookies;
use crate::http::extract::Body;
use crate::http::problem::Answer;
use crate::meter::Cost;
use crate::site::Site;
use crate::store::sessions;

/// The most requests of one run, the most at once, and the slowest database, in milliseconds.
const MOST: (u32, u32, u32) = (500, 32, 100);
/// How long one run may be kept waiting by a slow database, in milliseconds: well within the time that a request has.
const PATIENCE: u32 = 10_000;
/// A route that asks nobody who they are.
const BARE: &str = "/healthz";

/// One run at a time: two would measure each other.
static RUNS: Semaphore = Semaphore::const_new(1);
/// One store that is filled at a time, and the others wait for it.
static COUNTS: Semaphore = Semaphore::const_new(1);

/// `GET /api/lab/benches/{bench}/wire`.
pub(super) async fn wire(State(site): State<Arc<Site>>, Path(bench): Path<Uuid>) -> Answer<Json<Vec<Witnessed>>> {
    Ok(Json(of(&site)?.wire(bench).ok_or(Error::NotFound)?))
}

/// `POST /api/lab/benches/{bench}/load`.
pub(super) async fn load(State(site): State<Arc<Site>>, Path(bench): Path<Uuid>, Body(load): Body<Load>) -> Answer<Json<Loaded>> {
    let (session_id, ..) = of(&site)?.seen(bench).ok_or(Error::NotFound)?;
    let within = |value: u32, least: u32, most: u32| (least..=most).contains(&value);
    let waiting = load.requests.div_ceil(load.at_once.max(1)).saturating_mul(load.slow_ms);
    if !within(load.requests, 1, MOST.0) || !within(load.at_once, 1, MOST.1) || !within(load.slow_ms, 0, MOST.2) || waiting > PATIENCE {
        return Err(Problem::new(Code::MalformedRequest).into());
    }
    let Ok(_alone) = RUNS.try_acquire() else { return Err(Code::Busy.into()) };
    let row = sessions::by_id(&site.auth.db, session_id).await?.ok_or(Error::NotFound)?;
    let access = another(&site, session_id, false).await?;
    let router = crate::http::router(Arc::clone(&site));
    let began = Instant::now();
    let costs = run(&router, load, api::ME, Some((row.storage(), access))).await?;
    let took_us = micros(began.elapsed());
    let bare = run(&router, load, BARE, None).await?;
    let spread = |of: &dyn Fn(&Cost) -> f64, costs: &[Cost]| Spread::of(costs.iter().map(of).collect());
    Ok(Json(Loaded {
        requests: load.requests,
        at_once: load.at_once,
        slow_ms: load.slow_ms,
        took_us,
        auth: spread(&|cost| micros(cost.auth), &costs),
        total: spread(&|cost| micros(cost.total), &costs),
        bare: spread(&|cost| micros(cost.total), &bare),
        queries: spread(&|cost| f64::from(cost.queries), &costs),
    }))
}

/// `POST /api/lab/benches/{bench}/memory`.
pub(super) async fn memory(State(site): State<Arc<Site>>, Path(bench): Path<Uuid>) -> Answer<Json<Remembered>> {
    let (session_id, ..) = of(&site)?.seen(bench).ok_or(Error::NotFound)?;
    let _alone = COUNTS.acquire().await.map_err(|_| Error::Broken("nobody may count"))?;
    let row = sessions::by_id(&site.auth.db, session_id).await?.filter(|row| row.ended().is_none()).ok_or(Error::NotFound)?;
    Ok(Json(remembered(&site.auth, &row).await?))
}

/// A closed loop: whoever has been answered asks again, until all is asked.
async fn run(router: &Router, load: Load, path: &'static str, credential: Option<(TokenStorage, Secret)>) -> Answer<Vec<Cost>> {
    let mut workers = JoinSet::new();
    for worker in 0..load.at_once {
        let (router, credential) = (router.clone(), credential.clone());
        let requests = load.requests / load.at_once + u32::from(worker < load.requests % load.at_once);
        let slow = Slow(Duration::from_millis(load.slow_ms.into()));
        workers.spawn(async move {
            let mut costs = Vec::new();
            for _ in 0..requests {
                let Ok(response) = router.clone().oneshot(request(path, slow, credential.as_ref())).await;
                let cost = response.extensions().get::<Cost>().copied();
                costs.push(cost.filter(|_| response.status().is_success()).ok_or(Error::InvalidAccess)?);
            }
            Ok::<_, Error>(costs)
        });
    }
    let mut costs = Vec::new();
    while let Some(done) = workers.join_next().await {
        costs.extend(done.map_err(|_| Error::Broken("a run was cut off"))??);
    }
    Ok(costs)
}

fn request(path: &'static str, slow: Slow, credential: Option<&(TokenStorage, Secret)>) -> Request {
    let mut request = Request::new(Bytes::empty());
    *request.uri_mut() = axum::http::Uri::from_static(path);
    request.extensions_mut().insert(slow);
    let field = credential.map(|(storage, access)| {
        if storage.access_in_cookie() {
            (header::COOKIE, [cookies::ACCESS, "=", access.expose()].concat())
        } else {
            (header::AUTHORIZATION, ["Bearer ", access.expose()].concat())
        }
    });
    if let Some((name, value)) = field.and_then(|(name, value)| Some((name, HeaderValue::from_str(&value).ok()?))) {
        request.headers_mut().insert(name, value);
    }
    request
}
