//! Configuration: defaults < file < environment < flags. Unknown keys are refused, and all faults are reported at once.
//! The only file that reads the environment.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use app::wire::secret::Secret;

use crate::auth::Limits;
use crate::auth::keys::seal::is_secret;

/// Everything that can be set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Where to listen. Port 0 takes a free one.
    pub listen: SocketAddr,
    /// The public origin: issuer, cookies and cross-site checks. From the listener when not set.
    pub origin: Option<String>,
    /// `postgres://…`, or `sqlite:` with a path; `None` is SQLite in the data folder.
    pub database: Option<String>,
    /// Database, keys, pictures.
    pub data: PathBuf,
    /// `s3://…`; `None` is a folder of the data folder.
    pub pictures: Option<String>,
    /// The secret under which several servers share their keys through the database: 32 random bytes or more in base64, the same on
    /// each of them. `None` keeps the keys in a file of the data folder.
    pub keys_secret: Option<Secret>,
    /// The file that holds it.
    pub keys_secret_file: Option<PathBuf>,
    /// The mail server, `smtps://user:password@host:port`; `None` keeps mails in the outbox.
    pub smtp: Option<Secret>,
    /// The file that holds it.
    pub smtp_file: Option<PathBuf>,
    /// Whom mails come from.
    pub mail_from: Option<String>,
    /// Where to write the address listened at, for programs that start this one.
    pub address_file: Option<PathBuf>,
    /// How long an access token holds.
    pub access_life: Duration,
    /// How long sessions last.
    pub limits: Limits,
    /// Whether demo accounts and posts are made once. By default where [`Config::is_local`].
    pub seed: Option<bool>,
    /// Whether the lab is there, and what else developers look at: the choice of storage. By default where [`Config::is_local`].
    pub lab: Option<bool>,
    /// Whether attempts to log in are counted.
    pub throttle: bool,
    /// Fewest characters of a new password.
    pub password_min: usize,
    /// Whether an admin must have a second factor.
    pub admins_need_two: bool,
    /// Argon2id memory in KiB.
    pub argon2_memory: u32,
    /// Argon2id passes.
    pub argon2_passes: u32,
    /// Whether `X-Forwarded-For` names the client, as it does behind one's own proxy, and nowhere else.
    pub trust_proxy: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 3000)),
            origin: None,
            database: None,
            data: PathBuf::from("data"),
            pictures: None,
            keys_secret: None,
            keys_secret_file: None,
            smtp: None,
            smtp_file: None,
            mail_from: None,
            address_file: None,
            access_life: Duration::from_secs(300),
            limits: Limits::default(),
            seed: None,
            lab: None,
            throttle: true,
            password_min: app::wire::account::PASSWORD_MIN,
            admins_need_two: false,
            argon2_memory: 19_456,
            argon2_passes: 2,
            trust_proxy: false,
        }
    }
}

/// One setting: its name in the file (`--name` as a flag, `NIGHTLATCH_NAME` in the environment), what it means, how it is read.
struct Setting {
    name: &'static str,
    help: &'static str,
    read: fn(&mut Config, &str) -> Result<(), String>,
}

