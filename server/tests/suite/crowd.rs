//! People who use the site all the time. Each keeps what it received last, as a good client does: whatever happens to the servers and
//! their database, none of them may be told that it is logged out.

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::process::{log_in, post};

/// Where the servers are at the moment; `None` for one that is down.
pub type Addresses = watch::Sender<Vec<Option<String>>>;

/// The people.
pub struct Crowd {
    /// How often one of them was answered, by its number.
    pub answered: Vec<Arc<AtomicUsize>>,
    /// How often any of them was told that the server is busy.
    pub busy: Arc<AtomicUsize>,
    stop: Arc<AtomicBool>,
    running: Vec<JoinHandle<Value>>,
}

impl Crowd {
    /// So many people log in, and begin.
    pub async fn gather(size: usize, addresses: &Addresses) -> Self {
        let busy = Arc::new(AtomicUsize::new(0));
        let stop = Arc::new(AtomicBool::new(false));
        let (mut answered, mut running) = (Vec::new(), Vec::new());
        let client = client();
        for number in 0..size {
            let first = addresses.borrow()[0].clone().unwrap();
            let person = Person {
                token: log_in(&client, &first).await["refresh"].clone(),
                client: client.clone(),
                number,
                addresses: addresses.subscribe(),
                answered: Arc::default(),
                busy: Arc::clone(&busy),
                stop: Arc::clone(&stop),
            };
            answered.push(Arc::clone(&person.answered));
            running.push(tokio::spawn(person.live()));
        }
        Self { answered, busy, stop, running }
    }

    /// Waits until each of them has been answered `more` times from now on.
    pub async fn go_on(&self, more: usize) {
        let goals: Vec<usize> = self.answered.iter().map(|count| count.load(Ordering::SeqCst) + more).collect();
        for (count, goal) in self.answered.iter().zip(goals) {
            until("everybody goes on", async || count.load(Ordering::SeqCst) >= goal).await;
        }
    }

    /// Waits until any of them have been told `more` times that the server is busy.
    pub async fn are_told_to_wait(&self, more: usize) {
        let goal = self.busy.load(Ordering::SeqCst) + more;
        until("the database is missed", async || self.busy.load(Ordering::SeqCst) >= goal).await;
    }

    /// They stop, and show once more what they have: nobody is logged out. Answers with how often they were answered altogether.
    pub async fn disperse(self, url: &str) -> usize {
        self.stop.store(true, Ordering::SeqCst);
        let client = client();
        for person in self.running {
            let token = person.await.expect("nobody was logged out");
            let (status, grant) = post(&client, &format!("{url}/api/session/refresh"), &json!({"refresh": token})).await.unwrap();
            assert_eq!(status, 200, "logged out: {grant}");
        }
        self.answered.iter().map(|count| count.load(Ordering::SeqCst)).sum()
    }
}

struct Person {
    token: Value,
    client: reqwest::Client,
    number: usize,
    addresses: watch::Receiver<Vec<Option<String>>>,
    answered: Arc<AtomicUsize>,
    busy: Arc<AtomicUsize>,
    stop: Arc<AtomicBool>,
}

impl Person {
    /// Refreshes, and asks who it is; at one server after the other. Answers with the token it has in the end.
    async fn live(mut self) -> Value {
        let mut turn = self.number;
        while !self.stop.load(Ordering::SeqCst) {
            turn += 1;
            let up: Vec<String> = self.addresses.borrow_and_update().iter().flatten().cloned().collect();
            if up.is_empty() {
                let _ = tokio::time::timeout(Duration::from_millis(50), self.addresses.changed()).await;
                continue;
            }
            let url = &up[turn % up.len()];
            let other = &up[(turn + 1) % up.len()];
            match post(&self.client, &format!("{url}/api/session/refresh"), &json!({"refresh": self.token})).await {
                // The answer was lost, if there was one: it shows the same token again.
                Err(_) => tokio::task::yield_now().await,
                Ok((200, grant)) => {
                    self.token = grant["refresh"].clone();
                    self.ask_who(other, grant["access"].as_str().unwrap()).await;
                    self.answered.fetch_add(1, Ordering::SeqCst);
                }
                Ok((503, problem)) => {
                    assert_eq!(problem["code"], "busy", "{problem}");
                    self.busy.fetch_add(1, Ordering::SeqCst);
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                Ok((status, problem)) => panic!("told to go away: {status} {problem}"),
            }
        }
        self.token
    }

    /// An access token goes on, whatever the database does.
    async fn ask_who(&self, url: &str, access: &str) {
        if let Ok(reply) = self.client.get(format!("{url}/api/me")).bearer_auth(access).send().await {
            assert_eq!(reply.status(), 200, "an access token that is a moment old");
        }
    }
}

/// A client that does not wait for ever, and reads no certificates.
pub fn client() -> reqwest::Client {
    ::native::install_tls();
    reqwest::Client::builder().tls_certs_only([]).timeout(Duration::from_secs(20)).build().unwrap()
}

/// Waits until something is so. It is looked at again and again, for half a minute at the most: less than it takes a listener that hears
/// nothing to begin anew, which would cover up for one that does not look.
pub async fn until(what: &str, so: impl AsyncFn() -> bool) {
    let patience = tokio::time::Instant::now() + Duration::from_secs(30);
    while !so().await {
        assert!(tokio::time::Instant::now() < patience, "in vain: {what}");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// Says a figure aloud: past the harness, which keeps what a test that holds prints to itself.
pub fn say(figure: &str) {
    let mut out = std::io::stdout();
    writeln!(out, "{figure}").unwrap();
}
