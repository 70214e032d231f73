//! Sends what stands in the table `mails`. Without SMTP settings that table is the outbox, and a local build shows it at `/mail`.
//!
//! A mail is taken by one conditional update, so that two servers do not send it twice, and tried again for three days: after half a
//! minute, then after twice as long each time. A server that dies between sending a mail and noting it sends it twice, under one
//! `Message-ID`. The only file that names lettre.

use std::time::Duration;

use app::routes::page;
use app::wire::secret::Secret;
use lettre::message::Mailbox;
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};

use crate::auth::{Auth, Result, passwords};
use crate::model::{Timestamp, millis};
use crate::store::mails::{self, Mail};

/// How long a mail that is being sent is nobody else's.
const CLAIM: Duration = Duration::from_secs(3 * 60);
/// How long one answer of the mail server may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long until the second try.
const AGAIN: Duration = Duration::from_secs(30);
/// The longest pause between two tries.
const LONGEST_PAUSE: Duration = Duration::from_secs(6 * 60 * 60);
/// For how long a mail is tried.
const GIVE_UP: Duration = Duration::from_secs(3 * 24 * 60 * 60);

/// Where mails go, and as whose.
pub struct Mailer {
    smtp: Option<(AsyncSmtpTransport<Tokio1Executor>, Mailbox)>,
    origin: String,
    /// Whether a mail that cannot be sent is shown in the outbox.
    outbox: bool,
}

impl Mailer {
    /// To the mail server that `smtp` names, as `from`; without one, to the outbox, where links are made only if it is shown.
    ///
    /// # Errors
    /// What is wrong with the settings, without repeating them.
    pub fn new(smtp: Option<&Secret>, from: Option<&str>, origin: &str, outbox: bool) -> std::result::Result<Self, &'static str> {
        let smtp = match (smtp, from) {
            (None, None) => None,
            (Some(url), Some(from)) => Some((transport(url.expose(), origin)?, sender(from)?)),
            (Some(_), None) => return Err("smtp is set, and mail_from is not"),
            (None, Some(_)) => return Err("mail_from is set, and smtp is not"),
        };
        Ok(Self { smtp, origin: origin.to_owned(), outbox })
    }

    /// Whether mails go anywhere.
    #[must_use]
    pub const fn sends(&self) -> bool {
        self.smtp.is_some()
    }

    /// Whether mails can be read at this very site: a local one that sends none.
    #[must_use]
    pub const fn outbox(&self) -> bool {
        self.outbox && !self.sends()
    }

    /// Looks up who forgot a password, and sends what is due. Answers with how many mails were sent.
    ///
    /// # Errors
    /// When the database fails. A mail server that fails is no error here: the mail is tried again.
    pub async fn send_due(&self, auth: &Auth) -> Result<usize> {
        while passwords::look_up(auth).await? {}
        if self.smtp.is_none() && !self.outbox {
            return Ok(0);
        }
        let mut sent = 0;
        loop {
            let now = auth.clock.now();
            let Some(mail) = mails::claim(&auth.db, now, now - millis(GIVE_UP), now + millis(CLAIM)).await? else { return Ok(sent) };
            let text = self.text(auth, &mail).await?;
            match &self.smtp {
                // It has arrived where it goes to, links and all: this machine alone shows it.
                None => mails::sent(&auth.db, mail.mail_id, now, &text).await?,
                Some((smtp, from)) => match self.send(smtp, from, &mail, text).await {
                    // What it said is the owner's alone.
                    Ok(()) => mails::sent(&auth.db, mail.mail_id, now, "").await?,
                    Err(error) => {
                        tracing::warn!(mail = %mail.mail_id, attempt = mail.attempts, error, "a mail could not be sent, it is tried again");
                        mails::later(&auth.db, &mail, now + pause(mail.attempts)).await?;
                        continue;
                    }
                },
            }
            sent += 1;
        }
    }

    /// What it says, with the links that are made only now.
    async fn text(&self, auth: &Auth, mail: &Mail) -> Result<String> {
        let text = mail.body.replace("{site}", &self.origin);
        let Some(account_id) = mail.reset_of else { return Ok(text) };
        let token = passwords::reset_token(auth, account_id).await?;
        Ok(text.replace("{reset}", &format!("{}{}", self.origin, page::RESET.replace("{token}", token.expose()))))
    }

    async fn send(
        &self,
        smtp: &AsyncSmtpTransport<Tokio1Executor>,
        from: &Mailbox,
        mail: &Mail,
        text: String,
    ) -> std::result::Result<(), String> {
        let to = mail.recipient.parse().map_err(|_| "the address is none".to_owned())?;
        let message = Message::builder()
            .message_id(Some(format!("<{}@{}>", mail.mail_id, host(&self.origin))))
            .from(from.clone())
            .to(Mailbox::new(None, to))
            .subject(&mail.subject)
            .body(text)
            .map_err(|error| error.to_string())?;
        smtp.send(message).await.map(|_| ()).map_err(|error| error.to_string())
    }
}

