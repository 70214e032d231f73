//! Mails: rows first, sent once, tried again. The mail server is a real one, as far as a test needs it.

use std::sync::{Arc, Mutex};

use app::wire::secret::Secret;
use serde_json::json;
use server::config::Config;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

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
                tokio::spawn(serve(stream, refuse, Arc::clone(&kept)));
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

/// One conversation (RFC 5321).
async fn serve(stream: tokio::net::TcpStream, refuse: bool, kept: Arc<Mutex<Vec<String>>>) {
    let mut stream = BufReader::new(stream);
    let mut mail: Option<String> = None;
    let mut say = "220 ready\r\n";
    loop {
        if stream.get_mut().write_all(say.as_bytes()).await.is_err() {
            return;
        }
        let mut line = String::new();
        while let (Ok(read), Some(text)) = (stream.read_line(&mut line).await, mail.as_mut()) {
            if read == 0 {
                return;
            }
            if line == ".\r\n" {
                break;
            }
            text.push_str(&line);
            line.clear();
        }
        say = match line.trim_end() {
            "" => return,
            "." => {
                kept.lock().unwrap().extend(mail.take());
                "250 taken\r\n"
            }
            "DATA" => {
                mail = Some(String::new());
                "354 go on\r\n"
            }
            "QUIT" => "221 bye\r\n",
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
