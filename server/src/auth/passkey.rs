//! Passkeys (WebAuthn): a key pair whose private half stays in an authenticator that knows its owner. It names the account by itself and
//! counts as both factors. What is checked of a credential is checked by `webauthn-rs`; here stands whose it is, and that a challenge is
//! answered once, in time, by whom it was handed to.

use app::wire::account::is_hidden;
use app::wire::secret::Secret;
use app::wire::session::TokenStorage;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;
use webauthn_rs::prelude::{
    DiscoverableAuthentication, Passkey, PasskeyRegistration, PublicKeyCredential, RegisterPublicKeyCredential, Url, Webauthn,
    WebauthnBuilder, WebauthnError,
};

use super::events::kind;
use super::saved::Held;
use super::session::{self, Granted};
use super::{Auth, Error, Result, factor, mail, throttle};
use crate::model::{Device, Timestamp, id};
use crate::store::passkeys::{self, PasskeyRow};
use crate::store::{ceremonies, events, is_taken, sessions};

/// For how long a challenge may be answered, in milliseconds.
const PATIENCE: Timestamp = 5 * 60 * 1000;
/// Most passkeys of one account.
const MOST: usize = 20;
/// Longest name of a passkey, in characters.
const LONGEST_NAME: usize = 60;
/// What a passkey without a name is called.
const UNNAMED: &str = "Passkey";

/// Who asks authenticators: the site, by its domain.
pub struct RelyingParty(Option<Webauthn>);

impl RelyingParty {
    /// For a public origin. Where that has no domain (`http://127.0.0.1`), browsers have no passkeys, and neither has the site.
    #[must_use]
    pub fn of(origin: &str) -> Self {
        let url = Url::parse(origin).ok();
        let party = url.as_ref().and_then(|url| {
            let builder = WebauthnBuilder::new(url.domain()?, url).ok()?;
            builder.rp_name("Nightlatch").timeout(std::time::Duration::from_millis(PATIENCE.unsigned_abs())).build().ok()
        });
        Self(party)
    }

    /// Whether the site can have passkeys.
    #[must_use]
    pub fn is_there(&self) -> bool {
        self.0.is_some()
    }

    fn get(&self) -> Result<&Webauthn> {
        self.0.as_ref().ok_or(Error::InvalidPasskey)
    }
}

/// Begins to register a passkey: what to hand to `navigator.credentials.create`. It takes the password.
///
/// # Errors
/// [`Error::InvalidCredentials`]; [`Error::TooMany`]; [`Error::InvalidPasskey`] where the site can have none; [`Error::Throttled`].
pub async fn creation(auth: &Auth, account_id: Uuid, session_id: Uuid, password: &Secret, device: &Device) -> Result<Value> {
    let account = session::prove_password(auth, account_id, password, device).await?;
    let known = keys(&with_room(auth, account_id).await?);
    let exclude = known.iter().map(|key| key.cred_id().clone()).collect();
    let (options, state) = auth
        .relying_party
        .get()?
        .start_passkey_registration(account_id, &account.username, &account.display_name, Some(exclude))
        .map_err(|_| Error::Broken("a registration that cannot begin"))?;
    let mut options = options_of(&options)?;
    // The log-in page asks for no name: the authenticator must be able to find the passkey by itself.
    let selection = &mut options["authenticatorSelection"];
    selection["residentKey"] = json!("required");
    selection["requireResidentKey"] = json!(true);
    hand_out(auth, &options, owner("session", session_id.as_bytes()), &state).await?;
    Ok(options)
}

/// The authenticator's answer: the passkey is this account's from now on.
///
/// # Errors
/// [`Error::InvalidPasskey`] for an answer that does not hold, was given before, is too late, or was asked of somebody else;
/// [`Error::TooMany`] where others have been added since.
pub async fn create(auth: &Auth, account_id: Uuid, session_id: Uuid, name: &str, credential: &str, device: &Device) -> Result<PasskeyRow> {
    let answer: RegisterPublicKeyCredential = serde_json::from_str(credential).map_err(|_| Error::InvalidPasskey)?;
    let state: PasskeyRegistration =
        take(auth, &answer.response.client_data_json, owner("session", session_id.as_bytes())).await?.ok_or(Error::InvalidPasskey)?;
    let key = auth.relying_party.get()?.finish_passkey_registration(&answer, &state).map_err(|error| {
        tracing::info!(%error, "a new passkey was refused");
        Error::InvalidPasskey
    })?;
    // Challenges may have been asked for in advance.
    with_room(auth, account_id).await?;
    let now = auth.clock.now();
    let row = PasskeyRow {
        passkey_id: id(now),
        account_id,
        handle: key.cred_id().to_vec(),
        credential: written(&key)?,
        name: named(name),
        created_at: now,
        last_used_at: None,
    };
    passkeys::insert(&auth.db, &row).await.map_err(|error| if is_taken(&error) { Error::InvalidPasskey } else { error.into() })?;
    // The password was asked for the challenge, and the authenticator has verified its owner.
    sessions::strengthen(&auth.db, session_id).await?;
    events::insert(&auth.db, account_id, Some(session_id), kind::PASSKEY_ADDED, device, now).await?;
    mail::tell(auth, account_id, |username| mail::text::passkey_added(username, &row.name)).await?;
    Ok(row)
}