/// How long to wait after so many tries, in milliseconds.
fn pause(attempts: i64) -> Timestamp {
    let doublings = u32::try_from(attempts - 1).unwrap_or(0).min(16);
    millis((AGAIN * 2_u32.pow(doublings)).min(LONGEST_PAUSE))
}

/// Whether a URL names a mail server.
///
/// # Errors
/// What is wanted.
pub fn check_server(url: &str) -> std::result::Result<(), &'static str> {
    transport(url, "").map(|_| ())
}

/// Whether mails can come from an address.
///
/// # Errors
/// What is wanted.
pub fn check_sender(from: &str) -> std::result::Result<(), &'static str> {
    sender(from).map(|_| ())
}

fn sender(from: &str) -> std::result::Result<Mailbox, &'static str> {
    from.parse().map_err(|_| "an address like Nightlatch <no-reply@nightlatch.example>")
}

/// Over TLS; plainly to this machine alone.
fn transport(url: &str, origin: &str) -> std::result::Result<AsyncSmtpTransport<Tokio1Executor>, &'static str> {
    let wanted = "smtps://USER:PASSWORD@HOST:PORT, or smtp:// for STARTTLS";
    let (scheme, rest) = url.split_once("://").ok_or(wanted)?;
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let host_port = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let here = ["localhost", "127.0.0.1", "[::1]"].iter().any(|name| host_port.strip_prefix(name).is_some_and(is_port));
    let url = match scheme {
        _ if rest != authority => return Err(wanted),
        "smtps" => url.to_owned(),
        "smtp" if here => url.to_owned(),
        "smtp" => format!("{url}?tls=required"),
        _ => return Err(wanted),
    };
    let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(&url).map_err(|_| wanted)?;
    let name = ClientId::Domain(host(origin).to_owned());
    Ok(builder.timeout(Some(PATIENCE)).hello_name(name).build())
}

/// What follows a host: a port, or nothing.
fn is_port(text: &str) -> bool {
    text.is_empty() || text.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok())
}

fn host(origin: &str) -> &str {
    let host = origin.split("://").nth(1).unwrap_or("localhost");
    host.split(':').next().filter(|host| !host.is_empty() && !host.starts_with('[')).unwrap_or("localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_and_have_an_end() {
        let pauses: Vec<i64> = [1, 2, 3, 10, 11, 1000].map(|attempts| pause(attempts) / 1000).into();
        assert_eq!(pauses, [30, 60, 120, 15_360, 21_600, 21_600]);
    }

    #[tokio::test]
    async fn a_mail_server_is_named_by_a_url_and_nothing_else() {
        for good in
            ["smtps://user:p%40ss@mail.example:465", "smtp://user:pass@mail.example:587", "smtp://127.0.0.1:2525", "smtp://[::1]:25"]
        {
            assert_eq!(check_server(good), Ok(()), "{good}");
        }
        for bad in ["mail.example", "http://mail.example", "smtp://", "smtp://mail.example?tls=opportunistic", "smtps://a@b/c"] {
            assert!(check_server(bad).is_err(), "{bad}");
        }
        assert!(check_sender("Nightlatch <no-reply@nightlatch.example>").is_ok() && check_sender("no-reply@nightlatch.example").is_ok());
        assert!(check_sender("nobody").is_err());
    }

    #[test]
    fn a_host_is_what_stands_between_scheme_and_port() {
        for (origin, said) in [
            ("https://nightlatch.example", "nightlatch.example"),
            ("http://localhost:3000", "localhost"),
            ("http://[::1]:1", "localhost"),
            ("", "localhost"),
        ] {
            assert_eq!(host(origin), said, "{origin}");
        }
    }
}
