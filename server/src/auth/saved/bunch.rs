//! The keys that one browser holds, opened: what its cookie says, with the rows behind it.
//!
//! They share one cookie, so an answer that is about one of them writes the others, too. Two answers on their way at once may come in
//! either order, and the later one must not put a replaced key back for good: see [`Bunch::settle`].

use app::wire::saved::{MOST, Saved};
use app::wire::secret::Secret;
use app::wire::session::Why;
use uuid::Uuid;

use crate::auth::chain::{self, Progress, Verdict};
use crate::auth::{Auth, Error, Result, keys};
use crate::model::Timestamp;
use crate::store::saved_logins::{self, SavedLogin};

/// More keys than that no browser of ours shows.
const LONGEST: usize = 2 * MOST;

/// A key, and what it opens.
#[derive(Debug)]
pub struct Held {
    /// Its row.
    pub row: SavedLogin,
    /// Its generation.
    pub shown: i64,
    /// The key itself.
    pub key: Secret,
}

/// All of them, in the order in which they came.
#[derive(Debug, Default)]
pub struct Bunch {
    held: Vec<Held>,
    /// The browser has got newer keys than it showed: its cookie is not written.
    overtaken: bool,
}

impl From<&SavedLogin> for Progress {
    /// The newest generation has come back when it has been shown itself, or when the session it opened has been used; unless an answer
    /// may have put an older one into the browser after it.
    fn from(row: &SavedLogin) -> Self {
        Self {
            generation: row.generation,
            parent: row.parent,
            confirmed: (row.confirmed || row.used) && !row.raced,
            handed_out_at: row.handed_out_at,
            idle_expires_at: row.idle_expires_at,
            expires_at: row.expires_at,
            ended: row.ended(),
        }
    }
}

impl Held {
    /// Why it opens nothing any more, if so.
    #[must_use]
    pub fn spent(&self, auth: &Auth, now: Timestamp) -> Option<Why> {
        if self.row.disabled_at.is_some() {
            return Some(Why::Unknown);
        }
        match chain::decide(&self.row, self.shown, now, auth.race()) {
            Verdict::Ended(why) => Some(why),
            Verdict::Expire => chain::over(&self.row, now),
            Verdict::Reuse => Some(Why::Reuse),
            _ => None,
        }
    }
}

