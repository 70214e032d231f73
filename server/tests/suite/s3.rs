//! Pictures in S3: against a server that speaks it, checks each signature, and keeps its objects in a folder.

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Command, Output};
use std::thread::JoinHandle;

use axum::Router;
use axum::error_handling::HandleError;
use axum::http::StatusCode;
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use s3s_fs::FileSystem;
use tokio::sync::oneshot;

use crate::posts::jpeg;
use crate::process::{Process, log_in};

/// The store, with a bucket `lamps`, for who knows the secret `oil` of `lamp`.
struct Store {
    address: SocketAddr,
    folder: tempfile::TempDir,
    running: Option<(oneshot::Sender<()>, JoinHandle<()>)>,
}

impl Store {
    fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("lamps")).unwrap();
        let mut store = Self { address: SocketAddr::from(([127, 0, 0, 1], 0)), folder, running: None };
        store.come_back();
        store
    }

    /// At the address that it had.
    fn come_back(&mut self) {
        let listener = TcpListener::bind(self.address).unwrap();
        listener.set_nonblocking(true).unwrap();
        self.address = listener.local_addr().unwrap();
        let mut service = S3ServiceBuilder::new(FileSystem::new(self.folder.path()).unwrap());
        service.set_auth(SimpleAuth::from_single("lamp", "oil"));
        let service = HandleError::new(service.build(), async |_: s3s::HttpError| StatusCode::INTERNAL_SERVER_ERROR);
        // What it keeps in folders it makes on demand; a bucket, others do not.
        let router = ["/lamps", "/lamps/", "/lamps/{*key}"].into_iter();
        let router = router.fold(Router::new(), |router, path| router.route_service(path, service.clone()));
        let (stop, stopped) = oneshot::channel();
        // In a runtime of its own: where that ends, so do its connections.
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener).unwrap();
                tokio::select! {
                    served = std::future::IntoFuture::into_future(axum::serve(listener, router)) => served.unwrap(),
                    _ = stopped => {}
                }
            });
        });
        self.running = Some((stop, thread));
    }

    fn go_away(&mut self) {
        let (stop, thread) = self.running.take().unwrap();
        drop(stop);
        thread.join().unwrap();
    }

    fn environment<'a>(&self, secret: &'a str) -> [(&'a str, String); 5] {
        [
            ("AWS_ENDPOINT", format!("http://{}", self.address)),
            ("AWS_ALLOW_HTTP", "true".into()),
            ("AWS_REGION", "eu-central-1".into()),
            ("AWS_ACCESS_KEY_ID", "lamp".into()),
            ("AWS_SECRET_ACCESS_KEY", secret.into()),
        ]
    }

    /// A site that keeps its pictures here.
    fn site(&self, data: &Path) -> Process {
        let environment = self.environment("oil");
        let environment = environment.each_ref().map(|(name, value)| (*name, &**value));
        Process::start_with(data, None, &["--seed", "demo", "--pictures", "s3://lamps/shelf"], &environment)
    }

    /// What a site says that does not start.
    fn refused(&self, data: &Path, pictures: &str, secret: &str) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_nightlatch"));
        command.arg("--data").arg(data).args(["--listen", "127.0.0.1:0", "--pictures", pictures]);
        command.envs(self.environment(secret)).output().unwrap()
    }

    /// The objects of the bucket, as paths in it.
    fn objects(&self) -> Vec<String> {
        let mut found = Vec::new();
        let mut folders = vec![self.folder.path().join("lamps")];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    found.push(path.strip_prefix(self.folder.path().join("lamps")).unwrap().to_str().unwrap().to_owned());
                }
            }
        }
        found
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        if self.running.is_some() {
            self.go_away();
        }
    }
}

