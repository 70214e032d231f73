//! What has to be fetched first. One type for all of it, whatever is fetched: every further type of `Suspense` costs kilobytes.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use crate::ui::erased::Erase;
use leptos::prelude::*;

/// A view that is still being fetched.
pub(crate) type Pending = Pin<Box<dyn Future<Output = AnyView> + Send>>;

/// Shows `meanwhile` until `view` has come, and again whenever it is fetched anew. The server waits for it.
#[component]
pub(crate) fn Later(meanwhile: fn() -> AnyView, view: Arc<dyn Fn() -> Pending + Send + Sync>) -> impl IntoView {
    view! { <Suspense fallback=meanwhile>{move || Suspend::new(view())}</Suspense> }.erased()
}
