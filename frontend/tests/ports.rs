//! The browser's ports in a browser: every strategy keeps the contract, and two locks exclude each other.
//! Wants `wasm-bindgen-test-runner` and a headless browser.

#![cfg(target_arch = "wasm32")]

use std::cell::Cell;

use app::session::contract;
use app::session::ports::{TabLock, TokenStore};
use frontend::{Locks, Shelves};
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen_test]
fn every_strategy_keeps_the_contract() {
    let shelves = Shelves::new();
    contract::holds(&shelves);
    assert!(!shelves.refused());
}

#[wasm_bindgen_test]
fn a_session_in_local_storage_is_found_by_the_next_page() {
    let record = &contract::samples()[4];
    Shelves::new().save(record);
    assert_eq!(Shelves::new().load().as_ref(), Some(record));
    Shelves::new().clear();
    assert!(Shelves::new().load().is_none());
}

#[wasm_bindgen_test]
async fn two_locks_exclude_each_other() {
    let held = Locks.acquire().await;
    let entered = Cell::new(false);
    let second = async {
        let held = Locks.acquire().await;
        entered.set(true);
        drop(held);
    };
    let first = async {
        drop(JsFuture::from(js_sys::Promise::resolve(&wasm_bindgen::JsValue::TRUE)).await);
        assert!(!entered.get());
        drop(held);
    };
    futures::join!(first, second);
    assert!(entered.get());
}
