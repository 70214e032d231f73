//! The password once more, for what must not be done by somebody who found a browser open.

use app::wire::problem::{Code, Problem};
use app::wire::secret::Secret;

use super::password::Checked;
use super::{Auth, Error, Result, throttle};
use crate::model::Device;
use crate::store::accounts::Account;

/// Asks for an account's password. Counted like a log-in.
///
/// # Errors
/// [`Error::Fields`] with the field `field` when nothing is given; [`Error::InvalidCredentials`]; [`Error::Throttled`]; [`Error::Busy`].
pub async fn password(auth: &Auth, account: &Account, given: &Secret, field: &str, device: &Device) -> Result<()> {
    if given.expose().is_empty() {
        return Err(Error::Fields(Problem::new(Code::InvalidFields).field(field, app::ui::text::EMPTY_PASSWORD)));
    }
    if given.expose().len() > app::wire::account::PASSWORD_MAX_BYTES {
        return Err(Error::InvalidCredentials);
    }
    throttle::log_in(auth, &account.username, &device.ip).await?;
    match auth.hasher.check(given, Some(&account.password_hash)).await? {
        Checked::Right | Checked::RightAndRehashed(_) => throttle::forgive(auth, &account.username, &device.ip).await,
        Checked::Wrong => {
            auth.refusals.note(account.account_id, device, auth.clock.now());
            Err(Error::InvalidCredentials)
        }
    }
}
