//! What the mails say, all of them: another language is a second set of these functions, chosen by the account that is written to.
//! `{site}` becomes the public origin, `{reset}` a link to a new password, when a mail is sent.

use app::routes::page;

use crate::auth::device;
use crate::model::Device;

/// A mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// What it is about.
    pub subject: String,
    /// What it says.
    pub body: String,
}

fn letter(subject: &str, body: String) -> Letter {
    Letter { subject: subject.to_owned(), body }
}

/// An address, or that there is none.
fn known(what: &str) -> &str {
    if what.is_empty() { "(unknown)" } else { what }
}

fn from(device: &Device) -> String {
    format!("{}, from the address {}", device::name(&device.user_agent), known(&device.ip))
}

/// A log-in with a browser that the account has not seen.
#[must_use]
pub fn new_login(username: &str, device: &Device) -> Letter {
    let body = format!(
        "Somebody logged in to your account {username} with a browser that we had not seen there before: {}.\n\n\
         If it was you, there is nothing to do. If it was not, open this page, choose \"No, secure my account\", and change your \
         password:\n\n{{site}}{}",
        from(device),
        page::SESSIONS,
    );
    letter(&format!("New login: {}", device::name(&device.user_agent)), body)
}

/// Another password.
#[must_use]
pub fn password_changed(username: &str, device: &Device) -> Letter {
    let body = format!(
        "The password of your account {username} was changed: {}.\n\n\
         If it was you, there is nothing to do. If it was not, set a new one at once:\n\n{{site}}{}",
        from(device),
        page::FORGOT,
    );
    letter("Your password was changed", body)
}

/// A link to another password.
#[must_use]
pub fn reset(username: &str, device: &Device) -> Letter {
    let body = format!(
        "Somebody asked for a new password for your account {username}: {}.\n\n\
         If it was you, set one within an hour:\n\n{{reset}}\n\n\
         If it was not you, there is nothing to do: your password stays as it is.",
        from(device),
    );
    letter("Set a new password", body)
}

/// The account is to be removed.
#[must_use]
pub fn deletion_asked(username: &str) -> Letter {
    let body = format!(
        "You asked us to delete your account {username}. Nobody sees your profile and your posts any more, and you are logged out \
         everywhere. In 14 days everything is removed.\n\n\
         If you change your mind, or if it was not you: log in before then, and everything is as it was.\n\n{{site}}{}",
        page::LOG_IN,
    );
    letter("Your account will be deleted in 14 days", body)
}

/// A log-in took that back.
#[must_use]
pub fn deletion_undone(username: &str) -> Letter {
    let body = format!(
        "You logged in to your account {username}, so it is not deleted. Everything is as it was.\n\n\
         If it was not you, change your password:\n\n{{site}}{}",
        page::FORGOT,
    );
    letter("Your account is kept", body)
}

/// The account is gone.
#[must_use]
pub fn deleted(username: &str) -> Letter {
    letter(
        "Your account has been deleted",
        format!("Your account {username} and everything of it has been removed, as you asked 14 days ago."),
    )
}

/// A replaced refresh token, or a replaced key of a saved login, was shown again.
#[must_use]
pub fn reused(username: &str, device: &Device) -> Letter {
    let body = format!(
        "A sign-in key of your account {username} was used a second time. Somebody may have copied it, so we ended that session: the \
         browser it belonged to has to log in again, and a copy is worth nothing any more.\n\n\
         It was shown from the address {} by: {}\n\n\
         If you did not expect this, change your password.",
        known(&device.ip),
        known(&device.user_agent),
    );
    letter("We ended one of your sessions", body)
}

/// A sign-up with an address that is somebody's already.
#[must_use]
pub fn address_taken() -> Letter {
    letter(
        "You already have an account",
        "Somebody tried to sign up with this e-mail address, which already belongs to an account.\n\n\
         If it was you: log in with the account you have, or choose another address.\n\
         If it was not you: nothing has changed, and there is nothing to do."
            .to_owned(),
    )
}

/// An authenticator app was set up.
#[must_use]
pub fn second_factor_on(username: &str) -> Letter {
    letter(
        "Two-factor authentication is on",
        format!("{username}: From now on, logging in with your password takes a code, too.\n\nIf this was not you, change your password."),
    )
}

/// It was turned off.
#[must_use]
pub fn second_factor_off(username: &str) -> Letter {
    letter(
        "Two-factor authentication is off",
        format!("{username}: Logging in takes your password alone now.\n\nIf this was not you, change your password and turn it on again."),
    )
}

/// A recovery code was used, so many are left.
#[must_use]
pub fn recovery_code_used(username: &str, left: i64) -> Letter {
    let body = format!(
        "{username}: One of your recovery codes was used to log in. {left} are left.\n\nIf it was not you, change your password and make new \
         recovery codes."
    );
    letter("A recovery code was used", body)
}

/// A passkey called `name` was added.
#[must_use]
pub fn passkey_added(username: &str, name: &str) -> Letter {
    let body = format!(
        "{username}: The passkey \"{name}\" can log in to your account now.\n\nIf this was not you, remove it and change your password."
    );
    letter("A passkey was added", body)
}

/// One was removed.
#[must_use]
pub fn passkey_removed(username: &str) -> Letter {
    letter(
        "A passkey was removed",
        format!("{username}: One of your passkeys cannot log in any more.\n\nIf this was not you, change your password."),
    )
}

/// One has counted backwards.
#[must_use]
pub fn passkey_copied(username: &str) -> Letter {
    let body = format!(
        "{username}: A passkey of your account was used in a way that suggests that a copy of it exists. We refused it.\n\nRemove it, and add \
         a new one."
    );
    letter("A passkey was refused", body)
}
