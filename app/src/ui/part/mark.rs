//! Drawings: the key, and the initials that stand for a face.

use crate::ui::erased::Erase;
use crate::ui::text;
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
            <img src="/door.svg" alt="" width="240" height="300" />
            <p>{text::CLAIM}</p>
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
