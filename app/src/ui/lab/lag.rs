//! Revocation lag: a copy of the access token is shown again and again while its session ends. That is a run, and there can be many.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use uuid::Uuid;

use super::export::{row, table};
use super::parts::{Across, Bar, Bars, Column, Often, spread_cells, spread_heads};
use super::session::{at, bench, look};
use super::shell::Wants;
use super::{Book, Quiet, Room};
use crate::api::pair::Pair;
use crate::api::{Bench, Window};
use crate::lab::Notebook;
use crate::lab::chosen::Open;
use crate::lab::lag::{LAG_STEP, Lag as Measured, Run, add, outlives};
use crate::lab::spread::Spread;
use crate::routes::{api, page};
use crate::session::Verbs;
use crate::ui::erased::Erase;
use crate::ui::frame::{Frame, session, window};
use crate::ui::text::lab::{self as texts, lag as words};
use crate::wire::lab::tabs::Again;
use crate::wire::lab::{Check, Knobs, Theft, TokenKind};
use crate::wire::problem::{Code, Problem};
use crate::wire::secret::Secret;
use crate::wire::session::{Leave, TokenStorage};

const RULES: Knobs = Knobs { check: Check::Signature, ..Knobs::usual(10) };
/// How many runs, to choose from. The first is usual where a run lasts as long as a token lives, and the second elsewhere.
const TIMES: [u32; 3] = [1, 3, 10];

/// The room.
pub(super) const ROOM: Room = Room {
    path: page::LAB_LAG,
    name: words::NAME,
    asks: words::ASKS,
    show: || view! { <Lag /> }.erased(),
    wants: Some(Wants::open(RULES, &[Open::Token, Open::Check])),
    runs: |book| book.lags.iter().map(|lag| lag.runs.len()).sum(),
    whole: None,
    export,
};

#[component]
fn Lag() -> impl IntoView {
    let (server, pair) = (expect_context::<Arc<dyn Bench>>(), expect_context::<Arc<dyn Pair>>());
    let (frame, session, book, Quiet(quiet)) = (Frame::here(), session(), Book::here(), Quiet::here());
    let here = bench();
    let often = Often::new(TIMES, TIMES[0]);
    let rules = RwSignal::new(None::<Knobs>);
    let asks = server.clone();
    Effect::new(move |_| {
        let Some(bench) = here.get() else { return };
        let server = asks.clone();
        spawn_local(async move {
            if let Some(watched) = look(server, bench).await {
                // What takes long is done once, unless somebody asks for more.
                often.usually(if outlives(watched.knobs) { TIMES[0] } else { TIMES[1] });
                rules.try_set(Some(watched.knobs));
            }
        });
    });
    // Which run is under way, and of how many.
    let (now, stop) = (RwSignal::new(None::<(u32, u32)>), RwSignal::new(false));
    let trouble = RwSignal::new(None::<String>);
    let run = move |_| {
        let (Some(bench), Some(verbs), Some(window), None) = (here.get_untracked(), session.verbs(), window(), now.get_untracked()) else {
            return;
        };
        let (times, storage) = (untrack(move || often.get()), session.storage_now());
        trouble.set(None);
        stop.set(false);
        // Sessions come and go meanwhile, and that is not worth a word.
        quiet.set(true);
        now.set(Some((1, times)));
        let runs = Runs { server: server.clone(), pair: pair.clone(), verbs, window: window.clone(), bench, storage, book, stop };
        spawn_local(async move {
            let step = |at| {
                now.try_set(Some((at, times)));
            };
            match runs.all(times, step).await {
                Ok(Some(spread)) => drop(frame.status.try_set([words::LONGEST, ": ", &texts::spread(&spread, words::seconds)].concat())),
                Ok(None) => drop(frame.status.try_set(words::STOPPED.to_owned())),
                Err(problem) => drop(trouble.try_set(Some(problem.title))),
            }
            // Whoever is at a button that goes away with the run, by keyboard, goes on where the next one begins. A pointer stays where it is.
            if window.shows("#lagging :focus-visible") {
                window.focus(if here.try_get_untracked().flatten().is_some() { "lag-run" } else { "lab-storage" });
            }
            now.try_set(None);
            quiet.try_set(false);
        });
    };
    let is_busy = Memo::new(move |_| now.with(Option::is_some));
    // It stays while it runs, though the session is over by then.
    let is_here = Memo::new(move |_| here.get().is_some() || is_busy.get());
    view! {
        <p>{words::WHAT}</p>
        <p>{words::ADDS}</p>
        {move || is_here.get().then(|| {
            view! {
                <div class="knobs">
                    {often.view()}
                    <p class="deeds" id="lagging">
                        <button class="btn primary" id="lag-run" on:click=run.clone() aria-disabled=move || is_busy.get().then_some("true")>
                            {move || now.get().map_or(words::RUN.to_owned(), |(at, all)| words::running(at, all))}
                        </button>
                        {move || is_busy.get().then(|| {
                            view! {
                                <button class="btn" on:click=move |_| stop.set(true) aria-disabled=move || stop.get().then_some("true")>
                                    {words::STOP}
                                </button>
                            }
                            .erased()
                        })}
                    </p>
                </div>
                {move || rules.get().map(|rules| {
                    let takes = if outlives(rules) { words::slow(&texts::seconds(rules.access_life)) } else { words::QUICK.to_owned() };
                    view! { <p class="muted" id="lag-takes">{takes}</p> }.erased()
                })}
            }
            .erased()
        })}
        {move || trouble.get().map(|trouble| view! { <p class="notice warn" role="status" id="trouble">{trouble}</p> }.erased())}
        {move || {
            let lags = book.0.with(|book| book.lags.clone());
            (!lags.is_empty()).then(|| view! { <All lags=lags /> }.erased())
        }}
        <p class="muted">{words::NOT}</p>
    }
    .erased()
}

