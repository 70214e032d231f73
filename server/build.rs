//! Writes the table of the site's files for `http::embedded`: release files with their bytes, development files with their paths.
//! What there is, and under which name, is read from the `manifest` that the site's build leaves beside them.

use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let here = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let site = match env::var_os("NIGHTLATCH_SITE") {
        Some(site) => PathBuf::from(site),
        None => default_site(&here)?,
    };
    let manifest = site.join("manifest");
    println!("cargo:rerun-if-env-changed=NIGHTLATCH_SITE");
    // Names and hashes are in the manifest, so it changes with every file; the compiler itself watches the bytes it includes.
    println!("cargo:rerun-if-changed={}", manifest.display());
    println!("cargo:rerun-if-changed=build.rs");
    // `sqlx::migrate!` sees a new file only when something else makes it look.
    println!("cargo:rerun-if-changed=migrations");

    let manifest = fs::read_to_string(&manifest).map_err(|error| format!("{}: {error}", manifest.display()))?;
    fs::write(PathBuf::from(env::var("OUT_DIR")?).join("site.rs"), table(&site, &manifest))?;
    Ok(())
}

/// `target/site` of the workspace. Before the first site is built, an empty one: then the server has no pages' scripts and styles,
/// but its tests compile, and cargo has a file to watch. (A file that is missing would count as changed at every build.)
fn default_site(here: &Path) -> std::io::Result<PathBuf> {
    let site = here.join("../target/site");
    fs::create_dir_all(&site)?;
    let site = site.canonicalize()?;
    let manifest = site.join("manifest");
    if !manifest.exists() {
        fs::write(&manifest, "")?;
    }
    Ok(site)
}

/// Rust source: `ROLES` and `FILES`.
fn table(site: &Path, manifest: &str) -> String {
    let lines: Vec<_> = manifest.lines().filter_map(|line| line.split_once('=')).collect();
    let role = |role: &str| lines.iter().find(|(key, _)| *key == role).map_or(String::new(), |(_, name)| format!("/{name}"));
    let live = lines.contains(&("live", "yes"));

    let mut source = String::from("const ROLES: Roles = Roles {\n");
    for key in ["css", "pages", "start", "js", "wasm", "lab_css", "lab_start", "lab_js", "lab_wasm", "reload"] {
        source += &format!("    {key}: {:?},\n", role(key));
    }
    source += "};\n\nstatic FILES: &[File] = &[\n";
    let mut files: Vec<_> = lines.iter().filter(|(key, _)| *key == "file").filter_map(|(_, file)| file.split_once(' ')).collect();
    files.sort_unstable();
    for (name, hash) in files {
        source += &format!("    File {{\n        path: {:?},\n        media: {:?},\n", format!("/{name}"), media(name));
        for (field, ending) in [("raw", ""), ("br", ".br"), ("gz", ".gz")] {
            let path = site.join(format!("{name}{ending}"));
            let form = match (live, ending) {
                (true, "") => format!("Form {{ etag: \"\", bytes: Bytes::OnDisk({path:?}) }}"),
                (true, _) => "None".to_owned(),
                // A strong tag stands for the bytes on the wire, so each encoding has its own.
                (false, "") => format!("Form {{ etag: \"\\\"{hash}\\\"\", bytes: Bytes::Here(include_bytes!({path:?})) }}"),
                (false, _) if !path.exists() => "None".to_owned(),
                (false, _) => {
                    let tag = ending.trim_start_matches('.');
                    format!("Some(Form {{ etag: \"\\\"{hash}-{tag}\\\"\", bytes: Bytes::Here(include_bytes!({path:?})) }})")
                }
            };
            source += &format!("        {field}: {form},\n");
        }
        source += "    },\n";
    }
    source + "];\n"
}

fn media(name: &str) -> &'static str {
    match name.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "css" => "text/css; charset=utf-8",
        "html" => "text/html; charset=utf-8",
        "ico" => "image/x-icon",
        "jpg" | "jpeg" => "image/jpeg",
        "js" => "text/javascript; charset=utf-8",
        "json" => "application/json",
        "png" => "image/png",
        "svg" => "image/svg+xml",
        "wasm" => "application/wasm",
        "webmanifest" => "application/manifest+json",
        "webp" => "image/webp",
        "woff2" => "font/woff2",
        _ => "text/plain; charset=utf-8",
    }
}
