//! The browser's ports in a browser: every strategy keeps the contract, also where storage is blocked or full, and two locks exclude
//! each other. `cargo xtask test` binds this to JavaScript, and `end2end/ports.test.mjs` runs it.

#![cfg(target_arch = "wasm32")]

use std::cell::Cell;

use app::session::contract;
use app::session::ports::{TabLock, TokenStore};
use app::session::record::{Place, Record};
use frontend::{Locks, Shelves};
use js_sys::Function;
use wasm_bindgen::{JsCast, JsValue};
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
    let record = &precious();
    Shelves::new().save(record);
    assert_eq!(Shelves::new().load().as_ref(), Some(record));
    Shelves::new().clear();
    assert!(Shelves::new().load().is_none());
}

/// Something about the browser's storage that is broken until this is dropped.
struct Broken(Function);

impl Broken {
    /// `script` breaks it, and returns the function that mends it.
    fn by(script: &str) -> Self {
        let mend = Function::new_no_args(script).call0(&JsValue::NULL).expect("it can be broken");
        Self(mend.unchecked_into())
    }

    /// As where a person forbids sites to store anything: it cannot even be looked at.
    fn blocked() -> Self {
        Self::by(
            "const names = ['localStorage', 'sessionStorage'];
             const whole = names.map((name) => Object.getOwnPropertyDescriptor(window, name));
             const get = () => { throw new DOMException('blocked', 'SecurityError'); };
             for (const name of names) Object.defineProperty(window, name, { get, configurable: true });
             return () => names.forEach((name, i) => Object.defineProperty(window, name, whole[i]));",
        )
    }

    /// Nothing more fits in.
    fn full() -> Self {
        Self::by(
            "const whole = Storage.prototype.setItem;
             Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); };
             return () => { Storage.prototype.setItem = whole; };",
        )
    }
}

impl Drop for Broken {
    fn drop(&mut self) {
        drop(self.0.call0(&JsValue::NULL));
    }
}

/// Runs `shelves`, whose storage is broken, through everything: records are kept in memory, and that is told where it matters.
fn memory_takes_over(shelves: &Shelves) {
    contract::holds(shelves);
    for record in contract::samples() {
        shelves.save(&record);
        assert_eq!(shelves.load(), Some(record.clone()));
        // In the cookie strategies nothing is lost, and memory was to be memory.
        assert_eq!(shelves.refused(), record.precious() && record.place() != Place::Page, "{record:?}");
        assert!(Shelves::new().load().is_none(), "another page knows nothing of {record:?}");
        shelves.clear();
    }
}

#[wasm_bindgen_test]
fn blocked_storage_is_replaced_by_memory_and_that_is_told() {
    let _broken = Broken::blocked();
    memory_takes_over(&Shelves::new());
}

#[wasm_bindgen_test]
fn storage_that_is_full_from_the_start_is_replaced_by_memory_and_that_is_told() {
    let _broken = Broken::full();
    memory_takes_over(&Shelves::new());
}

#[wasm_bindgen_test]
fn storage_that_fills_up_later_is_replaced_by_memory_until_there_is_room_again() {
    let shelves = Shelves::new();
    let record = &precious();
    shelves.save(record);
    assert!(!shelves.refused());
    {
        let _broken = Broken::full();
        shelves.save(record);
        assert!(shelves.refused());
        assert_eq!(shelves.load().as_ref(), Some(record));
    }
    assert!(Shelves::new().load().is_none(), "what lay there before is old, and taken away");
    shelves.save(record);
    assert!(!shelves.refused());
    assert_eq!(Shelves::new().load().as_ref(), Some(record));
    shelves.clear();
    assert!(Shelves::new().load().is_none());
}

/// A session in localStorage.
fn precious() -> Record {
    let there = |record: &Record| record.precious() && record.place() == Place::Browser;
    contract::samples().into_iter().find(there).expect("there is one")
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
        drop(JsFuture::from(js_sys::Promise::resolve(&JsValue::TRUE)).await);
        assert!(!entered.get());
        drop(held);
    };
    futures::join!(first, second);
    assert!(entered.get());
}
