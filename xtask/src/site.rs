//! The site: every file a browser asks for, in one folder, beside a `manifest` that `server/build.rs` reads.
//!
//! For release, names carry a hash of the content, so that browsers may keep them for ever, and each file lies there compressed too.
//! For development, names stay the same and nothing is compressed: the server reads them from the disk, and a new colour needs no new server.

mod fold;
mod folder;
mod press;
mod style;
mod wasm;

use std::path::PathBuf;

use anyhow::{Context, Result};

use self::folder::Folder;
use self::wasm::Bound;
use crate::place::{self, Profile};

/// In a development site, what this file says changes with every rebuild.
pub(crate) const STAMP: &str = "pkg/stamp";

/// Reloads the page once [`STAMP`] says something new. While the server is away, it goes on asking.
const RELOAD: &str = "\
const ask = () => fetch('/pkg/stamp', { cache: 'no-store' }).then((answer) => (answer.ok ? answer.text() : null), () => null);
const first = await ask();
setInterval(async () => {
    const now = await ask();
    if (now !== null && now !== first) location.reload();
}, 400);
";

/// Builds the site and says where it is. What has not changed is not written again: cargo would link the server anew.
pub(crate) fn build(profile: Profile) -> Result<PathBuf> {
    let path = place::site(profile);
    let mut folder = Folder::open(&path, profile)?;

    let [pages, lab] = wasm::build(profile)?;
    let script = std::fs::read(place::root().join("frontend/src/key.js")).context("cannot read the script that signs")?;
    let key = folder.put_named("key", "pkg/key.js", &script)?;
    folder.put_named("css", "pkg/main.css", style::bundle(&place::root().join("style"), "main.css")?.as_bytes())?;
    let sheet = folder.put_named("pages", "pkg/pages.css", style::bundle(&place::root().join("style"), "pages.css")?.as_bytes())?;
    put(&mut folder, pages, "app", [&key, &sheet], ["wasm", "js", "start"], "hydrate")?;
    put(&mut folder, lab, "lab", [&key, &sheet], ["lab_wasm", "lab_js", "lab_start"], "hydrate_lab")?;
    folder.put_named("lab_css", "pkg/lab.css", style::bundle(&place::root().join("style"), "lab.css")?.as_bytes())?;
    if profile == Profile::Dev {
        folder.put_named("reload", "pkg/reload.js", RELOAD.as_bytes())?;
        folder.put(STAMP, b"")?;
    }
    let public = place::root().join("public");
    for (name, bytes) in folder::files(&public)? {
        folder.put(&name, &bytes)?;
    }
    folder.finish()?;
    Ok(path)
}

/// Puts a module, what is around it, and what starts it by calling `hydrate`, by their roles.
fn put(folder: &mut Folder, bound: Bound, name: &str, later: [&str; 2], [wasm, js, starts]: [&str; 3], hydrate: &str) -> Result<()> {
    let wasm = folder.put_named(wasm, &format!("pkg/{name}.wasm"), &bound.wasm)?;
    let mut code = bound.js;
    if !bound.snippets.is_empty() {
        // Their contents can change while their names do not, so the folder gets the hash.
        let all: Vec<u8> = bound.snippets.iter().flat_map(|(_, bytes)| bytes.iter().copied()).collect();
        let home = folder.name(&format!("pkg/{name}-snippets"), &all);
        code = code
            .replace("from './snippets/", &format!("from './{}/", file_name(&home)))
            .replace("from \"./snippets/", &format!("from \"./{}/", file_name(&home)));
        for (name, bytes) in &bound.snippets {
            folder.put(&format!("{home}/{name}"), bytes)?;
        }
    }
    let js = folder.put_named(js, &format!("pkg/{name}.js"), code.as_bytes())?;
    let start = if name == "app" { "pkg/start.js".to_owned() } else { format!("pkg/start-{name}.js") };
    folder.put_named(starts, &start, self::start(&js, &wasm, later, hydrate).as_bytes())?;
    Ok(())
}

/// Tells open pages of a development site to load again.
pub(crate) fn stamp(text: &str) -> Result<()> {
    std::fs::write(place::site(Profile::Dev).join(STAMP), text).context("cannot write the stamp")
}

/// Wakes the page up, once it has been seen: reading wasm, and compiling it, want the processor that paints. A hidden page is never
/// painted, and does not wait. At the very end comes what is wanted `later`, perhaps: the key's script when a request is signed, and
/// the style sheet of the documents that are opened from here. A file of its own, because the policy of the page forbids scripts inside it.
fn start(js: &str, wasm: &str, later: [&str; 2], hydrate: &str) -> String {
    let [js, wasm, key, sheet] = [js, wasm, later[0], later[1]].map(file_name);
    format!(
        "if (!document.hidden) await new Promise((painted) => requestAnimationFrame(() => setTimeout(painted)));
const wasm = fetch(new URL('./{wasm}', import.meta.url));
const {{ default: init, {hydrate} }} = await import('./{js}');
await init({{ module_or_path: wasm }});
{hydrate}(() => import('./{key}'));
const sheet = Object.assign(document.createElement('link'), {{ rel: 'prefetch', as: 'style', href: new URL('./{sheet}', import.meta.url) }});
document.head.append(sheet);
"
    )
}

fn file_name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_starts_from_the_hashed_files() {
        let start = start("pkg/app-1.js", "pkg/app-2.wasm", ["pkg/key-3.js", "pkg/pages-4.css"], "hydrate");
        for part in [
            "await import('./app-1.js')",
            "new URL('./app-2.wasm', import.meta.url)",
            "hydrate(() => import('./key-3.js'));",
            "'./pages-4.css'",
        ] {
            assert!(start.contains(part), "{part}: {start}");
        }
    }
}
