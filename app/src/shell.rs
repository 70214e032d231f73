//! The HTML document around the pages.

use leptos::prelude::*;

use crate::ui::App;
use crate::ui::document::appearance::Appearance;
use crate::ui::text;

/// The built files a document asks for, by their hashed names.
#[derive(Clone, Debug, Default)]
pub struct Assets {
    /// The style sheet.
    pub css: String,
    /// The style sheet that documents bring along.
    pub pages: String,
    /// The module that fetches `js` and `wasm` once the page has been seen, and wakes it up.
    pub start: String,
    /// What it imports.
    pub js: String,
    /// What it compiles.
    pub wasm: String,
    /// Whether they are fetched with the page: where there is little to be seen before scripts have come.
    pub early: bool,
    /// A script that reloads the page after a rebuild; while developing only.
    pub reload: Option<String>,
    /// The style sheet of the lab, on its pages.
    pub lab: Option<String>,
    /// What the window is called.
    pub title: String,
    /// How the pages shall look, as this browser has chosen: right in the first frame.
    pub looks: Appearance,
}

/// The document. Rendered by the server alone.
#[must_use]
pub fn shell(assets: Assets) -> impl IntoView {
    view! {
        <!DOCTYPE html>
        <html lang=text::LANGUAGE data-theme=assets.looks.theme data-motion=assets.looks.motion>
            <head>
                <meta charset="utf-8" />
                <title>{assets.title}</title>
                // The first frame is the whole page: a frame with half of it takes the time that the other half needs.
                <link rel="expect" href="#basic" blocking="render" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="description" content=text::DESCRIPTION />
                <meta name="color-scheme" content="light dark" />
                <meta name="theme-color" media="(prefers-color-scheme: light)" content="#ffffff" />
                <meta name="theme-color" media="(prefers-color-scheme: dark)" content="#1d1b18" />
                <link rel="icon" href="/icon.svg" type="image/svg+xml" />
                <link rel="apple-touch-icon" href="/apple-touch-icon.png" />
                <link rel="manifest" href="/manifest.webmanifest" />
                <link rel="stylesheet" href=assets.css />
                {assets.lab.map(|lab| view! { <link rel="stylesheet" href=lab /> })}
            </head>
            <body>
                <App />
                // Shown by the style sheet after a while, unless scripts have taken it away by then.
                <p class="basic" id="basic">{text::BASIC}</p>
                // What it fetches waits until the page has been seen, as it takes from what paints: see `xtask/src/site.rs`.
                {assets.early.then(|| view! {
                    <link rel="modulepreload" href=assets.js />
                    <link rel="preload" href=assets.wasm r#as="fetch" r#type="application/wasm" crossorigin="anonymous" fetchpriority="low" />
                })}
                <script type="module" src=assets.start></script>
                {assets.reload.map(|reload| view! { <script type="module" src=reload></script> })}
            </body>
        </html>
    }
}
