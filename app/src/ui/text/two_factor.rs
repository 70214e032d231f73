//! Two-factor authentication.

/// What the window is called, and the page.
pub const TITLE: &str = "Two-factor authentication";

pub(crate) const WHAT: &str =
    "With an authenticator app, logging in takes a code from your phone, too. Whoever learns your password cannot log in with it alone.";
pub(crate) const DEMANDED: &str = "Your role needs a second factor. Until one is set up and used, this session can do nothing else.";
/// Completes "We could not …".
pub(crate) const DEED: &str = "change this";
pub(crate) const GO_ON: &str = "Go on";
pub(crate) const BEGIN: &str = "Set up an authenticator app";
pub(crate) const QR: &str = "QR code for your authenticator app";
pub(crate) const STEP_ADD: &str = "1. Add it to your app";
pub(crate) const SCAN: &str = "Scan this with your authenticator app:";
pub(crate) const TYPE: &str = "Or type this key into the app:";
pub(crate) const STEP_CODE: &str = "2. Enter the code it shows";
pub(crate) const CONFIRM: &str = "Turn it on";
pub(crate) const STEP_UP: &str = "Enter a code to go on";
pub(crate) const CODES: &str = "Recovery codes";
pub(crate) const FEW: &str = "You have few recovery codes left. Make new ones.";
pub(crate) const RENEW: &str = "Make new recovery codes";
pub(crate) const OFF: &str = "Turn it off";
pub(crate) const OFF_MEANS: &str = "Logging in takes your password alone then, and the recovery codes are gone.";
pub(crate) const TURN_OFF: &str = "Turn off two-factor authentication";
pub(crate) const IS_ON: &str = "Two-factor authentication is on.";
pub(crate) const YOUR_CODES: &str = "Your recovery codes";
pub(crate) const KEEP: &str = "Write these down or print them, and keep them apart from your phone. Each logs you in once. ";
/// After [`KEEP`], in bold.
pub(crate) const ONCE: &str = "They are shown this once.";
pub(crate) const KEPT: &str = "I have kept them";
/// After a link to the passkeys.
pub(crate) const OR_PASSKEYS: &str = " log in without a password, and need no code.";

pub(crate) fn on_since(day: &str) -> String {
    ["On since ", day, ". Logging in with your password takes a code from your authenticator app."].concat()
}

pub(crate) fn left(codes: i64) -> String {
    format!("{codes} left. Each logs you in once, when you do not have your app.")
}
