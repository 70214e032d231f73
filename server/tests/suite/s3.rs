//! Pictures in S3: against a store that speaks as much of it as the server needs.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

use crate::posts::jpeg;
use crate::process::{Process, log_in};

type Bucket = Arc<Mutex<BTreeMap<String, Bytes>>>;

fn signed(headers: &HeaderMap) -> bool {
    headers.get("authorization").is_some_and(|line| line.to_str().unwrap().starts_with("AWS4-HMAC-SHA256 Credential=lamp/"))
}

async fn put(State(bucket): State<Bucket>, Path(key): Path<String>, headers: HeaderMap, body: Bytes) -> Response {
    if !signed(&headers) {
        return StatusCode::FORBIDDEN.into_response();
    }
    bucket.lock().unwrap().insert(key, body);
    [("etag", "\"1\"")].into_response()
}

async fn read(State(bucket): State<Bucket>, Path(key): Path<String>, headers: HeaderMap) -> Response {
    let found = bucket.lock().unwrap().get(&key).cloned();
    match found {
        Some(body) if signed(&headers) => ([("etag", "\"1\""), ("last-modified", "Tue, 24 Nov 2026 12:00:00 GMT")], body).into_response(),
        _ => (StatusCode::NOT_FOUND, "<Error><Code>NoSuchKey</Code></Error>").into_response(),
    }
}

/// Several at once: keys in, keys out.
async fn remove(State(bucket): State<Bucket>, headers: HeaderMap, body: String) -> Response {
    if !signed(&headers) {
        return StatusCode::FORBIDDEN.into_response();
    }
    let keys: Vec<&str> = body.split("<Key>").skip(1).filter_map(|rest| rest.split("</Key>").next()).collect();
    keys.iter().for_each(|key| drop(bucket.lock().unwrap().remove(*key)));
    let done: String = keys.iter().map(|key| format!("<Deleted><Key>{key}</Key></Deleted>")).collect();
    format!("<?xml version=\"1.0\"?><DeleteResult>{done}</DeleteResult>").into_response()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_lies_in_the_bucket_and_goes_with_its_post() {
    let bucket = Bucket::default();
    let router = Router::new()
        .route("/lamps/{*key}", get(read).put(put))
        .route("/lamps", post(remove))
        .route("/lamps/", post(remove))
        .with_state(Arc::clone(&bucket));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let store = tokio::spawn(async move { axum::serve(listener, router).await });

    let folder = tempfile::tempdir().unwrap();
    let environment = [
        ("AWS_ENDPOINT", &*endpoint),
        ("AWS_ALLOW_HTTP", "true"),
        ("AWS_REGION", "eu-central-1"),
        ("AWS_ACCESS_KEY_ID", "lamp"),
        ("AWS_SECRET_ACCESS_KEY", "oil"),
    ];
    let more = ["--seed", "demo", "--pictures", "s3://lamps/shelf"];
    let server = Process::start_with(folder.path(), None, &more, &environment);
    native::install_tls();
    let client = reqwest::Client::new();
    let grant = log_in(&client, &server.url).await;
    let token = grant["access"].as_str().unwrap();
    let mut body = b"--edge\r\nContent-Disposition: form-data; name=\"picture\"; filename=\"p\"\r\n\r\n".to_vec();
    body.extend(jpeg(600, 400));
    body.extend(b"\r\n--edge--\r\n");
    let reply = client
        .post(format!("{}/api/posts", server.url))
        .bearer_auth(token)
        .header("content-type", "multipart/form-data; boundary=edge")
        .body(body);
    let reply = reply.send().await.unwrap();
    assert_eq!(reply.status(), 201);
    let made: serde_json::Value = reply.json().await.unwrap();
    let keys: Vec<String> = bucket.lock().unwrap().keys().cloned().collect();
    assert_eq!(keys.len(), 2, "{keys:?}");
    assert!(keys.iter().all(|key| key.starts_with("shelf/") && key.ends_with(".jpg")), "{keys:?}");

    let served = client.get(format!("{}{}", server.url, made["picture"].as_str().unwrap())).send().await.unwrap();
    assert_eq!((served.status().as_u16(), &served.headers()["content-type"]), (200, &"image/jpeg".parse().unwrap()));
    assert!(image::load_from_memory(&served.bytes().await.unwrap()).is_ok());
    let missing = format!("{}/pictures/{}-480.jpg", server.url, "0".repeat(32));
    assert_eq!(client.get(missing).send().await.unwrap().status(), 404);

    let gone = client.delete(format!("{}/api/posts/{}", server.url, made["post_id"].as_str().unwrap())).bearer_auth(token);
    assert_eq!(gone.send().await.unwrap().status(), 204);
    assert!(bucket.lock().unwrap().is_empty());
    store.abort();
}
