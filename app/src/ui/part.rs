//! Parts of pages.

pub(crate) mod bar;
pub(crate) mod feed;
pub(crate) mod field;
pub(crate) mod form;
pub(crate) mod gate;
pub(crate) mod inspector;
pub(crate) mod later;
pub(crate) mod mark;
pub(crate) mod post;
pub(crate) mod return_line;
pub(crate) mod sheet;
pub(crate) mod side;
pub(crate) mod storage;
pub(crate) mod wire_log;
