//! Drawings: the key, and the initials that stand for a face.

use crate::ui::erased::Erase;
use leptos::prelude::*;

/// The key, beside the name.
#[component]
pub(crate) fn Key() -> impl IntoView {
    view! {
        <svg class="key" viewBox="0 0 32 32" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="2.5" stroke-linecap="round">
            <circle cx="10.5" cy="10.5" r="6.5" />
            <path d="M15.2 15.2 28 28M22.5 22.5l3.5-3.5M26 26l3-3" />
        </svg>
    }
}

/// The door beside the ways in, where there is room for it: light behind a keyhole.
#[component]
pub(crate) fn Door() -> impl IntoView {
    view! {
        <div class="door">
            <svg viewBox="0 0 240 300" aria-hidden="true">
                <defs>
                    <radialGradient id="lamp">
                        <stop offset="0" stop-color="#ffe7a3" stop-opacity=".6" />
                        <stop offset=".6" stop-color="#ffe7a3" stop-opacity=".14" />
                        <stop offset="1" stop-color="#ffe7a3" stop-opacity="0" />
                    </radialGradient>
                    <linearGradient id="brass" x2="1" y2="1">
                        <stop offset="0" stop-color="#f3d692" />
                        <stop offset=".5" stop-color="#b98a3c" />
                        <stop offset="1" stop-color="#76531c" />
                    </linearGradient>
                </defs>
                <circle cx="120" cy="140" r="120" fill="url(#lamp)" />
                <path d="M120 40c44 0 62 34 62 78 0 58-24 122-62 142-38-20-62-84-62-142 0-44 18-78 62-78z" fill="url(#brass)" />
                <path d="M120 52c36 0 51 30 51 67 0 50-20 105-51 125-31-20-51-75-51-125 0-37 15-67 51-67z" fill="none" stroke="#5c400f" stroke-opacity=".5" stroke-width="2" />
                <path d="M120 96a25 25 0 0 1 14 46l10 54H96l10-54a25 25 0 0 1 14-46z" fill="#fff0c0" stroke="#4a330b" stroke-width="4" />
            </svg>
            <p>"Close the tab. Come back. You’re in."</p>
        </div>
    }
    .erased()
}

/// Two letters in a disc; the colour follows from the name. Always beside the name itself, so hidden from screen readers.
#[component]
pub(crate) fn Avatar(username: String, display_name: String) -> impl IntoView {
    let tone = username.bytes().fold(0_u8, |sum, byte| sum.wrapping_mul(7).wrapping_add(byte)) % 4;
    let class = ["avatar", "avatar t1", "avatar t2", "avatar t3"][usize::from(tone)];
    view! { <span class=class aria-hidden="true">{initials(&display_name)}</span> }
}

/// First letters of the first and the last word.
fn initials(name: &str) -> String {
    let mut words = name.split([' ', '.', '_']).filter_map(|word| word.chars().next());
    let first = words.next();
    first.into_iter().chain(words.next_back()).flat_map(char::to_uppercase).collect()
}

#[cfg(test)]
mod tests {
    use super::initials;

    #[test]
    fn initials_are_the_first_and_the_last() {
        assert_eq!(initials("Mina Okafor"), "MO");
        assert_eq!(initials("Ana de la Cruz"), "AC");
        assert_eq!(initials("rover"), "R");
        assert_eq!(initials(""), "");
    }
}