impl Bunch {
    /// What the keys open. What was not sealed here, or is long forgotten, is left out.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn open(auth: &Auth, keys: Vec<Secret>) -> Result<Self> {
        let mut bunch = Self::default();
        for key in keys.into_iter().take(LONGEST) {
            let Some(presented) = keys::open_in(auth, &auth.saved_chain, &key).await? else { continue };
            if bunch.find(presented.session_id).is_some() {
                continue;
            }
            if let Some(row) = read(auth, presented.session_id).await? {
                // Removed here: an answer on its way may have brought it back.
                if row.ended() != Some(Why::LoggedOut) {
                    bunch.held.push(Held { row, shown: presented.generation, key });
                }
            }
        }
        Ok(bunch)
    }

    /// Before one of them is used, or the cookie is written for another reason: looks after the others, which `but` is not among.
    ///
    /// - One whose successor may be on its way to this browser gets it here, too (row 4).
    /// - Of one whose successor has come to this browser (row 5) this request knows nothing yet: nothing is done.
    /// - The newest of a chain is noted as handed out once more: if it is replaced within the time that this answer may take, it may come
    ///   to the browser after its successor, and is then no stolen key.
    ///
    /// # Errors
    /// [`Error::Superseded`]; when the database fails.
    pub async fn settle(&mut self, auth: &Auth, but: Option<Uuid>, now: Timestamp) -> Result<()> {
        let race = auth.race();
        let mut repeated = Vec::new();
        for held in self.held.iter_mut().filter(|held| Some(held.row.saved_id) != but) {
            match chain::decide(&held.row, held.shown, now, race) {
                Verdict::Superseded => {
                    self.overtaken = true;
                    return Err(Error::Superseded);
                }
                Verdict::Repeat => held.hand_out(auth, now),
                _ => {}
            }
            if held.shown == held.row.generation {
                repeated.push((held.row.saved_id, held.shown));
            }
        }
        Ok(saved_logins::repeated(&auth.db, &repeated, now).await?)
    }

    /// One of them.
    #[must_use]
    pub fn find(&self, saved_id: Uuid) -> Option<&Held> {
        self.held.iter().find(|held| held.row.saved_id == saved_id)
    }

    /// That of an account.
    #[must_use]
    pub fn of_account(&self, account_id: Uuid) -> Option<&Held> {
        self.held.iter().find(|held| held.row.account_id == account_id)
    }

    /// Whether the browser has got newer keys than it showed, so that the cookie must stay as it is.
    #[must_use]
    pub fn is_overtaken(&self) -> bool {
        self.overtaken
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &Held> {
        self.held.iter()
    }

    /// Whether five accounts are saved.
    #[must_use]
    pub fn is_full(&self, auth: &Auth, now: Timestamp) -> bool {
        self.held.iter().filter(|held| !held.row.parked && held.spent(auth, now).is_none()).count() >= MOST
    }

    /// As the browser may see them.
    #[must_use]
    pub fn list(&self, auth: &Auth) -> Vec<Saved> {
        let now = auth.clock.now();
        self.held.iter().map(|held| held.seen(auth, now)).collect()
    }

    /// A new one comes first.
    pub(super) async fn add(&mut self, auth: &Auth, saved_id: Uuid, now: Timestamp) -> Result<()> {
        if let Some(row) = read(auth, saved_id).await? {
            let mut held = Held { shown: 0, key: Secret::default(), row };
            held.hand_out(auth, now);
            self.held.insert(0, held);
            self.thin_out(auth, now);
        }
        Ok(())
    }

    /// One was used: its successor takes its place.
    pub(super) async fn moved(&mut self, auth: &Auth, saved_id: Uuid, now: Timestamp) -> Result<()> {
        self.reread(auth, saved_id).await?;
        if let Some(held) = self.held.iter_mut().find(|held| held.row.saved_id == saved_id) {
            held.hand_out(auth, now);
        }
        Ok(())
    }

    pub(super) async fn reread(&mut self, auth: &Auth, saved_id: Uuid) -> Result<()> {
        if let (Some(held), Some(row)) =
            (self.held.iter_mut().find(|held| held.row.saved_id == saved_id), saved_logins::by_id(&auth.db, saved_id).await?)
        {
            held.row = row;
        }
        Ok(())
    }

    pub(super) fn forget(&mut self, saved_id: Uuid) {
        self.held.retain(|held| held.row.saved_id != saved_id);
    }

    pub(super) fn forget_account(&mut self, account_id: Uuid) {
        self.held.retain(|held| held.row.account_id != account_id);
    }

    pub(super) fn clear(&mut self) {
        self.held.clear();
    }

    /// Beyond five of a kind, those that are spent go.
    fn thin_out(&mut self, auth: &Auth, now: Timestamp) {
        for parked in [false, true] {
            while self.held.iter().filter(|held| held.row.parked == parked).count() > MOST
                && let Some(place) = self.held.iter().rposition(|held| held.row.parked == parked && held.spent(auth, now).is_some())
            {
                self.held.remove(place);
            }
        }
    }
}

impl Held {
    fn hand_out(&mut self, auth: &Auth, now: Timestamp) {
        self.shown = self.row.generation;
        self.key = auth.saved_chain.seal(self.row.saved_id, self.shown, now);
    }

    /// As the browser may see it.
    #[must_use]
    pub fn seen(&self, auth: &Auth, now: Timestamp) -> Saved {
        let row = &self.row;
        Saved {
            id: row.saved_id,
            username: row.username.clone(),
            display_name: row.display_name.clone(),
            saved_at: row.created_at,
            idle_expires_at: row.idle_expires_at.min(row.expires_at),
            ask_password: row.ask_password,
            parked: row.parked,
            spent: self.spent(auth, now),
        }
    }
}

/// A row, after what this process has seen come back is written down.
async fn read(auth: &Auth, saved_id: Uuid) -> Result<Option<SavedLogin>> {
    let Some(row) = saved_logins::by_id(&auth.db, saved_id).await? else { return Ok(None) };
    if row.used || row.handed_out_at.is_none() {
        return Ok(Some(row));
    }
    auth.confirmations.write(&auth.db, Some(row.session_id)).await?;
    Ok(saved_logins::by_id(&auth.db, saved_id).await?)
}