const SETTINGS: &[Setting] = &[
    Setting {
        name: "listen",
        help: "address and port, 127.0.0.1:3000",
        read: |c, v| v.parse().map(|v| c.listen = v).map_err(|_| "an address like 127.0.0.1:3000".into()),
    },
    Setting { name: "origin", help: "public origin, from the listener when not set", read: |c, v| origin(v).map(|v| c.origin = Some(v)) },
    Setting {
        name: "database",
        help: "postgres://… or sqlite:PATH, SQLite in the data folder when not set",
        read: |c, v| database(v).map(|v| c.database = Some(v)),
    },
    Setting {
        name: "data",
        help: "folder for database, keys, pictures: data",
        read: |c, v| {
            c.data = v.into();
            Ok(())
        },
    },
    Setting {
        name: "pictures",
        help: "s3://BUCKET or s3://BUCKET/PREFIX for uploaded pictures, a folder in the data folder when not set",
        read: |c, v| bucket(v).map(|v| c.pictures = Some(v)),
    },
    Setting {
        name: "keys_secret_file",
        help: "file with the secret that several servers share: their keys are in the database then",
        read: |c, v| {
            c.keys_secret_file = Some(v.into());
            Ok(())
        },
    },
    Setting {
        name: KEYS_SECRET,
        help: "that secret itself, as a variable: 32 random bytes in base64",
        read: |c, v| keys_secret(v).map(|v| c.keys_secret = Some(v)),
    },
    Setting {
        name: "smtp_file",
        help: "file that names the mail server, as smtp does",
        read: |c, v| {
            c.smtp_file = Some(v.into());
            Ok(())
        },
    },
    Setting {
        name: SMTP,
        help: "mail server, as a variable: smtps://USER:PASSWORD@HOST:PORT; without one, mails stay in the outbox",
        read: |c, v| smtp(v).map(|v| c.smtp = Some(v)),
    },
    Setting {
        name: "mail_from",
        help: "whom mails come from: Nightlatch <no-reply@nightlatch.example>",
        read: |c, v| crate::mail::check_sender(v).map(|()| c.mail_from = Some(v.to_owned())).map_err(str::to_owned),
    },
    Setting {
        name: "address_file",
        help: "file that receives the address listened at",
        read: |c, v| {
            c.address_file = Some(v.into());
            Ok(())
        },
    },
    Setting {
        name: "access_life",
        help: "life of an access token, 10s to 60m: 5m",
        read: |c, v| between(v, 10, 3600).map(|v| c.access_life = v),
    },
    Setting {
        name: "saved_idle",
        help: "idle limit of a saved session: 90d",
        read: |c, v| between(v, 10, YEAR * 2).map(|v| c.limits.saved_idle = v),
    },
    Setting {
        name: "saved_age",
        help: "absolute limit of a saved session: 365d",
        read: |c, v| between(v, 10, YEAR * 2).map(|v| c.limits.saved_age = v),
    },
    Setting {
        name: "unsaved_idle",
        help: "idle limit of a session that is not saved: 12h",
        read: |c, v| between(v, 10, YEAR * 2).map(|v| c.limits.unsaved_idle = v),
    },
    Setting {
        name: "unsaved_age",
        help: "absolute limit of a session that is not saved: 7d",
        read: |c, v| between(v, 10, YEAR * 2).map(|v| c.limits.unsaved_age = v),
    },
    Setting {
        name: "seed",
        help: "demo accounts and posts, made once: demo or none; demo on a local origin",
        read: |c, v| choice(v, "demo", "none").map(|v| c.seed = Some(v)),
    },
    Setting {
        name: "lab",
        help: "the lab, and the choice of storage at log-in: on or off; on on a local origin",
        read: |c, v| choice(v, "on", "off").map(|v| c.lab = Some(v)),
    },
    Setting { name: "throttle", help: "count attempts to log in: on", read: |c, v| choice(v, "on", "off").map(|v| c.throttle = v) },
    Setting {
        name: "password_min",
        help: "fewest characters of a new password, 8 to 64: 10",
        read: |c, v| whole(v, 8, 64).map(|v| c.password_min = v as usize),
    },
    Setting {
        name: "require_mfa",
        help: "who must have a second factor, none or admin: none",
        read: |c, v| choice(v, "admin", "none").map(|v| c.admins_need_two = v),
    },
    Setting {
        name: "argon2_memory",
        help: "Argon2id memory in KiB, from 7168: 19456",
        read: |c, v| whole(v, 7168, 1 << 20).map(|v| c.argon2_memory = v),
    },
    Setting { name: "argon2_passes", help: "Argon2id passes: 2", read: |c, v| whole(v, 1, 20).map(|v| c.argon2_passes = v) },
    Setting {
        name: "trust_proxy",
        help: "the client's address is in X-Forwarded-For, set by a proxy of your own: off",
        read: |c, v| choice(v, "on", "off").map(|v| c.trust_proxy = v),
    },
];

/// The settings whose values are never repeated, and never a flag: other people on the machine can see those. Each can be in a file
/// that the setting `…_file` names.
const SECRETS: [&str; 2] = [KEYS_SECRET, SMTP];
const KEYS_SECRET: &str = "keys_secret";
const SMTP: &str = "smtp";

const YEAR: u64 = 365 * 24 * 60 * 60;

/// What the command line asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Serve with this configuration.
    Serve(Box<Config>),
    /// Check it and say so.
    Check(Box<Config>),
    /// Print which keys there are.
    ListKeys(Box<Config>),
    /// Add new keys, and print which there are.
    RotateKeys(Box<Config>),
    /// Print the help.
    Help,
    /// Print the version.
    Version,
    /// Be a client, of this server or another.
    Client(native::args::Ask),
}

/// Reads the process's own arguments and environment.
///
/// # Errors
/// Every fault, one a line.
pub fn from_process() -> Result<Command, Vec<String>> {
    let environment = std::env::vars().filter(|(name, _)| name.starts_with("NIGHTLATCH_")).collect();
    read(std::env::args().skip(1).collect(), environment, |path| std::fs::read_to_string(path).map_err(|error| error.to_string()))
}

