//! What the rooms are made of.

use leptos::prelude::*;

use crate::lab::spread::Spread;
use crate::ui::erased::Erase;
use crate::ui::text::lab as words;

/// Around a table that may be wider than the screen: it scrolls by itself, also by keyboard.
#[component]
pub(super) fn Across(label: &'static str, children: Children) -> impl IntoView {
    view! { <div class="across" tabindex="0" role="group" aria-label=label>{children()}</div> }.erased()
}

/// The heads of columns.
pub(super) fn heads(names: &[&'static str]) -> AnyView {
    let heads: Vec<AnyView> = names.iter().map(|name| view! { <th scope="col">{*name}</th> }.erased()).collect();
    view! { <thead><tr>{heads}</tr></thead> }.erased()
}

/// A column, and what stands in two of them below one head: median and p95.
pub(super) enum Column {
    /// Of words.
    One(&'static str),
    /// Of figures.
    Count(&'static str),
    /// Of figures that were measured again and again.
    Spread(&'static str),
}

/// The heads of such columns, in two lines.
pub(super) fn spread_heads(columns: &[Column]) -> AnyView {
    let first = |column: &Column| match column {
        Column::One(name) => view! { <th scope="col" rowspan="2">{*name}</th> }.erased(),
        Column::Count(name) => view! { <th scope="col" rowspan="2" class="number">{*name}</th> }.erased(),
        Column::Spread(name) => view! { <th scope="colgroup" colspan="2" class="number">{*name}</th> }.erased(),
    };
    let second = |name: &'static str| view! { <th scope="col" class="number">{name}</th> }.erased();
    let spreads = columns.iter().filter(|column| matches!(column, Column::Spread(_)));
    let firsts: Vec<AnyView> = columns.iter().map(first).collect();
    let seconds: Vec<AnyView> = spreads.flat_map(|_| [words::ITS_MEDIAN, words::P95]).map(second).collect();
    view! { <thead><tr>{firsts}</tr><tr>{seconds}</tr></thead> }.erased()
}

/// The cells below [`Column::Spread`].
pub(super) fn spread_cells(spread: &Spread, unit: fn(f64) -> String) -> AnyView {
    view! {
        <td class="number"><b>{unit(spread.median)}</b></td>
        <td class="number">{unit(spread.p95)}</td>
    }
    .erased()
}

/// A cell of what was not measured.
pub(super) fn blank() -> AnyView {
    view! { <td class="number"><span class="vh">{words::NOT_RUN}</span>"–"</td> }.erased()
}

/// Names, and what belongs to them.
pub(super) fn figures(facts: impl IntoIterator<Item = (&'static str, String)>) -> AnyView {
    let facts: Vec<AnyView> =
        facts.into_iter().map(|(name, value)| view! { <div><dt>{name}</dt><dd>{value}</dd></div> }.erased()).collect();
    view! { <dl class="figures">{facts}</dl> }.erased()
}

/// How often something shall be done: as it is usual, until whoever sits here says otherwise.
#[derive(Clone, Copy)]
pub(super) struct Often {
    times: [u32; 3],
    usual: RwSignal<u32>,
    /// 0: nobody has chosen.
    chosen: RwSignal<u32>,
}

impl Often {
    pub(super) fn new(times: [u32; 3], usual: u32) -> Self {
        Self { times, usual: RwSignal::new(usual), chosen: RwSignal::new(0) }
    }

    /// Something else is usual now. What was chosen stays.
    pub(super) fn usually(self, times: u32) {
        self.usual.try_set(times);
    }

    /// So often. Tracked.
    pub(super) fn get(self) -> u32 {
        match self.chosen.get() {
            0 => self.usual.get(),
            chosen => chosen,
        }
    }

    /// The choice. It survives that the room shows it anew.
    pub(super) fn view(self) -> AnyView {
        let choose = move |ev| {
            if let Ok(times) = event_target_value(&ev).parse() {
                self.chosen.set(times);
            }
        };
        let option = |times: u32| {
            view! { <option value=times.to_string() prop:selected=move || self.get() == times>{words::times(times)}</option> }.erased()
        };
        let options: Vec<AnyView> = self.times.into_iter().map(option).collect();
        view! {
            <div class="field">
                <label for="lab-times">{words::TIMES}</label>
                <select id="lab-times" on:change=choose>{options}</select>
            </div>
        }
        .erased()
    }
}

/// A bar of a chart.
pub(super) struct Bar {
    pub(super) name: String,
    /// Where it begins.
    pub(super) from: f64,
    /// How long it is.
    pub(super) value: f64,
    /// How far a thin line goes on, from where it begins.
    pub(super) to: f64,
    /// The figure, in words.
    pub(super) said: String,
    /// Its colour: `sends`, `renews` or `replays`.
    pub(super) class: &'static str,
}

/// Bars below each other on one scale, each with its name and its figure above it: words keep their size on any screen. The same
/// figures stand in a table.
#[component]
pub(super) fn Bars(label: &'static str, bars: Vec<Bar>) -> impl IntoView {
    let longest = bars.iter().map(|bar| bar.from + bar.to.max(bar.value)).fold(f64::MIN_POSITIVE, f64::max);
    let part = |value: f64| value / longest * 1_000.0;
    let bars: Vec<AnyView> = bars
        .into_iter()
        .map(|bar| {
            let (from, wide, to) = (part(bar.from), part(bar.value).max(4.0), part(bar.to));
            view! {
                <div class=["lane ", bar.class].concat()>
                    <p><span>{bar.name}</span><b class="number">{bar.said}</b></p>
                    <svg viewBox="0 0 1000 16" preserveAspectRatio="none">
                        <rect x=from width=wide height="16" />
                        {(to > wide).then(|| view! { <path d=["M", &(from + wide).to_string(), " 8H", &(from + to).to_string()].concat() /> }.erased())}
                    </svg>
                </div>
            }
            .erased()
        })
        .collect();
    view! {
        <figcaption>{label}</figcaption>
        <div class="bars" role="img" aria-label=label>{bars}</div>
    }
    .erased()
}