/// What one press of the button does.
struct Runs {
    server: Arc<dyn Bench>,
    pair: Arc<dyn Pair>,
    verbs: Arc<dyn Verbs>,
    window: Arc<dyn Window>,
    bench: Uuid,
    storage: TokenStorage,
    book: Book,
    stop: RwSignal<bool>,
}

impl Runs {
    /// So many runs, each noted as soon as it is over. Calls `step` before each one with its number. Answers with all that is known of these
    /// rules by then; `None`: it was stopped before that.
    async fn all(&self, times: u32, step: impl Fn(u32)) -> Result<Option<Spread>, Problem> {
        let mut all = None;
        for at in 1..=times {
            step(at);
            if at > 1 {
                if !self.goes_on() {
                    return Ok(None);
                }
                self.pair.again(self.bench, Again::default()).await?;
            }
            let Some(lag) = self.measured().await? else { return Ok(None) };
            self.book.write(|book| all = Some(add(&mut book.lags, lag).spread()));
        }
        Ok(all)
    }

    /// Whether another run may begin: nobody has pressed *Stop*, left the room, or begun a session of other rules meanwhile.
    fn goes_on(&self) -> bool {
        let mine = self.book.0.try_with_untracked(|book| book.bench.is_some_and(|(bench, _)| bench == self.bench));
        self.stop.try_get_untracked() == Some(false) && mine == Some(true)
    }

    /// Copies the access token, ends the session, and shows the copy until it is refused. `None`: it was stopped before that.
    async fn measured(&self) -> Result<Option<Measured>, Problem> {
        let unread = || Problem::new(Code::Unreachable);
        let body = serde_json::to_string(&Theft { refresh: None, access: true }).ok().map(Secret::new);
        self.server.tell("POST", at(api::LAB_THEFT, self.bench), body).await?;
        self.server.tell("POST", at(api::LAB_THIEF_READ, self.bench), None).await?;
        self.verbs.log_out(Leave::Forget).await?;
        loop {
            self.server.tell("POST", at(api::LAB_THIEF_READ, self.bench), None).await?;
            let watched = look(self.server.clone(), self.bench).await.ok_or_else(unread)?;
            let thief = watched.thief.ok_or_else(unread)?;
            if let (Some(ended_at), Some(out_at)) = (watched.ended_at, thief.out_at) {
                // But for the one before the end.
                let answered = thief.reads.saturating_sub(1);
                let runs = vec![Run { lag_ms: (out_at - ended_at).max(0), answered }];
                let (storage, knobs, browser) = (self.storage, watched.knobs, self.server.browser());
                return Ok(Some(Measured { storage, knobs, runs, at: watched.now, browser }));
            }
            if self.stop.try_get_untracked() == Some(true) {
                return Ok(None);
            }
            self.window.pause(LAG_STEP).await;
        }
    }
}

/// The chart, and its table.
#[component]
fn All(lags: Vec<Measured>) -> impl IntoView {
    let rules = |lag: &Measured| [&texts::seconds(lag.knobs.access_life), ", ", checked(lag.knobs)].concat();
    let name = |lag: &Measured| [texts::strategy(lag.storage).1, ", ", &rules(lag)].concat();
    let bar = |lag: &Measured| {
        let spread = lag.spread();
        let class = if spread.median > f64::from(LAG_STEP) { "renews" } else { "replays" };
        Bar { name: name(lag), from: 0.0, value: spread.median, to: spread.p95, said: texts::lies(&spread, words::seconds), class }
    };
    let bars: Vec<Bar> = lags.iter().map(bar).collect();
    let rows: Vec<AnyView> = lags
        .iter()
        .map(|lag| {
            let (spread, (letter, storage)) = (lag.spread(), texts::strategy(lag.storage));
            view! {
                <tr>
                    <th scope="row"><span class="letter" aria-hidden="true">{letter}</span>" "{storage}<small>{rules(lag)}</small></th>
                    <td class="number">{spread.n.to_string()}</td>
                    {spread_cells(&spread, words::seconds)}
                    <td class="number">{texts::times(lag.answered())}</td>
                </tr>
            }
            .erased()
        })
        .collect();
    view! {
        <figure class="chart">
            <Bars label=words::CHART bars=bars />
            <Across label=words::CHART>
                <table id="lags">
                    {spread_heads(&[
                        Column::One(words::OF),
                        Column::Count(texts::N),
                        Column::Spread(words::LONGEST),
                        Column::Count(words::ANSWERED),
                    ])}
                    <tbody>{rows}</tbody>
                </table>
            </Across>
        </figure>
    }
    .erased()
}

/// What is done to find out whether an access token holds.
const fn checked(knobs: Knobs) -> &'static str {
    match knobs.token {
        TokenKind::Jwt => texts::check(knobs.check),
        TokenKind::Opaque => words::LOOKED_UP,
    }
}

/// What was measured, as Markdown.
fn export(book: &Notebook, text: &mut String) {
    let [median, p95] = [texts::ITS_MEDIAN, texts::P95].map(|which| [words::LONGEST, ", ", which].concat());
    table(text, &[texts::STORAGE, texts::LIFE, texts::CHECK, texts::N, &median, &p95, words::ANSWERED]);
    for lag in &book.lags {
        let spread = lag.spread();
        let cells = [
            texts::strategy(lag.storage).1,
            &texts::seconds(lag.knobs.access_life),
            checked(lag.knobs),
            &spread.n.to_string(),
            &words::seconds(spread.median),
            &words::seconds(spread.p95),
            &texts::times(lag.answered()),
        ];
        row(text, cells.into_iter());
    }
}
