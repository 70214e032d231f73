//! A file that only a passphrase opens, for machines without a key store: servers, containers.
//!
//! `magic 8 ‖ salt 16 ‖ nonce 24 ‖ XChaCha20-Poly1305(text)`. The key is Argon2id of passphrase and salt; the tag covers the server's
//! name as well, so that a file put in another's place does not open. A change of any of it is a change of `MAGIC`.

use std::cell::RefCell;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use app::wire::secret::Secret;
use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use super::{Drawer, Stuck};
use crate::site::Site;

const MAGIC: &[u8; 8] = b"nightl1\n";
const SALT: usize = 16;
const NONCE: usize = 24;
const HEAD: usize = MAGIC.len() + SALT + NONCE;
/// Argon2id: 64 MiB, three passes, one lane. Somebody who guesses pays it for each guess.
const COST: (u32, u32, u32) = (64 * 1024, 3, 1);
/// More than this is no session, in bytes.
const LARGEST: u64 = 64 * 1024;

/// One session in one file.
pub struct Sealed {
    path: PathBuf,
    name: String,
    passphrase: Secret,
    /// The key that was made last, with the salt it was made of: to make one is slow.
    key: RefCell<Option<Key>>,
}

struct Key {
    salt: [u8; SALT],
    key: Zeroizing<[u8; 32]>,
}

impl Sealed {
    /// The file at `path` for a server. It is made when there is something to put in.
    #[must_use]
    pub fn new(path: PathBuf, site: &Site, passphrase: Secret) -> Self {
        Self { path, name: site.origin().to_owned(), passphrase, key: RefCell::default() }
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn cipher(&self, salt: [u8; SALT]) -> Result<XChaCha20Poly1305, Stuck> {
        let mut known = self.key.borrow_mut();
        if known.as_ref().is_none_or(|known| known.salt != salt) {
            let mut key = Zeroizing::new([0; 32]);
            let (memory, passes, lanes) = COST;
            let params = Params::new(memory, passes, lanes, Some(key.len())).map_err(|error| Stuck(error.to_string()))?;
            Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
                .hash_password_into(self.passphrase.expose().as_bytes(), &salt, &mut *key)
                .map_err(|error| Stuck(error.to_string()))?;
            *known = Some(Key { salt, key });
        }
        match &*known {
            Some(known) => Ok(XChaCha20Poly1305::new((&*known.key).into())),
            None => unreachable!("it was made above"),
        }
    }

    fn aad(&self, head: &[u8]) -> Vec<u8> {
        [head, self.name.as_bytes()].concat()
    }

    fn open(&self, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Stuck> {
        let foreign = || self.fault("is not a session's file of this version");
        let (head, text) = sealed.split_at_checked(HEAD).filter(|(head, _)| head.starts_with(MAGIC)).ok_or_else(foreign)?;
        let (salt, nonce) = head[MAGIC.len()..].split_at(SALT);
        let (salt, nonce) = (salt.try_into().map_err(|_| foreign())?, XNonce::try_from(nonce).map_err(|_| foreign())?);
        let opened = self.cipher(salt)?.decrypt(&nonce, Payload { msg: text, aad: &self.aad(head) });
        opened.map(Zeroizing::new).map_err(|_| {
            self.fault(
                "does not open: the passphrase is wrong, or the file was changed. It is left as it is; if the passphrase is lost, \
                 remove the file and log in again",
            )
        })
    }

    fn seal(&self, text: &[u8]) -> Result<Vec<u8>, Stuck> {
        let random = |bytes: &mut [u8]| getrandom::fill(bytes).map_err(|error| Stuck(error.to_string()));
        let known = self.key.borrow().as_ref().map(|known| known.salt);
        let salt = known.map_or_else(
            || {
                let mut salt = [0; SALT];
                random(&mut salt).map(|()| salt)
            },
            Ok,
        )?;
        // Drawn anew for each text: 24 bytes are long enough that chance never draws one twice.
        let mut nonce = [0; NONCE];
        random(&mut nonce)?;
        let mut sealed = [&MAGIC[..], &salt, &nonce].concat();
        let text = self.cipher(salt)?.encrypt(&XNonce::from(nonce), Payload { msg: text, aad: &self.aad(&sealed) });
        sealed.extend(text.map_err(|_| self.fault("cannot be sealed"))?);
        Ok(sealed)
    }

    /// In one step: whoever reads meanwhile, and a machine that stops meanwhile, has the old file or the new one.
    fn replace(&self, sealed: &[u8]) -> std::io::Result<()> {
        let folder = self.path.parent().unwrap_or(Path::new("."));
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        let draft = self.path.with_extension(format!("{}.new", std::process::id()));
        if let Err(error) = fs::remove_file(&draft)
            && error.kind() != ErrorKind::NotFound
        {
            return Err(error);
        }
        let done = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft).and_then(|mut file| {
            file.write_all(sealed)?;
            file.sync_all()?;
            fs::rename(&draft, &self.path)?;
            File::open(folder)?.sync_all()
        });
        if done.is_err() {
            drop(fs::remove_file(&draft));
        }
        done
    }

    fn fault(&self, what: impl std::fmt::Display) -> Stuck {
        Stuck(format!("the file {} {what}", self.path.display()))
    }
}

impl Drawer for Sealed {
    fn read(&self) -> Result<Option<Zeroizing<Vec<u8>>>, Stuck> {
        let mut sealed = Vec::new();
        match File::open(&self.path).and_then(|file| file.take(LARGEST).read_to_end(&mut sealed)) {
            Ok(_) => self.open(&sealed).map(Some),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.fault(format_args!("cannot be read: {error}"))),
        }
    }

