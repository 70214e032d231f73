//! Where things lie, and in which of the two ways they are built.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The target of the browser's half.
pub(crate) const WASM: &str = "wasm32-unknown-unknown";

/// How something is built.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    /// Quickly, to be changed again.
    Dev,
    /// Small and fast, to be shipped.
    Release,
}

impl Profile {
    /// The folder that cargo builds into.
    pub(crate) const fn folder(self) -> &'static str {
        match self {
            Self::Dev => "debug",
            Self::Release => "release",
        }
    }
}

/// The workspace.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."))
}

/// The built site. `server/build.rs` looks for the release one by itself.
pub(crate) fn site(profile: Profile) -> PathBuf {
    root().join("target").join(match profile {
        Profile::Dev => "site-dev",
        Profile::Release => "site",
    })
}

/// What is built for the browser. A folder of its own: the lock of a target folder would make the two halves wait for one another,
/// and flags meant for wasm would build the server's libraries twice.
pub(crate) fn wasm_target() -> PathBuf {
    root().join("target").join("wasm")
}

/// The server, once it is built.
pub(crate) fn server(profile: Profile) -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |dir| root().join(dir));
    target.join(profile.folder()).join(format!("nightlatch{}", std::env::consts::EXE_SUFFIX))
}

/// The folders in which cargo keeps the sources of libraries. They are there: this program was built from them.
pub(crate) fn registries() -> Vec<PathBuf> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| Some(Path::new(&std::env::var_os("HOME")?).join(".cargo")));
    let folders = home.and_then(|home| std::fs::read_dir(home.join("registry/src")).ok());
    let mut folders: Vec<PathBuf> = folders.into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path())).collect();
    folders.sort();
    folders
}

/// The cargo that runs us, in the workspace.
pub(crate) fn cargo() -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(root());
    cargo
}
