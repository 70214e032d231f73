//! Views without their type, as [`IntoAny`] makes them, but smaller: what Leptos would need to hydrate a page piece by piece is left
//! out. Nightlatch hydrates in one go, and those unused functions were a sixth of the wasm. `hydrate_body` never asks for them.

use leptos::prelude::*;
use leptos::tachys::html::attribute::Attribute;
use leptos::tachys::html::attribute::any_attribute::AnyAttribute;
use leptos::tachys::hydration::Cursor;
use leptos::tachys::ssr::StreamBuilder;
use leptos::tachys::view::any_view::IntoAny;
use leptos::tachys::view::{Position, PositionState};

/// `.erased()` on any view: use it where Leptos says `.into_any()`.
pub(crate) trait Erase {
    /// The view without its type.
    fn erased(self) -> AnyView;
}

impl<V: IntoView + 'static> Erase for V
where
    V::Owned: Send,
{
    fn erased(self) -> AnyView {
        InOneGo(self).into_any()
    }
}

/// A view that hydrates at once, or not at all.
struct InOneGo<V>(V);

impl<V: Render> Render for InOneGo<V> {
    type State = V::State;

    fn build(self) -> Self::State {
        self.0.build()
    }

    fn rebuild(self, state: &mut Self::State) {
        self.0.rebuild(state);
    }
}

impl<V: RenderHtml> RenderHtml for InOneGo<V> {
    type AsyncOutput = V::AsyncOutput;
    type Owned = InOneGo<V::Owned>;

    const MIN_LENGTH: usize = V::MIN_LENGTH;
    const EXISTS: bool = V::EXISTS;

    fn dry_resolve(&mut self) {
        self.0.dry_resolve();
    }

    async fn resolve(self) -> Self::AsyncOutput {
        self.0.resolve().await
    }

    fn html_len(&self) -> usize {
        self.0.html_len()
    }

    fn to_html_with_buf(self, buf: &mut String, position: &mut Position, escape: bool, mark_branches: bool, extra: Vec<AnyAttribute>) {
        self.0.to_html_with_buf(buf, position, escape, mark_branches, extra);
    }

    fn to_html_async_with_buf<const OUT_OF_ORDER: bool>(
        self,
        buf: &mut StreamBuilder,
        position: &mut Position,
        escape: bool,
        mark_branches: bool,
        extra: Vec<AnyAttribute>,
    ) {
        self.0.to_html_async_with_buf::<OUT_OF_ORDER>(buf, position, escape, mark_branches, extra);
    }

    fn hydrate<const FROM_SERVER: bool>(self, cursor: &Cursor, position: &PositionState) -> Self::State {
        self.0.hydrate::<FROM_SERVER>(cursor, position)
    }

    async fn hydrate_async(self, _: &Cursor, _: &PositionState) -> Self::State {
        unreachable!("pages hydrate in one go")
    }

    fn into_owned(self) -> Self::Owned {
        InOneGo(self.0.into_owned())
    }
}

impl<V: AddAnyAttr> AddAnyAttr for InOneGo<V> {
    type Output<A: Attribute> = InOneGo<V::Output<A>>;

    fn add_any_attr<A: Attribute>(self, attr: A) -> Self::Output<A>
    where
        Self::Output<A>: RenderHtml,
    {
        InOneGo(self.0.add_any_attr(attr))
    }
}