/// Puts a configuration together from `arguments`, `environment` and the file that `--config` or `NIGHTLATCH_CONFIG` names.
///
/// # Errors
/// Every fault, one a line.
pub fn read(
    arguments: Vec<String>,
    environment: Vec<(String, String)>,
    open: impl Fn(&str) -> Result<String, String>,
) -> Result<Command, Vec<String>> {
    let mut faults = Vec::new();
    let (words, flags) = split(arguments, &mut faults);
    if flags.iter().any(|(name, _)| name == "help") || words.first().is_some_and(|word| word == "help") {
        return Ok(Command::Help);
    }
    if flags.iter().any(|(name, _)| name == "version") {
        return Ok(Command::Version);
    }
    // A client has arguments of its own, and what configures a server does not concern it.
    if words.first().is_some_and(|word| native::args::is_ours(word)) {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        return native::args::read(&words, &flags, faults).map(Command::Client);
    }
    let environment: Vec<(String, String)> =
        environment.into_iter().filter_map(|(name, value)| Some((name.strip_prefix("NIGHTLATCH_")?.to_lowercase(), value))).collect();
    let file = flags.iter().chain(&environment).find(|(name, _)| name == "config").map(|(_, path)| path.clone());

    let mut config = Config::default();
    let mut apply = |source: &str, settings: &[(String, String)], faults: &mut Vec<String>| {
        for (name, value) in settings.iter().filter(|(name, _)| name != "config") {
            // Build and test tools have variables of their own, and so has the client.
            let others = ["site", "test_postgres", "test_postgres_bin", "bin", "log", "passphrase"];
            if source == "environment" && others.contains(&name.as_str()) {
                continue;
            }
            match SETTINGS.iter().find(|setting| setting.name == name) {
                None => faults.push(format!("{source}: there is no setting \"{name}\"")),
                Some(setting) if SECRETS.contains(&setting.name) => {
                    if source == "flags" {
                        faults.push(format!("flags: {name} can be seen by others there, use {name}_file"));
                    } else if let Err(wanted) = (setting.read)(&mut config, value) {
                        faults.push(format!("{source}: {name} must be {wanted}"));
                    }
                }
                Some(setting) => {
                    if let Err(wanted) = (setting.read)(&mut config, value) {
                        faults.push(format!("{source}: {name} is \"{value}\", and must be {wanted}"));
                    }
                }
            }
        }
    };
    if let Some(path) = file {
        match open(&path).and_then(|text| table(&text)) {
            Ok(settings) => apply(&path, &settings, &mut faults),
            Err(error) => faults.push(format!("{path}: {error}")),
        }
    }
    apply("environment", &environment, &mut faults);
    apply("flags", &flags, &mut faults);

    let in_file = |name: &str, path: &Option<PathBuf>, there: bool, faults: &mut Vec<String>| {
        let path = path.as_ref()?;
        if there {
            faults.push(format!("{name} and {name}_file are both set"));
            return None;
        }
        let text = open(&path.to_string_lossy()).map_err(|error| faults.push(format!("{}: {error}", path.display()))).ok()?;
        let setting = SETTINGS.iter().find(|setting| setting.name == name)?;
        let mut read = Config::default();
        (setting.read)(&mut read, text.trim())
            .map(|()| read)
            .map_err(|wanted| faults.push(format!("{} must hold {wanted}", path.display())))
            .ok()
    };
    if let Some(read) = in_file(KEYS_SECRET, &config.keys_secret_file, config.keys_secret.is_some(), &mut faults) {
        config.keys_secret = read.keys_secret;
    }
    if let Some(read) = in_file(SMTP, &config.smtp_file, config.smtp.is_some(), &mut faults) {
        config.smtp = read.smtp;
    }
    if config.smtp.is_some() != config.mail_from.is_some() {
        faults.push("smtp and mail_from belong together".into());
    }
    if !config.throttle && !config.is_local() {
        faults.push("throttle may be off on a local origin only".into());
    }
    if config.access_life >= config.limits.unsaved_idle.min(config.limits.saved_idle) {
        faults.push("access_life must be shorter than the idle limits".into());
    }
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let command = match words.as_slice() {
        [] | ["serve"] => Command::Serve(Box::new(config)),
        ["config", "check"] => Command::Check(Box::new(config)),
        ["keys", "list"] => Command::ListKeys(Box::new(config)),
        ["keys", "rotate"] => Command::RotateKeys(Box::new(config)),
        other => {
            faults.push(format!("there is no command \"{}\"", other.join(" ")));
            Command::Help
        }
    };
    if faults.is_empty() { Ok(command) } else { Err(faults) }
}

impl Config {
    /// Whether the public origin is this machine alone.
    #[must_use]
    pub fn is_local(&self) -> bool {
        match &self.origin {
            None => self.listen.ip().is_loopback(),
            Some(origin) => {
                let host = origin.split("://").nth(1).unwrap_or_default();
                let host = host.rsplit_once(':').map_or(host, |(host, _)| host);
                host == "localhost" || host == "127.0.0.1" || host == "[::1]"
            }
        }
    }
}

