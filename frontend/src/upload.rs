//! The form with a picture: what is chosen, or dropped, is shown before it is sent, made smaller where it is larger than anybody will see
//! it, and watched on its way. What does not work out here is left to the server, which makes of the picture what it wants anyway.

use std::cell::Cell;

use app::ui::text::{ERROR, post as words};
use app::wire::feed::{NO_PICTURE, PICTURE_MAX, oversize};
use js_sys::Reflect;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, CanvasRenderingContext2d, DragEvent, Element, Event, File, FileList, FormData, HtmlCanvasElement, HtmlFormElement,
    HtmlInputElement, ImageBitmap,
};

use crate::{clock, dom};

/// How wide a picture is sent, and how high, in pixels: a little more than the server keeps.
const WIDE: f64 = 1600.0;
const HIGH: f64 = 3200.0;
/// JPEG quality.
const QUALITY: f64 = 0.9;
/// A picture that was drawn smaller than it is.
const SMALLER: &str = "data-smaller";

/// Who reads out what is said.
pub(crate) type Say = Box<dyn Fn(String)>;

/// A form on its way, and the progress that it shows.
pub(crate) struct Upload {
    /// What the form holds.
    pub(crate) data: FormData,
    form: HtmlFormElement,
    say: Say,
    sent: Cell<bool>,
    /// How many quarters were read out.
    quarters: Cell<u32>,
}

impl Upload {
    pub(crate) fn new(form: HtmlFormElement, data: FormData, say: Say) -> Self {
        Self { data, form, say, sent: Cell::default(), quarters: Cell::default() }
    }

    /// Puts the smaller picture in the place of a larger one.
    pub(crate) async fn shrink(&self) -> Option<()> {
        let file: File = self.data.get("picture").unchecked_into();
        let canvas: HtmlCanvasElement = dom::find(&self.form, "canvas:not([hidden])")?.unchecked_into();
        if !canvas.has_attribute(SMALLER) && file.size() <= PICTURE_MAX as f64 {
            return None;
        }
        let (written, write) = clock::promise();
        canvas.to_blob_with_type_and_encoder_options(&write, "image/jpeg", &QUALITY.into()).ok()?;
        let smaller: Blob = JsFuture::from(written).await.ok()?.unchecked_into();
        if !smaller.is_null() && smaller.size() < file.size() {
            self.data.set_with_blob_and_filename("picture", &smaller, "picture.jpg").ok()?;
        }
        Some(())
    }

    /// It is being sent. A second time, the session was renewed meanwhile.
    pub(crate) fn begin(&self) {
        if self.sent.replace(true) {
            (self.say)(words::RENEWED.to_owned());
            self.tell("p:last-child", words::RENEWED);
        }
        self.quarters.set(0);
    }

    /// So much of it is on its way.
    pub(crate) fn progress(&self, loaded: f64, total: f64) -> Option<()> {
        let percent = (loaded * 100.0 / total) as u32;
        let words = words::uploading(percent);
        dom::set(&dom::find(&self.form, "progress")?, "value", &percent.to_string());
        self.tell(".number", &words);
        if percent / 25 > self.quarters.replace(percent / 25) {
            (self.say)(words);
        }
        Some(())
    }

    /// It came to nothing.
    pub(crate) fn fail(&self) {
        if let Some(place) = dom::find(&self.form, ".sending") {
            dom::mark(&place, "hidden", true);
        }
    }

    fn tell(&self, place: &str, words: &str) -> Option<()> {
        let sending = dom::find(&self.form, ".sending")?;
        dom::mark(&sending, "hidden", false);
        dom::find(&sending, place)?.set_text_content(Some(words));
        Some(())
    }
}

/// What was chosen in a form on the page, for another one that takes its place.
pub(crate) fn chosen(form: &HtmlFormElement) -> Option<FileList> {
    field(form)?.files()
}

/// The form came back for something else than its picture: that one is still chosen.
pub(crate) async fn restore(files: FileList, say: Say) -> Option<()> {
    let page = dom::page()?;
    let field = field(&page)?;
    if page.get_element_by_id("picture-error").is_none() {
        field.set_files(Some(&files));
        dom::find(&page, "[data-again]")?.remove();
        look(field, say).await;
    }
    Some(())
}

