//! Mails: rows first, sent once, tried again. The mail server is a real one, as far as a test needs it.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use app::wire::secret::Secret;
use serde_json::json;
use server::config::Config;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use crate::process::Process;
use crate::world::{World, fresh_postgres};

/// A mail server on a port of its own, which refuses the first `refusals` mails.
struct Server {
    port: u16,
    received: Arc<Mutex<Vec<String>>>,
}

impl Server {
    async fn start(refusals: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let received = Arc::<Mutex<Vec<String>>>::default();
        let kept = Arc::clone(&received);
        tokio::spawn(async move {
            let mut refusals = refusals;
            while let Ok((stream, _)) = listener.accept().await {
                let refuse = refusals > 0;
                refusals = refusals.saturating_sub(1);
                tokio::spawn(serve(stream, refuse, false, true, Arc::clone(&kept)));
            }
        });
        Self { port, received }
    }

    fn config(&self, database: Option<String>) -> Config {
        Config {
            database,
            smtp: Some(Secret::new(format!("smtp://127.0.0.1:{}", self.port))),
            mail_from: Some("Nightlatch <no-reply@nightlatch.example>".into()),
            ..Config::default()
        }
    }

    fn received(&self) -> Vec<String> {
        self.received.lock().unwrap().clone()
    }
}

/// One conversation (RFC 5321). Answers with the stream where it is to go on in TLS.
async fn serve<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    refuse: bool,
    starttls: bool,
    greet: bool,
    kept: Arc<Mutex<Vec<String>>>,
) -> Option<S> {
    let mut stream = BufReader::new(stream);
    let mut mail: Option<String> = None;
    let mut say = if greet { "220 ready\r\n" } else { "" };
    loop {
        if stream.get_mut().write_all(say.as_bytes()).await.is_err() || stream.get_mut().flush().await.is_err() {
            return None;
        }
        if say.starts_with("220 go") {
            return Some(stream.into_inner());
        }
        let mut line = String::new();
        while let (Ok(read), Some(text)) = (stream.read_line(&mut line).await, mail.as_mut()) {
            if read == 0 {
                return None;
            }
            if line == ".\r\n" {
                break;
            }
            text.push_str(&line);
            line.clear();
        }
        say = match line.trim_end() {
            "" => return None,
            "." => {
                kept.lock().unwrap().extend(mail.take());
                "250 taken\r\n"
            }
            "DATA" => {
                mail = Some(String::new());
                "354 go on\r\n"
            }
            "QUIT" => "221 bye\r\n",
            "STARTTLS" => "220 go ahead\r\n",
            hello if starttls && hello.starts_with("EHLO") => "250-fine\r\n250 STARTTLS\r\n",
            from if refuse && from.starts_with("MAIL FROM") => "451 try again later\r\n",
            _ => "250 fine\r\n",
        };
    }
}

/// What a mail of quoted-printable lines says.
fn plain(mail: &str) -> String {
    mail.replace("=\r\n", "").replace("=3D", "=")
}

async fn worlds(server: &Server) -> Vec<World> {
    vec![World::with(server.config(None)).await, World::with(server.config(Some(fresh_postgres().await))).await]
}

#[tokio::test]
async fn a_mail_arrives_once_and_its_link_works() {
    let server = Server::start(0).await;
    for world in worlds(&server).await {
        let before = server.received().len();
        world.tab().post("/api/password/forgot", &json!({"login": "mina"})).await;
        assert_eq!(world.site.mailer.send_due(&world.site.auth).await.unwrap(), 1);
        assert_eq!(world.site.mailer.send_due(&world.site.auth).await.unwrap(), 0);
        let mails = server.received();
        assert_eq!(mails.len(), before + 1);
        let text = plain(&mails[before]);
        assert!(text.contains("To: mina@nightlatch.example") && text.contains("Subject: Set a new password"), "{text}");
        assert!(
            text.contains("From: Nightlatch <no-reply@nightlatch.example>")
                || text.contains("From: \"Nightlatch\" <no-reply@nightlatch.example>"),
            "{text}"
        );
        let token = text.split("/reset/").nth(1).unwrap().split_whitespace().next().unwrap();
        let reply = world.tab().post("/api/password/reset", &json!({"token": token, "new": "lantern copper sofa"})).await;
        assert_eq!(reply.status, 204, "{}", reply.text);
        assert_eq!(world.count("select count(*) from mails where sent_at is not null and body = ''").await, 1, "and no copy of it is kept");
    }
}

