//! Reads what is asked for, and does it.

use std::process::ExitCode;
use std::sync::Arc;

use server::clock::SystemClock;
use server::config::{self, Command, Config};
use server::site;
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    match config::from_process() {
        Ok(Command::Help) => print!("{}", config::help()),
        Ok(Command::Version) => println!("nightlatch {}", env!("CARGO_PKG_VERSION")),
        Ok(Command::Check(_)) => println!("the configuration is fine"),
        Ok(Command::ListKeys(config)) => return keys(&config, false),
        Ok(Command::RotateKeys(config)) => return keys(&config, true),
        Ok(Command::Client(ask)) => return native::run(&ask),
        Ok(Command::Serve(config)) => {
            let filter = EnvFilter::try_from_env("NIGHTLATCH_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
            tracing_subscriber::fmt().with_env_filter(filter).with_target(false).with_writer(std::io::stderr).init();
            let served = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(site::StartError::from);
            let served = served.and_then(|runtime| {
                runtime.block_on(async {
                    // Listened for from the beginning: a stop that comes while the server starts is a stop, too.
                    let stop = asked_to_stop()?;
                    site::serve(&config, Arc::new(SystemClock), stop).await
                })
            });
            if let Err(error) = served {
                eprintln!("nightlatch: {error}");
                return ExitCode::FAILURE;
            }
        }
        Err(faults) => {
            for fault in faults {
                eprintln!("nightlatch: {fault}");
            }
            eprintln!("nightlatch: see nightlatch --help");
            return ExitCode::from(2);
        }
    }
    ExitCode::SUCCESS
}

/// Prints a line for each key, and adds new ones before if `rotate` says so.
fn keys(config: &Config, rotate: bool) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(site::StartError::from);
    match runtime.and_then(|runtime| runtime.block_on(site::keys(config, &SystemClock, rotate))) {
        Ok(lines) => {
            lines.iter().for_each(|line| println!("{line}"));
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("nightlatch: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Done when somebody presses Control-C, or a service manager sends its signal.
fn asked_to_stop() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupted, mut terminated) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupted.recv() => {}
            _ = terminated.recv() => {}
        }
    })
}
