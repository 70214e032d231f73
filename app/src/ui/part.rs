//! Parts of pages.

pub(crate) mod bar;
pub(crate) mod chooser;
pub(crate) mod field;
pub(crate) mod form;
pub(crate) mod gate;
pub(crate) mod inspector;
pub(crate) mod mark;
pub(crate) mod nav;
pub(crate) mod passkey;
pub(crate) mod sheet;
pub(crate) mod storage;
pub(crate) mod switcher;
pub(crate) mod toast;
pub(crate) mod wire_log;