#[tokio::test]
async fn a_mail_that_could_not_be_sent_is_sent_later() {
    for database in [None, Some(fresh_postgres().await)] {
        let server = Server::start(1).await;
        let world = World::with(server.config(database)).await;
        world.tab().post("/api/password/forgot", &json!({"login": "mina"})).await;
        assert_eq!(world.site.mailer.send_due(&world.site.auth).await.unwrap(), 0, "refused");
        assert_eq!(world.site.mailer.send_due(&world.site.auth).await.unwrap(), 0, "and not tried again at once");
        assert_eq!(world.count("select attempts from mails").await, 1);
        assert_eq!(server.received().len(), 0);
        world.pass(30);
        assert_eq!(world.site.mailer.send_due(&world.site.auth).await.unwrap(), 1);
        assert_eq!((server.received().len(), world.count("select attempts from mails where sent_at is not null").await), (1, 2));
    }
}

#[tokio::test]
async fn a_mail_server_that_is_not_there_loses_nothing() {
    let nowhere = Server { port: 1, received: Arc::default() };
    for world in worlds(&nowhere).await {
        let mut tab = world.tab_of("mina").await;
        world.tab_of("mina").await;
        for hours in [0, 1, 24] {
            world.pass(hours * 60 * 60);
            assert_eq!(world.site.mailer.send_due(&world.site.auth).await.unwrap(), 0);
        }
        assert_eq!(world.count("select count(*) from mails where sent_at is null").await, 1, "it waits");
        assert_eq!(tab.refresh().await.status, 401, "twelve hours unused: nothing else depends on it");
    }
}

#[tokio::test]
async fn two_servers_send_a_mail_once() {
    let server = Server::start(0).await;
    for world in worlds(&server).await {
        let before = server.received().len();
        // The first browser of all is nobody's surprise.
        for _ in 0..3 {
            world.tab_of("mina").await;
        }
        let (one, two) = (&world.site.mailer, &world.site.mailer);
        let (one, two) = tokio::join!(one.send_due(&world.site.auth), two.send_due(&world.site.auth));
        assert_eq!((one.unwrap() + two.unwrap(), server.received().len() - before), (2, 2), "two new browsers, two mails");
    }
}

/// How a mail server speaks TLS.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Tls {
    /// From the first byte.
    Implicit,
    /// After STARTTLS (RFC 3207).
    Started,
}

/// A mail server with a certificate that it made itself, which is written to `certificate`.
async fn with_tls(host: &str, tls: Tls, certificate: &Path) -> Server {
    let made = rcgen::generate_simple_self_signed([host.to_owned()]).unwrap();
    std::fs::write(certificate, made.cert.pem()).unwrap();
    native::install_tls();
    let key = PrivateKeyDer::Pkcs8(made.signing_key.serialize_der().into());
    let config = ServerConfig::builder().with_no_client_auth().with_single_cert(vec![made.cert.der().clone()], key).unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind((host, 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let received = Arc::<Mutex<Vec<String>>>::default();
    let kept = Arc::clone(&received);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(speak(stream, acceptor.clone(), tls, Arc::clone(&kept)));
        }
    });
    Server { port, received }
}