async fn post(client: &reqwest::Client, server: &Process, token: &str, key: &str) -> reqwest::Response {
    let mut body = b"--edge\r\nContent-Disposition: form-data; name=\"picture\"; filename=\"p\"\r\n\r\n".to_vec();
    body.extend(jpeg(600, 400));
    body.extend(b"\r\n--edge--\r\n");
    let request = client.post(format!("{}/api/posts", server.url)).bearer_auth(token).header("idempotency-key", key);
    request.header("content-type", "multipart/form-data; boundary=edge").body(body).send().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_lies_in_the_bucket_and_goes_with_its_post() {
    let store = Store::open();
    let folder = tempfile::tempdir().unwrap();
    let server = store.site(folder.path());
    assert!(store.objects().is_empty(), "what was written to see whether it can be is gone");
    native::install_tls();
    let client = reqwest::Client::new();
    let grant = log_in(&client, &server.url).await;
    let token = grant["access"].as_str().unwrap();
    let reply = post(&client, &server, token, "one").await;
    assert_eq!(reply.status(), 201);
    let made: serde_json::Value = reply.json().await.unwrap();
    let objects = store.objects();
    assert_eq!(objects.len(), 2, "{objects:?}");
    assert!(objects.iter().all(|object| object.starts_with("shelf/") && object.ends_with(".jpg")), "{objects:?}");

    let served = client.get(format!("{}{}", server.url, made["picture"].as_str().unwrap())).send().await.unwrap();
    assert_eq!((served.status().as_u16(), &served.headers()["content-type"]), (200, &"image/jpeg".parse().unwrap()));
    assert!(image::load_from_memory(&served.bytes().await.unwrap()).is_ok());
    let missing = format!("{}/pictures/{}-480.jpg", server.url, "0".repeat(32));
    assert_eq!(client.get(missing).send().await.unwrap().status(), 404);

    let gone = client.delete(format!("{}/api/posts/{}", server.url, made["post_id"].as_str().unwrap())).bearer_auth(token);
    assert_eq!(gone.send().await.unwrap().status(), 204);
    assert_eq!(store.objects(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_is_away_is_said_and_nothing_is_posted() {
    let mut store = Store::open();
    let folder = tempfile::tempdir().unwrap();
    let server = store.site(folder.path());
    native::install_tls();
    let client = reqwest::Client::new();
    let grant = log_in(&client, &server.url).await;
    let token = grant["access"].as_str().unwrap();
    let made: serde_json::Value = post(&client, &server, token, "one").await.json().await.unwrap();
    let picture = format!("{}{}", server.url, made["picture"].as_str().unwrap());
    let page = format!("{}/api/posts/{}", server.url, made["post_id"].as_str().unwrap());
    store.go_away();

    let begun = std::time::Instant::now();
    let reply = client.get(&picture).send().await.unwrap();
    assert_eq!((reply.status().as_u16(), reply.headers().contains_key("retry-after")), (503, true));
    let request = client.post(format!("{}/api/posts", server.url)).bearer_auth(token);
    let form =
        [&b"--edge\r\nContent-Disposition: form-data; name=\"picture\"; filename=\"p\"\r\n\r\n"[..], &jpeg(60, 40), b"\r\n--edge--\r\n"];
    let request = request.header("content-type", "multipart/form-data; boundary=edge").body(form.concat());
    let reply = request.send().await.unwrap();
    assert_eq!(reply.status(), 503);
    let problem: serde_json::Value = reply.json().await.unwrap();
    assert!(problem["title"].as_str().unwrap().contains("picture"), "{problem}");
    assert!(begun.elapsed().as_secs() < 25, "nobody waits for long: {:?}", begun.elapsed());
    let mine = client.get(format!("{}/api/users/mina", server.url)).bearer_auth(token).send().await.unwrap();
    let mine: serde_json::Value = mine.json().await.unwrap();
    let newest = &mine["page"]["items"][0]["post_id"];
    assert_eq!(newest, &made["post_id"], "no post without its picture: {mine}");
    // The post goes, its files are left to the sweep: who removes something is not told that they cannot.
    assert_eq!(client.delete(&page).bearer_auth(token).send().await.unwrap().status(), 204);

    store.come_back();
    assert_eq!(post(&client, &server, token, "two").await.status(), 201, "and without a restart");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_refuses_is_said_at_the_start() {
    let mut store = Store::open();
    let folder = tempfile::tempdir().unwrap();
    for (pictures, secret, said) in [
        ("s3://lamps", "water", "refuses the credentials of AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"),
        ("s3://candles", "oil", "there is no such bucket"),
    ] {
        let output = store.refused(folder.path(), pictures, secret);
        let words = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && words.contains("the pictures cannot be kept") && words.contains(said), "{words}");
        assert!(!words.contains(secret) || secret == "oil", "{words}");
    }
    // Away is not wrong: whatever needs no picture works.
    store.go_away();
    let server = store.site(folder.path());
    native::install_tls();
    log_in(&reqwest::Client::new(), &server.url).await;
}