/// Something was chosen, or is dragged over the page, or dropped on it. The field, if it has a file now that it had not before.
pub(crate) fn picked(event: &Event) -> Option<HtmlInputElement> {
    let zone = event.target()?.dyn_into::<Element>().ok()?.closest("[data-drop]").ok()??;
    let kind = event.type_();
    if kind == "change" {
        return field(&zone);
    }
    if kind == "dragleave" {
        dom::mark(&zone, "data-over", false);
        return None;
    }
    event.prevent_default();
    if kind == "dragover" {
        dom::mark(&zone, "data-over", true);
        return None;
    }
    dom::mark(&zone, "data-over", false);
    let files = event.unchecked_ref::<DragEvent>().data_transfer()?.files()?;
    let field = field(&zone)?;
    (files.length() > 0).then(|| field.set_files(Some(&files)))?;
    Some(field)
}

/// Shows what is chosen, or says at once why it will not do.
pub(crate) async fn look(field: HtmlInputElement, say: Say) -> Option<()> {
    let zone = field.closest("[data-drop]").ok()??;
    let canvas: HtmlCanvasElement = dom::find(&zone, "canvas")?.unchecked_into();
    dom::mark(&canvas, "hidden", true);
    let file = field.files()?.get(0);
    let fault = match &file {
        Some(file) if !["", "image/jpeg", "image/png", "image/webp"].contains(&&*file.type_()) => Some(NO_PICTURE.to_owned()),
        Some(file) => {
            let shown = JsFuture::from(web_sys::window()?.create_image_bitmap_with_blob(file).ok()?).await;
            // Something else was chosen meanwhile.
            if field.files()?.get(0).as_ref() != Some(file) {
                return None;
            }
            let drawn = shown.ok().and_then(|bitmap| draw(bitmap.unchecked_ref(), &canvas)).is_some();
            let size = file.size() as usize;
            (!drawn && size > PICTURE_MAX).then(|| oversize(size))
        }
        None => None,
    };
    complain(&field, &zone, fault.as_deref())?;
    if let Some(fault) = fault {
        say(fault);
    }
    Some(())
}

/// Upright, on white, and no larger than it is sent.
fn draw(bitmap: &ImageBitmap, canvas: &HtmlCanvasElement) -> Option<()> {
    let (width, height) = (f64::from(bitmap.width()), f64::from(bitmap.height()));
    let scale = (WIDE / width).min(HIGH / height).min(1.0);
    let (wide, high) = ((width * scale).round().max(1.0), (height * scale).round().max(1.0));
    canvas.set_width(wide as u32);
    canvas.set_height(high as u32);
    let context: CanvasRenderingContext2d = canvas.get_context("2d").ok()??.unchecked_into();
    Reflect::set(&context, &"imageSmoothingQuality".into(), &"high".into()).ok()?;
    context.set_fill_style_str("#fff");
    context.fill_rect(0.0, 0.0, wide, high);
    context.draw_image_with_image_bitmap_and_dw_and_dh(bitmap, 0.0, 0.0, wide, high).ok()?;
    dom::mark(canvas, SMALLER, scale < 1.0);
    dom::mark(canvas, "hidden", false);
    bitmap.close();
    Some(())
}

/// The browser sends no form with a field that somebody has complained of.
fn complain(field: &HtmlInputElement, zone: &Element, fault: Option<&str>) -> Option<()> {
    field.set_custom_validity(fault.unwrap_or_default());
    if let Some(old) = dom::page()?.get_element_by_id("picture-error") {
        old.remove();
    }
    let described = ["picture-hint", if fault.is_some() { " picture-error" } else { "" }].concat();
    dom::set(field, "aria-describedby", &described);
    dom::set(field, "aria-invalid", if fault.is_some() { "true" } else { "false" });
    if let Some(fault) = fault {
        let html = [r#"<p class="err" id="picture-error"><span class="vh">"#, ERROR, "</span>", fault, "</p>"].concat();
        zone.insert_adjacent_html("beforebegin", &html).ok()?;
    }
    Some(())
}

fn field(within: &impl AsRef<JsValue>) -> Option<HtmlInputElement> {
    dom::find(within, "input[type=file]").map(JsCast::unchecked_into)
}
