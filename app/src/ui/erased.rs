//! Views without their type, as Leptos' `into_any` makes them, but smaller: everything goes through one boxed trait, so that what
//! `into_any` needs is compiled once and not for each of fifty views. It saved an eighth of the wasm.
//!
//! What it gives up: an erased view that changes is built anew instead of being compared (texts and attributes inside are not
//! erased, and change in place), and pages hydrate in one go.

use std::future::Future;
use std::pin::Pin;

use leptos::prelude::*;
use leptos::tachys::html::attribute::Attribute;
use leptos::tachys::html::attribute::any_attribute::AnyAttribute;
use leptos::tachys::hydration::Cursor;
use leptos::tachys::renderer::types::{Element, Node};
use leptos::tachys::ssr::StreamBuilder;
use leptos::tachys::view::any_view::IntoAny;
use leptos::tachys::view::{Mountable, Position, PositionState};

/// Whether this is the half that runs in a browser. It renders no HTML, and what would is not even compiled into it.
const IN_BROWSER: bool = matches!(std::env::consts::ARCH.as_bytes(), b"wasm32");

/// `.erased()` on any view: use it where Leptos says `.into_any()`.
pub(crate) trait Erase {
    /// The view without its type. It must show something, if only an empty text: that is checked when it is compiled.
    fn erased(self) -> AnyView;
}

impl<V: IntoView + 'static> Erase for V {
    fn erased(self) -> AnyView {
        const { assert!(V::EXISTS, "nothing cannot be erased: it has no place in the page") };
        Boxed(Box::new(self)).into_any()
    }
}

/// What a view can do, for views of any type.
trait Anything: Send {
    fn build(self: Box<Self>) -> Shown;
    fn hydrate(self: Box<Self>, cursor: &Cursor, position: &PositionState) -> Shown;
    fn dry_resolve(&mut self);
    fn resolve(self: Box<Self>) -> Pin<Box<dyn Future<Output = AnyView> + Send>>;
    fn html_len(&self) -> usize;
    fn to_html(self: Box<Self>, to: Html<'_>);
    fn to_html_async(self: Box<Self>, out_of_order: bool, to: HtmlStream<'_>);
}

/// Where HTML goes, and how.
struct Html<'a>(&'a mut String, &'a mut Position, bool, bool, Vec<AnyAttribute>);
/// The same, piece by piece.
struct HtmlStream<'a>(&'a mut StreamBuilder, &'a mut Position, bool, bool, Vec<AnyAttribute>);

impl<V: RenderHtml + Send + 'static> Anything for V {
    fn build(self: Box<Self>) -> Shown {
        Shown(Box::new(Render::build(*self)))
    }

    fn hydrate(self: Box<Self>, cursor: &Cursor, position: &PositionState) -> Shown {
        Shown(Box::new(RenderHtml::hydrate::<true>(*self, cursor, position)))
    }

    fn dry_resolve(&mut self) {
        server_only();
        RenderHtml::dry_resolve(self);
    }

    fn resolve(self: Box<Self>) -> Pin<Box<dyn Future<Output = AnyView> + Send>> {
        server_only();
        Box::pin(async move { RenderHtml::resolve(*self).await.into_any() })
    }

    fn html_len(&self) -> usize {
        server_only();
        RenderHtml::html_len(self)
    }

    fn to_html(self: Box<Self>, to: Html<'_>) {
        server_only();
        self.to_html_with_buf(to.0, to.1, to.2, to.3, to.4);
    }

    fn to_html_async(self: Box<Self>, out_of_order: bool, to: HtmlStream<'_>) {
        server_only();
        if out_of_order {
            self.to_html_async_with_buf::<true>(to.0, to.1, to.2, to.3, to.4);
        } else {
            self.to_html_async_with_buf::<false>(to.0, to.1, to.2, to.3, to.4);
        }
    }
}

/// What follows is never reached in a browser, and so not compiled for it.
#[inline(always)]
fn server_only() {
    if IN_BROWSER {
        unreachable!("a browser renders no HTML");
    }
}

/// The one view that Leptos gets to see.
struct Boxed(Box<dyn Anything>);

/// What stands in the page.
struct Shown(Box<dyn Mountable>);

impl Mountable for Shown {
    fn unmount(&mut self) {
        self.0.unmount();
    }

    fn mount(&mut self, parent: &Element, marker: Option<&Node>) {
        self.0.mount(parent, marker);
    }

    fn insert_before_this(&self, child: &mut dyn Mountable) -> bool {
        self.0.insert_before_this(child)
    }

    fn elements(&self) -> Vec<Element> {
        self.0.elements()
    }
}

impl Render for Boxed {
    type State = Shown;

    fn build(self) -> Shown {
        self.0.build()
    }

    fn rebuild(self, state: &mut Shown) {
        let mut new = self.0.build();
        state.insert_before_this(&mut new);
        state.unmount();
        *state = new;
    }
}

impl RenderHtml for Boxed {
    type AsyncOutput = AnyView;
    type Owned = Self;

    const MIN_LENGTH: usize = 0;

    fn dry_resolve(&mut self) {
        self.0.dry_resolve();
    }

    async fn resolve(self) -> AnyView {
        self.0.resolve().await
    }

    fn html_len(&self) -> usize {
        self.0.html_len()
    }

    fn to_html_with_buf(self, buf: &mut String, position: &mut Position, escape: bool, mark_branches: bool, extra: Vec<AnyAttribute>) {
        self.0.to_html(Html(buf, position, escape, mark_branches, extra));
    }

    fn to_html_async_with_buf<const OUT_OF_ORDER: bool>(
        self,
        buf: &mut StreamBuilder,
        position: &mut Position,
        escape: bool,
        mark_branches: bool,
        extra: Vec<AnyAttribute>,
    ) {
        self.0.to_html_async(OUT_OF_ORDER, HtmlStream(buf, position, escape, mark_branches, extra));
    }

    fn hydrate<const FROM_SERVER: bool>(self, cursor: &Cursor, position: &PositionState) -> Shown {
        self.0.hydrate(cursor, position)
    }

    async fn hydrate_async(self, _: &Cursor, _: &PositionState) -> Shown {
        unreachable!("pages hydrate in one go")
    }

    fn into_owned(self) -> Self {
        self
    }
}

impl AddAnyAttr for Boxed {
    type Output<A: Attribute> = Self;

    /// Attributes are for elements, and what is erased may be any number of them.
    fn add_any_attr<A: Attribute>(self, _: A) -> Self {
        self
    }
}
