//! How long each switch took to reach the other tab, and the table of it.

use leptos::prelude::*;

use crate::lab::spread::Spread;
use crate::ui::erased::Erase;
use crate::ui::lab::Book;
use crate::ui::lab::parts::{Across, heads};
use crate::ui::text::lab::accounts as words;

/// How wide the chart is, and how high a line of it, in units of its own: legible on a phone, too.
const WIDTH: f64 = 320.0;
const LINE: f64 = 24.0;
/// Room for the number before a bar, and for the figure after the longest.
const NUMBER: f64 = 24.0;
const FIGURE: f64 = 62.0;

#[component]
pub(super) fn Chart() -> impl IntoView {
    let Book(book, _) = Book::here();
    move || {
        let Some(switch) = book.with(|book| book.switches.last().cloned()) else { return "".erased() };
        let all = &switch.guarded_ms;
        let longest = all.iter().copied().fold(1.0, f64::max);
        let bar = |(at, ms): (usize, &f64)| {
            let (y, wide) = (LINE * at as f64, (ms / longest * (WIDTH - NUMBER - FIGURE)).max(2.0));
            view! {
                <g class="lane">
                    <text x="0" y=y + 16.0>{(at + 1).to_string()}</text>
                    <rect x=NUMBER y=y + 4.0 width=wide height=LINE - 8.0 rx="3" />
                    <text x=NUMBER + wide + 6.0 y=y + 16.0>{words::ms(*ms)}</text>
                </g>
            }
            .erased()
        };
        let bars: Vec<AnyView> = all.iter().enumerate().map(bar).collect();
        let line = |(at, ms): (usize, &f64)| {
            view! { <tr><th scope="row">{(at + 1).to_string()}</th><td class="number">{words::ms(*ms)}</td></tr> }.erased()
        };
        let rows: Vec<AnyView> = all.iter().enumerate().map(line).collect();
        let view_box = ["0 0 ", &WIDTH.to_string(), " ", &(LINE * all.len() as f64).to_string()].concat();
        view! {
            <figure class="chart races">
                <svg viewBox=view_box role="img" aria-label=words::CHART>{bars}</svg>
                <figcaption>{words::CHART} ": " {words::spread(Spread::of(all.to_vec()))}</figcaption>
                <Across label=words::CHART>
                    <table id="guards">
                        {heads(&[words::ROUND, words::TIME])}
                        <tbody>{rows}</tbody>
                    </table>
                </Across>
            </figure>
        }
        .erased()
    }
}