/// The help text, from the table of settings.
#[must_use]
pub fn help() -> String {
    let mut text = String::from(
        "nightlatch [serve]        serve\nnightlatch config check   check the configuration and say what is wrong with it\n\
         nightlatch keys list      say which keys there are, without their secrets\n\
         nightlatch keys rotate    add new keys, which take over in a minute; nobody is logged out\n",
    );
    text.push_str(native::args::HELP);
    text.push_str(
        "\nEach setting of the server is a flag (--listen ADDRESS), a variable (NIGHTLATCH_LISTEN) or a line of the file that --config names\n\
         (listen = \"ADDRESS\"); flags win over variables, variables over the file.\n\n",
    );
    for setting in SETTINGS {
        text.push_str(&format!("  {:<17} {}\n", setting.name, setting.help));
    }
    text
}

/// Words, and `--name value` or `--name=value`.
fn split(arguments: Vec<String>, faults: &mut Vec<String>) -> (Vec<String>, Vec<(String, String)>) {
    let (mut words, mut flags) = (Vec::new(), Vec::new());
    let mut arguments = arguments.into_iter();
    while let Some(argument) = arguments.next() {
        let Some(flag) = argument.strip_prefix("--") else {
            words.push(argument);
            continue;
        };
        let (name, value) = match flag.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None if flag == "help" || flag == "version" => (flag, Some(String::new())),
            None => (flag, arguments.next()),
        };
        match value {
            Some(value) => flags.push((name.replace('-', "_"), value)),
            None => faults.push(format!("flags: --{name} needs a value")),
        }
    }
    (words, flags)
}

fn table(text: &str) -> Result<Vec<(String, String)>, String> {
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| error.message().to_owned())?;
    let text = |name: String, value| match value {
        toml::Value::String(text) => Ok((name, text)),
        toml::Value::Integer(number) => Ok((name, number.to_string())),
        _ => Err(format!("{name} must be a text or a whole number")),
    };
    table.into_iter().map(|(name, value)| text(name, value)).collect()
}

fn origin(text: &str) -> Result<String, String> {
    let wanted = || "an origin like https://nightlatch.example, without a path".to_owned();
    let (scheme, host) = text.split_once("://").ok_or_else(wanted)?;
    let plain = !host.is_empty() && host.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b".-:[]".contains(&b));
    if !plain || !matches!(scheme, "http" | "https") {
        return Err(wanted());
    }
    let local = Config { origin: Some(text.to_owned()), ..Config::default() }.is_local();
    if scheme == "http" && !local {
        return Err("https anywhere but on this machine: browsers keep no Secure cookie over plain http".into());
    }
    Ok(text.to_owned())
}

fn bucket(text: &str) -> Result<String, String> {
    let bucket = text.strip_prefix("s3://").and_then(|rest| rest.split('/').next()).unwrap_or_default();
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'.';
    let good = (3..=63).contains(&bucket.len()) && bucket.bytes().all(plain);
    good.then(|| text.to_owned()).ok_or_else(|| "s3://BUCKET or s3://BUCKET/PREFIX".to_owned())
}

fn database(text: &str) -> Result<String, String> {
    let known = ["postgres://", "postgresql://", "sqlite:"].iter().any(|scheme| text.starts_with(scheme));
    if known { Ok(text.to_owned()) } else { Err("postgres://… or sqlite:PATH".into()) }
}

fn keys_secret(text: &str) -> Result<Secret, String> {
    if is_secret(text) { Ok(Secret::new(text.to_owned())) } else { Err("32 random bytes or more in base64".into()) }
}

fn smtp(text: &str) -> Result<Secret, String> {
    crate::mail::check_server(text).map(|()| Secret::new(text.to_owned())).map_err(str::to_owned)
}

fn choice(text: &str, yes: &str, no: &str) -> Result<bool, String> {
    if text == yes {
        Ok(true)
    } else if text == no {
        Ok(false)
    } else {
        Err(format!("{yes} or {no}"))
    }
}

fn whole(text: &str, from: u32, to: u32) -> Result<u32, String> {
    text.parse().ok().filter(|number| (from..=to).contains(number)).ok_or_else(|| format!("a whole number from {from} to {to}"))
}

/// `10s`, `5m`, `12h`, `90d`.
fn between(text: &str, from: u64, to: u64) -> Result<Duration, String> {
    let units = [("s", 1), ("m", 60), ("h", 3600), ("d", 86_400)];
    let seconds = units.iter().find_map(|(unit, seconds)| text.strip_suffix(unit)?.parse::<u64>().ok()?.checked_mul(*seconds));
    seconds
        .filter(|s| (from..=to).contains(s))
        .map(Duration::from_secs)
        .ok_or_else(|| format!("a time like 10s, 5m, 12h or 90d, from {from}s to {to}s"))
}

#[cfg(test)]
mod tests;