/// Renames one.
///
/// # Errors
/// [`Error::NotFound`] for one that is not this account's.
pub async fn rename(auth: &Auth, account_id: Uuid, passkey_id: Uuid, name: &str) -> Result<()> {
    if passkeys::rename(&auth.db, account_id, passkey_id, &named(name)).await? { Ok(()) } else { Err(Error::NotFound) }
}

/// Removes one. It takes the password.
///
/// # Errors
/// [`Error::InvalidCredentials`]; [`Error::NotFound`] for one that is not this account's; [`Error::Throttled`].
pub async fn remove(auth: &Auth, account_id: Uuid, passkey_id: Uuid, password: &Secret, device: &Device) -> Result<()> {
    session::prove_password(auth, account_id, password, device).await?;
    if !passkeys::delete(&auth.db, account_id, passkey_id).await? {
        return Err(Error::NotFound);
    }
    events::insert(&auth.db, account_id, None, kind::PASSKEY_REMOVED, device, auth.clock.now()).await?;
    mail::tell(auth, account_id, mail::text::passkey_removed).await
}

/// What a challenge to log in is checked with.
#[derive(Serialize, Deserialize)]
struct Asked {
    state: DiscoverableAuthentication,
    of: Option<Of>,
}

/// The account that a challenge was asked for, and what a log-in opens there.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct Of {
    account_id: Uuid,
    storage: TokenStorage,
    save: bool,
}

/// Begins a log-in: what to hand to `navigator.credentials.get`. It names no account, so nobody can find out who has one.
/// `browser` is a secret of the browser that asks.
///
/// # Errors
/// [`Error::Throttled`]; [`Error::InvalidPasskey`] where the site can have none.
pub async fn challenge(auth: &Auth, browser: &str, device: &Device) -> Result<Value> {
    begin(auth, browser, None, device).await
}

/// The same from the row of a saved login, for its account alone: what it opens lives where the saved login says. The browser that holds
/// the key knows the account, and may learn what passkeys it has.
///
/// # Errors
/// As [`challenge`]; [`Error::NoPasskey`]; [`Error::Ended`] for a key that is spent.
pub async fn challenge_of(auth: &Auth, browser: &str, held: &Held, device: &Device) -> Result<Value> {
    if let Some(why) = held.spent(auth, auth.clock.now()) {
        return Err(Error::Ended(why));
    }
    let row = &held.row;
    begin(auth, browser, Some(Of { account_id: row.account_id, storage: row.storage(), save: !row.parked }), device).await
}

async fn begin(auth: &Auth, browser: &str, of: Option<Of>, device: &Device) -> Result<Value> {
    throttle::challenge(auth, &device.ip).await?;
    let (options, state) =
        auth.relying_party.get()?.start_discoverable_authentication().map_err(|_| Error::Broken("a ceremony that cannot begin"))?;
    let mut options = options_of(&options)?;
    if let Some(of) = of {
        let rows = passkeys::of_account(&auth.db, of.account_id).await?;
        if rows.is_empty() {
            return Err(Error::NoPasskey);
        }
        options["allowCredentials"] =
            rows.iter().map(|row| json!({"type": "public-key", "id": URL_SAFE_NO_PAD.encode(&row.handle)})).collect();
    }
    hand_out(auth, &options, owner("browser", browser.as_bytes()), &Asked { state, of }).await?;
    Ok(options)
}