async fn speak(stream: TcpStream, acceptor: TlsAcceptor, tls: Tls, kept: Arc<Mutex<Vec<String>>>) {
    let stream = match tls {
        Tls::Implicit => stream,
        Tls::Started => {
            let Some(stream) = serve(stream, false, true, true, Arc::clone(&kept)).await else { return };
            stream
        }
    };
    // Who does not trust the certificate goes away here.
    let Ok(stream) = acceptor.accept(stream).await else { return };
    serve(stream, false, false, tls == Tls::Implicit, kept).await;
}

/// A host that is this machine, and not by one of the names to which mails may go in the clear.
const ELSEWHERE: &str = "127.0.0.2";

fn url(tls: Tls, port: u16) -> String {
    let scheme = if tls == Tls::Implicit { "smtps" } else { "smtp" };
    format!("{scheme}://{ELSEWHERE}:{port}")
}

#[tokio::test]
async fn a_mail_server_that_is_not_trusted_gets_nothing_and_the_mail_waits() {
    let folder = tempfile::tempdir().unwrap();
    for tls in [Tls::Implicit, Tls::Started] {
        let server = with_tls(ELSEWHERE, tls, &folder.path().join("certificate")).await;
        let world = World::with(Config { smtp: Some(Secret::new(url(tls, server.port))), ..server.config(None) }).await;
        world.tab().post("/api/password/forgot", &json!({"login": "mina"})).await;
        for (pause, attempts) in [(0, 1), (0, 1), (30, 2), (30, 2), (60, 3)] {
            world.pass(pause);
            assert_eq!(world.site.mailer.send_due(&world.site.auth).await.unwrap(), 0, "{tls:?}");
            assert_eq!(world.count("select attempts from mails where sent_at is null").await, attempts, "{tls:?} {pause}");
        }
        assert!(server.received().is_empty());
        world.pass(3 * 24 * 60 * 60);
        world.site.mailer.send_due(&world.site.auth).await.unwrap();
        assert_eq!(world.count("select attempts from mails").await, 3, "{tls:?}: after three days nobody tries any more");
    }
}

#[tokio::test]
async fn a_mail_is_not_sent_in_the_clear_to_another_machine() {
    let listener = TcpListener::bind((ELSEWHERE, 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let received = Arc::<Mutex<Vec<String>>>::default();
    let kept = Arc::clone(&received);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, false, false, true, Arc::clone(&kept)));
        }
    });
    let server = Server { port, received };
    let world = World::with(Config { smtp: Some(Secret::new(url(Tls::Started, port))), ..server.config(None) }).await;
    world.tab().post("/api/password/forgot", &json!({"login": "mina"})).await;
    assert_eq!(world.site.mailer.send_due(&world.site.auth).await.unwrap(), 0, "it offers no STARTTLS");
    assert_eq!((server.received().len(), world.count("select attempts from mails where sent_at is null").await), (0, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_arrives_over_tls() {
    for tls in [Tls::Implicit, Tls::Started] {
        let folder = tempfile::tempdir().unwrap();
        let certificate = folder.path().join("certificate");
        let server = with_tls(ELSEWHERE, tls, &certificate).await;
        let environment = [
            ("NIGHTLATCH_SMTP", &*url(tls, server.port)),
            ("NIGHTLATCH_MAIL_FROM", "Nightlatch <no-reply@nightlatch.example>"),
            ("SSL_CERT_FILE", certificate.to_str().unwrap()),
        ];
        let site = Process::start_with(folder.path(), None, &[], &environment);
        let client = reqwest::Client::new();
        let begun = Instant::now();
        let forgot = client.post(format!("{}/api/password/forgot", site.url)).json(&json!({"login": "mina"}));
        assert!(forgot.send().await.unwrap().status().is_success());
        while server.received().is_empty() {
            assert!(begun.elapsed() < Duration::from_secs(30), "{tls:?}: no mail came");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert!(plain(&server.received()[0]).contains("Subject: Set a new password"));
    }
}
