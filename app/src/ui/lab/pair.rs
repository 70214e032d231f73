//! Two tabs of one experiment: the first one, which runs it, and the second one, which does what it is told.

mod second;

use std::sync::{Arc, Mutex, PoisonError};

use leptos::prelude::*;
use leptos_router::hooks::use_location;
use uuid::Uuid;

use crate::api::pair::Pair;
use crate::api::{Bench, Window};
use crate::lab::pair::Word;
use crate::ui::erased::Erase;
use crate::ui::text::lab::pair as words;
use crate::wire::problem::{Code, Problem};
pub(super) use second::Second;

/// How the page of a second tab is known.
const SECOND: &str = "second";
/// How long the other tab may take for anything, in milliseconds: it may have to load anew.
const PATIENCE: f64 = 8_000.0;
/// How often what it has said is looked at, in milliseconds.
const OFTEN: u32 = 4;
/// How often it is called, in milliseconds.
const CALLS: f64 = 100.0;

/// Whether this page is a second tab.
pub(super) fn is_second() -> bool {
    use_location().search.with_untracked(|search| search.trim_start_matches('?') == SECOND)
}

/// Opens the second tab of the experiment at `path`, and says whether it is `there`.
#[component]
pub(super) fn Opener(path: &'static str, there: RwSignal<bool>) -> impl IntoView {
    let bench = expect_context::<Arc<dyn Bench>>();
    view! {
        <p class="deeds">
            <button class="btn" on:click=move |_| bench.open(&[path, "?", SECOND].concat(), true)>{words::OPEN}</button>
            {move || there.get().then(|| view! { <span class="tag">{words::THERE}</span> })}
        </p>
    }
    .erased()
}

/// The other tab has not said in time what was waited for.
pub(super) fn no_second() -> Problem {
    Problem::new(Code::Unreachable).titled(words::NO_SECOND)
}

/// The other tab, as the first one hears of it.
#[derive(Clone)]
pub(super) struct Other {
    pub(super) pair: Arc<dyn Pair>,
    window: Arc<dyn Window>,
    said: Arc<Mutex<Vec<Word>>>,
}

impl Other {
    /// Listens, for as long as the room is open. Calls `here` whenever the other tab says anything.
    pub(super) fn listen(channel: &'static str, window: Arc<dyn Window>, here: impl Fn() + 'static) -> Self {
        let (pair, said) = (expect_context::<Arc<dyn Pair>>(), Arc::new(Mutex::new(Vec::new())));
        let heard = said.clone();
        pair.open_channel(
            channel,
            Box::new(move |text| {
                if let Some(word) = Word::read(&text) {
                    heard.lock().unwrap_or_else(PoisonError::into_inner).push(word);
                    here();
                }
            }),
        );
        let closing = pair.clone();
        on_cleanup(move || closing.close_channel());
        Self { pair, window, said }
    }

    pub(super) fn say(&self, word: &Word) {
        self.pair.say(&word.written());
    }

    /// The first word that `pick` takes. `None`: it has not come in time.
    pub(super) async fn hear<T>(&self, pick: impl Fn(&Word) -> Option<T>) -> Option<T> {
        self.hear_within(PATIENCE, pick).await
    }

    async fn hear_within<T>(&self, ms: f64, pick: impl Fn(&Word) -> Option<T>) -> Option<T> {
        let until = self.pair.wall() + ms;
        loop {
            let said = std::mem::take(&mut *self.said.lock().unwrap_or_else(PoisonError::into_inner));
            if let Some(found) = said.iter().find_map(&pick) {
                return Some(found);
            }
            if self.pair.wall() > until {
                return None;
            }
            self.window.pause(OFTEN).await;
        }
    }

    /// The name of a second tab that shows this session by now. `None`: there is none.
    pub(super) async fn ready(&self, session: Uuid) -> Option<Uuid> {
        let until = self.pair.wall() + PATIENCE;
        while self.pair.wall() < until {
            self.say(&Word::Call { session });
            let mine = |word: &Word| match word {
                Word::Ready { session: shown, name } if *shown == session => Some(*name),
                _ => None,
            };
            if let Some(name) = self.hear_within(CALLS, mine).await {
                return Some(name);
            }
        }
        None
    }
}
