//! A folder of built files: written only where bytes differ, swept of what is stale, listed in its `manifest`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use super::press;
use crate::place::Profile;

/// The folder while it is being filled.
pub(crate) struct Folder {
    path: PathBuf,
    profile: Profile,
    /// Lines of the manifest: `css=pkg/main-….css` for what a document asks for, `file=…` with its hash for everything.
    manifest: String,
    /// Every file that belongs here.
    kept: BTreeSet<String>,
}

impl Folder {
    pub(crate) fn open(path: &Path, profile: Profile) -> Result<Self> {
        fs::create_dir_all(path).with_context(|| format!("cannot make {}", path.display()))?;
        // A live site is read from the disk while the server runs.
        let manifest = if profile == Profile::Dev { "live=yes\n".to_owned() } else { String::new() };
        Ok(Self { path: path.to_owned(), profile, manifest, kept: BTreeSet::new() })
    }

    /// The name under which a file goes out: for release, with the hash of what is in it.
    pub(crate) fn name(&self, name: &str, bytes: &[u8]) -> String {
        match (self.profile, name.rsplit_once('.')) {
            (Profile::Dev, _) => name.to_owned(),
            (Profile::Release, Some((stem, ending))) => format!("{stem}-{}.{ending}", hash(bytes)),
            (Profile::Release, None) => format!("{name}-{}", hash(bytes)),
        }
    }

    /// Puts a file that a document asks for by its role, and says under which name.
    pub(crate) fn put_named(&mut self, role: &str, name: &str, bytes: &[u8]) -> Result<String> {
        let name = self.name(name, bytes);
        self.manifest += &format!("{role}={name}\n");
        self.put(&name, bytes)?;
        Ok(name)
    }

    /// Puts a file under exactly this name.
    pub(crate) fn put(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        // The content of a live file is no business of the manifest's: it would change with every edit, and the server with it.
        let hash = if self.profile == Profile::Dev { String::new() } else { hash(bytes) };
        self.manifest += &format!("file={name} {hash}\n");
        let fresh = self.write(name, bytes)?;
        if self.profile == Profile::Release && press::worth_it(name) {
            for (ending, press) in press::BOTH {
                let pressed = format!("{name}.{ending}");
                if fresh || !self.path.join(&pressed).exists() {
                    let _ = self.write(&pressed, &press(bytes)?)?;
                }
                self.kept.insert(pressed);
            }
        }
        Ok(())
    }

    /// Writes the manifest and deletes what does not belong here.
    pub(crate) fn finish(mut self) -> Result<()> {
        let manifest = std::mem::take(&mut self.manifest);
        self.write("manifest", manifest.as_bytes())?;
        for (name, _) in files(&self.path)? {
            if !self.kept.contains(&name) {
                fs::remove_file(self.path.join(&name)).with_context(|| format!("cannot remove {name}"))?;
            }
        }
        Ok(())
    }

    /// Whether it had to be written.
    fn write(&mut self, name: &str, bytes: &[u8]) -> Result<bool> {
        let path = self.path.join(name);
        self.kept.insert(name.to_owned());
        if fs::read(&path).is_ok_and(|present| present == bytes) {
            return Ok(false);
        }
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(&path, bytes).with_context(|| format!("cannot write {}", path.display()))?;
        Ok(true)
    }
}

/// Every file in a folder and below, by its path from there with `/`, in a steady order.
pub(crate) fn files(folder: &Path) -> Result<Vec<(String, Vec<u8>)>> {
    let mut found = Vec::new();
    let mut open = vec![(folder.to_owned(), String::new())];
    while let Some((folder, prefix)) = open.pop() {
        for entry in fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))? {
            let entry = entry?;
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            if entry.file_type()?.is_dir() {
                open.push((entry.path(), format!("{name}/")));
            } else {
                found.push((name, fs::read(entry.path())?));
            }
        }
    }
    found.sort();
    Ok(found)
}

/// The first 16 hexadecimal digits of SHA-256: enough to tell versions of one file apart.
fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stale_goes_and_what_is_unchanged_is_left_alone() {
        let path = std::env::temp_dir().join(format!("nightlatch-folder-{}", std::process::id()));
        let fill = |text: &str| {
            let mut folder = Folder::open(&path, Profile::Release).unwrap();
            let name = folder.put_named("css", "pkg/main.css", text.as_bytes()).unwrap();
            folder.put("robots.txt", b"User-agent: *\n").unwrap();
            folder.finish().unwrap();
            name
        };
        let first = fill("a {}");
        let written = fs::metadata(path.join("robots.txt")).unwrap().modified().unwrap();
        let second = fill("b {}");
        assert_ne!(first, second);
        assert!(!path.join(&first).exists() && !path.join(format!("{first}.br")).exists());
        assert!(path.join(format!("{second}.br")).exists());
        assert_eq!(fs::metadata(path.join("robots.txt")).unwrap().modified().unwrap(), written);
        let manifest = fs::read_to_string(path.join("manifest")).unwrap();
        assert!(manifest.starts_with(&format!("css={second}\nfile={second} ")), "{manifest}");
        fs::remove_dir_all(&path).unwrap();
    }
}
