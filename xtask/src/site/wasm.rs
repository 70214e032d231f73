//! The browser's half: compiled by cargo, bound to JavaScript by the library behind wasm-bindgen.
//! The library and `wasm-bindgen` itself come from one lock file, so their versions cannot drift apart.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

use super::fold::fold;
use super::folder;
use crate::place::{self, Profile, WASM};
use crate::{child, toolchain};

/// The packages that become wasm, and what each is called in a browser: the pages, and the lab with all of them inside.
pub(crate) const MODULES: [(&str, &str); 2] = [("frontend", "app"), ("lab", "lab")];

/// What a browser gets.
pub(crate) struct Bound {
    pub(crate) wasm: Vec<u8>,
    /// The module around it.
    pub(crate) js: String,
    /// Scripts that crates bring along, by their paths below `snippets/`.
    pub(crate) snippets: Vec<(String, Vec<u8>)>,
}

/// Compiles all and binds each, in the order of [`MODULES`].
pub(crate) fn build(profile: Profile) -> Result<[Bound; 2]> {
    let folder = compile(profile)?;
    let [pages, lab] = MODULES.map(|(package, name)| bound(&folder.join(package).with_extension("wasm"), name, profile));
    Ok([pages?, lab?])
}

fn bound(compiled: &Path, name: &str, profile: Profile) -> Result<Bound> {
    let home = place::wasm_target().join("bound").join(profile.folder()).join(name);
    let (js, wasm) = (home.join(name).with_extension("js"), home.join(format!("{name}_bg.wasm")));
    if !newer(&js, compiled) {
        let _ = fs::remove_dir_all(&home);
        bind(compiled, &home, name, profile).context("cannot bind the wasm to JavaScript")?;
        if profile == Profile::Release {
            fs::write(&wasm, fold(fs::read(&wasm)?)?)?;
        }
    }
    let snippets = home.join("snippets");
    Ok(Bound {
        wasm: fs::read(wasm)?,
        js: fs::read_to_string(js)?,
        snippets: if snippets.exists() { folder::files(&snippets)? } else { Vec::new() },
    })
}

/// The folder that the compiled modules lie in.
fn compile(profile: Profile) -> Result<PathBuf> {
    toolchain::provide()?;
    let mut cargo = place::cargo();
    cargo.args(["build", "--lib", "--target", WASM, "--target-dir"]).arg(place::wasm_target());
    cargo.args(MODULES.iter().flat_map(|(package, _)| ["--package", package]));
    if profile == Profile::Release {
        // For this call alone. A profile of its own in Cargo.toml would build every macro once more.
        // STRIP: a strip would take away the section from which the binder learns what the module may use; it removes names itself.
        for (key, value) in [("OPT_LEVEL", "z"), ("LTO", "fat"), ("CODEGEN_UNITS", "1"), ("PANIC", "abort"), ("STRIP", "none")] {
            cargo.env(format!("CARGO_PROFILE_RELEASE_{key}"), value);
        }
        // Panic messages name files; where this machine keeps them is nobody's business, and costs bytes.
        let remaps: Vec<String> = place::registries().iter().map(|folder| format!("--remap-path-prefix={}/=", folder.display())).collect();
        cargo.env("CARGO_ENCODED_RUSTFLAGS", remaps.join("\x1f"));
        cargo.arg("--release");
    }
    child::run("cargo build of the frontend", &mut cargo)?;
    Ok(place::wasm_target().join(WASM).join(profile.folder()))
}

fn bind(compiled: &Path, home: &Path, name: &str, profile: Profile) -> Result<()> {
    Bindgen::new()
        .input_path(compiled)
        .out_name(name)
        .web(true)?
        .typescript(false)
        .omit_default_module_path(true)
        .remove_name_section(profile == Profile::Release)
        .remove_producers_section(true)
        .generate(home)
}

/// Whether `made` was made after `source`.
fn newer(made: &Path, source: &Path) -> bool {
    let time = |path: &Path| fs::metadata(path).and_then(|data| data.modified()).ok();
    time(made).zip(time(source)).is_some_and(|(made, source)| made > source)
}
