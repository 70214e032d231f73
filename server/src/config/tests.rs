//! What is taken, and what is refused.

use super::*;

fn given(arguments: &str, environment: &[(&str, &str)], file: &str) -> Result<Command, Vec<String>> {
    let environment = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    read(arguments.split_whitespace().map(str::to_owned).collect(), environment, |_| Ok(file.to_owned()))
}

fn config(command: Result<Command, Vec<String>>) -> Config {
    match command {
        Ok(Command::Serve(config)) => *config,
        other => panic!("{other:?}"),
    }
}

#[test]
fn flags_win_over_the_environment_and_that_over_the_file() {
    let file = "access_life = \"1m\"\ndata = \"from-file\"\nlisten = \"127.0.0.1:1\"\npassword_min = 15";
    let config =
        config(given("--config x --listen 127.0.0.1:3", &[("NIGHTLATCH_LISTEN", "127.0.0.1:2"), ("NIGHTLATCH_DATA", "from-env")], file));
    assert_eq!(config.listen.port(), 3);
    assert_eq!(config.data, PathBuf::from("from-env"));
    assert_eq!(config.access_life, Duration::from_secs(60));
    assert_eq!(config.password_min, 15);
}

#[test]
fn every_fault_is_told_at_once() {
    let faults =
        given("--listen nowhere --acces-life 5m dance", &[("NIGHTLATCH_ACCESS_LIFE", "5"), ("NIGHTLATCH_SEEDS", "demo")], "").unwrap_err();
    assert_eq!(faults.len(), 5, "{faults:?}");
}

#[test]
fn the_throttle_stays_on_in_public() {
    assert!(given("--throttle off", &[], "").is_ok());
    assert!(given("--throttle off --origin https://nightlatch.example", &[], "").is_err());
    assert!(given("--throttle off --listen 0.0.0.0:80", &[], "").is_err());
}

#[test]
fn an_origin_is_https_unless_it_is_here() {
    for good in ["https://nightlatch.example", "http://localhost:3000", "http://[::1]:3000"] {
        assert!(given(&format!("--origin {good}"), &[], "").is_ok(), "{good}");
    }
    for bad in ["http://nightlatch.example", "https://nightlatch.example/", "nightlatch.example", "https://", "https://a@b"] {
        assert!(given(&format!("--origin {bad}"), &[], "").is_err(), "{bad}");
    }
}

#[test]
fn the_secret_of_the_keys_is_read_and_never_repeated() {
    let secret = format!("{}=", "A".repeat(43));
    let from_file = config(given("--keys-secret-file x", &[], &format!("{secret}\n")));
    assert_eq!(from_file.keys_secret.as_ref().map(Secret::expose), Some(&*secret));
    assert_eq!(config(given("", &[("NIGHTLATCH_KEYS_SECRET", &secret)], "")).keys_secret, from_file.keys_secret);
    assert!(!format!("{from_file:?}").contains(&secret));
    let flag = format!("--keys-secret {secret}");
    let both = [("NIGHTLATCH_KEYS_SECRET", &*secret)];
    for faults in [
        given(&flag, &[], ""),
        given("--keys-secret-file x", &both, &secret),
        given("--keys-secret-file x", &[], "hunter2"),
        given("", &[("NIGHTLATCH_KEYS_SECRET", "hunter2")], ""),
    ] {
        let faults = faults.unwrap_err();
        assert!(faults.len() == 1 && !faults[0].contains("hunter2") && !faults[0].contains(&secret), "{faults:?}");
    }
}

#[test]
fn the_mail_server_is_read_and_its_password_never_repeated() {
    let url = "smtps://user:hunter22@mail.example:465";
    let from = ("NIGHTLATCH_MAIL_FROM", "no-reply@nightlatch.example");
    let from_file = config(given("--smtp-file x --mail-from no-reply@nightlatch.example", &[], &format!("{url}\n")));
    assert_eq!(from_file.smtp.as_ref().map(Secret::expose), Some(url));
    assert_eq!(config(given("", &[("NIGHTLATCH_SMTP", url), from], "")).smtp, from_file.smtp);
    assert!(!format!("{from_file:?}").contains("hunter22"));
    for faults in [
        given(&format!("--smtp {url}"), &[from, ("NIGHTLATCH_SMTP", url)], ""),
        given("--smtp-file x", &[from, ("NIGHTLATCH_SMTP", url)], url),
        given("--smtp-file x", &[from, ("NIGHTLATCH_SMTP", url)], "https://user:hunter22@mail.example"),
        given("", &[("NIGHTLATCH_SMTP", url)], ""),
        given("", &[from], ""),
    ] {
        let faults = faults.unwrap_err();
        assert!(faults.len() == 1 && !faults[0].contains("hunter22"), "{faults:?}");
    }
    assert!(
        given("", &[("NIGHTLATCH_SMTP", "https://user:hunter22@mail.example"), from], "").is_err_and(|f| !f.concat().contains("hunter22"))
    );
}

#[test]
fn a_client_has_arguments_of_its_own() {
    let feed = given("feed --server http://localhost:3000", &[("NIGHTLATCH_LISTEN", "nowhere")], "");
    assert!(matches!(feed, Ok(Command::Client(_))), "{feed:?}");
    assert_eq!(given("feed --listen 127.0.0.1:1 --store shelf --user", &[], "").unwrap_err().len(), 4);
    assert!(given("serve", &[("NIGHTLATCH_PASSPHRASE", "lamp oil")], "").is_ok());
}

#[test]
fn help_names_every_setting_and_every_command() {
    assert_eq!(given("--help", &[], ""), Ok(Command::Help));
    assert_eq!(given("login --help", &[], ""), Ok(Command::Help));
    assert!(["login", "feed", "logout", "--store"].iter().all(|word| help().contains(word)));
    assert!(SETTINGS.iter().all(|setting| help().contains(setting.name)));
}

#[test]
fn the_handbook_names_every_setting_as_the_help_does_and_no_other() {
    let handbook = include_str!("../../../docs/operations.md");
    let (_, settings) = handbook.split_once("\n## Settings\n").unwrap();
    let (settings, _) = settings.split_once("\n## ").unwrap();
    let rows: Vec<&str> = settings.lines().filter(|line| line.starts_with("| `")).collect();
    let wanted: Vec<String> = SETTINGS.iter().map(|setting| format!("| `{}` | {} |", setting.name, setting.help)).collect();
    assert_eq!(rows, wanted);
}