    fn write(&self, text: &[u8]) -> Result<(), Stuck> {
        let sealed = self.seal(text)?;
        self.replace(&sealed).map_err(|error| self.fault(format_args!("cannot be written: {error}")))
    }

    fn empty(&self) -> Result<(), Stuck> {
        match fs::remove_file(&self.path) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            Err(error) => Err(self.fault(format_args!("cannot be removed: {error}"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use app::session::contract;

    use super::*;
    use crate::store::Keep;

    fn drawer(folder: &Path, passphrase: &str) -> Sealed {
        let site = Site::parse("http://localhost:3000").unwrap();
        Sealed::new(folder.join("nightlatch").join(site.file_name()), &site, Secret::new(passphrase.to_owned()))
    }

    fn read(drawer: &Sealed) -> Result<Option<Vec<u8>>, Stuck> {
        drawer.read().map(|text| text.map(|text| text.to_vec()))
    }

    #[test]
    fn a_sealed_file_keeps_the_contract() {
        let folder = tempfile::tempdir().unwrap();
        let keep = Keep::open(Box::new(drawer(folder.path(), "lamp oil"))).unwrap();
        contract::holds(&keep);
        assert_eq!(keep.stuck(), None);
        assert_eq!(fs::read_dir(folder.path().join("nightlatch")).unwrap().count(), 0, "nothing is left");
    }

    #[test]
    fn the_passphrase_opens_it_and_no_other_does() {
        let folder = tempfile::tempdir().unwrap();
        let first = drawer(folder.path(), "lamp oil");
        first.write(b"refresh token").unwrap();
        assert_eq!(read(&drawer(folder.path(), "lamp oil")), Ok(Some(b"refresh token".to_vec())));
        let before = fs::read(first.path()).unwrap();
        let wrong = drawer(folder.path(), "lamp oi");
        assert!(read(&wrong).unwrap_err().0.contains("passphrase is wrong"));
        assert!(Keep::open(Box::new(wrong)).is_err());
        assert_eq!(fs::read(first.path()).unwrap(), before, "it is left as it is");
    }

    #[test]
    fn whatever_byte_is_changed_it_does_not_open() {
        let folder = tempfile::tempdir().unwrap();
        let drawer = drawer(folder.path(), "lamp oil");
        drawer.write(b"refresh token").unwrap();
        let sealed = fs::read(drawer.path()).unwrap();
        assert!(!sealed.windows(7).any(|bytes| bytes == b"refresh"), "nothing is to be read in it");
        // A changed salt makes another key, which takes its time: one byte of it is enough.
        for at in (0..sealed.len()).filter(|at| !(MAGIC.len() + 1..MAGIC.len() + SALT).contains(at)) {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            fs::write(drawer.path(), &changed).unwrap();
            assert!(drawer.read().is_err(), "byte {at}");
        }
        for length in [0, 1, HEAD - 1, HEAD, sealed.len() - 1] {
            fs::write(drawer.path(), &sealed[..length]).unwrap();
            assert!(drawer.read().is_err(), "{length} bytes");
        }
        fs::write(drawer.path(), &sealed).unwrap();
        assert_eq!(read(&drawer), Ok(Some(b"refresh token".to_vec())));
    }

    #[test]
    fn a_file_in_the_place_of_another_servers_does_not_open() {
        let folder = tempfile::tempdir().unwrap();
        let drawer = drawer(folder.path(), "lamp oil");
        drawer.write(b"refresh token").unwrap();
        let other = Site::parse("https://nightlatch.example").unwrap();
        assert!(Sealed::new(drawer.path().to_owned(), &other, Secret::new("lamp oil".to_owned())).read().is_err());
    }

    #[test]
    fn it_is_its_owners_alone_and_no_two_are_alike() {
        let folder = tempfile::tempdir().unwrap();
        let drawer = drawer(folder.path(), "lamp oil");
        drawer.write(b"refresh token").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(drawer.path()), 0o600);
        assert_eq!(mode(drawer.path().parent().unwrap()), 0o700);
        let before = fs::read(drawer.path()).unwrap();
        drawer.write(b"refresh token").unwrap();
        assert_ne!(fs::read(drawer.path()).unwrap()[HEAD - NONCE..], before[HEAD - NONCE..], "each time under a nonce of its own");
    }

    #[test]
    fn a_write_that_fails_leaves_the_old_file() {
        let folder = tempfile::tempdir().unwrap();
        let drawer = drawer(folder.path(), "lamp oil");
        drawer.write(b"old").unwrap();
        // A folder in the draft's place: root may write anywhere else.
        let draft = drawer.path().with_extension(format!("{}.new", std::process::id()));
        fs::create_dir(&draft).unwrap();
        assert!(drawer.write(b"new").is_err());
        assert_eq!(read(&drawer), Ok(Some(b"old".to_vec())));
        fs::remove_dir(&draft).unwrap();
        // A reader who holds the old file keeps it whole: the new one takes its place, and does not overwrite it.
        let mut held = File::open(drawer.path()).unwrap();
        let before = fs::read(drawer.path()).unwrap();
        drawer.write(b"new").unwrap();
        let mut seen = Vec::new();
        held.read_to_end(&mut seen).unwrap();
        assert_eq!(seen, before);
        assert_eq!(read(&drawer), Ok(Some(b"new".to_vec())));
    }
}