/// Logs in with the authenticator's answer. Nothing else is asked. `to` is where the tokens shall live and whether it is saved, unless the
/// challenge was a saved login's.
///
/// # Errors
/// [`Error::InvalidPasskey`], the same for every fault; [`Error::OtherPasskey`] where another account was asked for;
/// [`Error::Throttled`].
pub async fn log_in(
    auth: &Auth,
    browser: &str,
    credential: &PublicKeyCredential,
    to: (TokenStorage, bool),
    device: Device,
) -> Result<Granted> {
    throttle::challenge(auth, &device.ip).await?;
    let Asked { state, of } =
        take(auth, &credential.response.client_data_json, owner("browser", browser.as_bytes())).await?.ok_or(Error::InvalidPasskey)?;
    let party = auth.relying_party.get()?;
    // An authenticator that was told which passkeys will do need not say whose they are.
    let named = party.identify_discoverable_authentication(credential).ok().map(|(account_id, _)| account_id);
    let account_id = of.map(|of| of.account_id).or(named).ok_or(Error::InvalidPasskey)?;
    let found = passkeys::by_handle(&auth.db, credential.get_credential_id()).await?;
    let Some(row) = found.filter(|row| row.account_id == account_id && named.is_none_or(|named| named == account_id)) else {
        // Whoever it names, if there is such an account, is told by its history.
        if factor::living(auth, account_id).await?.is_some() {
            refused(auth, account_id, kind::PASSKEY_UNKNOWN, &device).await?;
        }
        return Err(if of.is_some() { Error::OtherPasskey } else { Error::InvalidPasskey });
    };
    let to = of.map_or(to, |of| (of.storage, of.save));
    let mut key: Passkey = serde_json::from_str(&row.credential).map_err(|_| Error::Broken("a stored passkey that cannot be read"))?;
    let used = match party.finish_discoverable_authentication_v2(credential, state, &key) {
        Ok(used) => used,
        Err(WebauthnError::CredentialPossibleCompromise) => {
            tracing::warn!(account = %account_id, "a passkey has counted backwards: there may be a copy of it");
            refused(auth, account_id, kind::PASSKEY_COPIED, &device).await?;
            mail::tell(auth, account_id, mail::text::passkey_copied).await?;
            return Err(Error::InvalidPasskey);
        }
        Err(error) => {
            tracing::info!(%error, "a passkey was refused");
            refused(auth, account_id, kind::PASSKEY_REFUSED, &device).await?;
            return Err(Error::InvalidPasskey);
        }
    };
    let Some(account) = factor::living(auth, account_id).await? else { return Err(Error::InvalidPasskey) };
    key.update_credential(&used);
    let now = auth.clock.now();
    // Compared and set: of two copies that come at the same moment with the same count, one gets in.
    if !passkeys::used(&auth.db, row.passkey_id, &row.credential, &written(&key)?, now).await? {
        return Err(Error::InvalidPasskey);
    }
    let granted = session::begin(auth, &account, to, device, (kind::PASSKEY_USED, true)).await?;
    Ok(granted)
}

async fn refused(auth: &Auth, account_id: Uuid, what: &str, device: &Device) -> Result<()> {
    Ok(events::insert(&auth.db, account_id, None, what, device, auth.clock.now()).await?)
}

/// The passkeys of an account, where there is room for one more.
async fn with_room(auth: &Auth, account_id: Uuid) -> Result<Vec<PasskeyRow>> {
    let known = passkeys::of_account(&auth.db, account_id).await?;
    if known.len() < MOST { Ok(known) } else { Err(Error::TooMany) }
}

/// Those that can be read: all of them.
fn keys(rows: &[PasskeyRow]) -> Vec<Passkey> {
    rows.iter().filter_map(|row| serde_json::from_str(&row.credential).ok()).collect()
}

/// What browsers parse with `PublicKeyCredential.parse…OptionsFromJSON`.
fn options_of(challenge: &impl Serialize) -> Result<Value> {
    let mut whole = serde_json::to_value(challenge).map_err(|_| Error::Broken("options that cannot be written"))?;
    Ok(whole["publicKey"].take())
}

async fn hand_out(auth: &Auth, options: &Value, owner: [u8; 32], state: &impl Serialize) -> Result<()> {
    let challenge = options["challenge"].as_str().ok_or(Error::Broken("options without a challenge"))?;
    let until = auth.clock.now() + PATIENCE;
    Ok(ceremonies::insert(&auth.db, &Sha256::digest(challenge).into(), &owner, &written(state)?, until).await?)
}

/// What the challenge in an answer is to be checked with; once.
async fn take<T: DeserializeOwned>(auth: &Auth, client_data: &[u8], owner: [u8; 32]) -> Result<Option<T>> {
    #[derive(Deserialize)]
    struct ClientData {
        challenge: String,
    }
    let Ok(ClientData { challenge }) = serde_json::from_slice(client_data) else { return Ok(None) };
    // As it was written into the options, however the client writes it.
    let Ok(bytes) = URL_SAFE_NO_PAD.decode(challenge.trim_end_matches('=')) else { return Ok(None) };
    let hash = Sha256::digest(URL_SAFE_NO_PAD.encode(bytes)).into();
    let state = ceremonies::take(&auth.db, &hash, &owner, auth.clock.now()).await?;
    Ok(state.and_then(|state| serde_json::from_str(&state).ok()))
}

fn owner(kind: &str, whose: &[u8]) -> [u8; 32] {
    Sha256::digest([kind.as_bytes(), b"\0", whose].concat()).into()
}

fn written(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|_| Error::Broken("a passkey that cannot be written"))
}

/// A name as it is kept: on one line, not too long, not empty.
fn named(name: &str) -> String {
    let name: String = name.chars().filter(|c| !is_hidden(*c)).collect();
    let name: String = name.trim().chars().take(LONGEST_NAME).collect();
    if name.is_empty() { UNNAMED.to_owned() } else { name }
}
