//! The chart of all runs, and its table.

use leptos::prelude::*;

use super::in_order;
use crate::lab::tabs::Race;
use crate::ui::erased::Erase;
use crate::ui::lab::Book;
use crate::ui::lab::parts::{Across, heads};
use crate::ui::text::lab::{self as texts, tabs as words};

/// How wide the chart is, and how high a line of it, in units of its own: legible on a phone, too.
const WIDTH: f64 = 320.0;
const LINE: f64 = 22.0;
/// Room for the figure after the longest bar.
const FIGURE: f64 = 62.0;

#[component]
pub(super) fn Chart() -> impl IntoView {
    let Book(book, _) = Book::here();
    move || {
        let races = book.with(in_order);
        if races.is_empty() {
            return "".erased();
        }
        let height = 2.0 * LINE * races.len() as f64;
        let bars: Vec<AnyView> = races.iter().enumerate().map(|(at, race)| bar(race, 2.0 * LINE * at as f64)).collect();
        let rows: Vec<AnyView> = races.iter().map(line).collect();
        let view_box = ["0 0 ", &WIDTH.to_string(), " ", &height.to_string()].concat();
        view! {
            <figure class="chart races">
                <svg viewBox=view_box role="img" aria-label=words::CHART>{bars}</svg>
                <figcaption>{words::CHART}</figcaption>
                <Across label=words::CHART>
                    <table id="races">
                        {heads(&[
                            texts::STORAGE,
                            words::RULES,
                            words::SESSIONS_LOST,
                            words::MET,
                            words::REFRESHES,
                            words::APART,
                            words::ANSWERS,
                        ])}
                        <tbody>{rows}</tbody>
                    </table>
                </Across>
            </figure>
        }
        .erased()
    }
}

fn bar(race: &Race, y: f64) -> AnyView {
    let share = f64::from(race.lost) / f64::from(race.rounds.max(1));
    let wide = (share * (WIDTH - FIGURE)).max(2.0);
    let class = if race.lost > 0 { "lane renews" } else { "lane replays" };
    let name = [texts::strategy(race.storage).1, ": ", &words::rules(race.policy())].concat();
    view! {
        <g class=class>
            <text x="0" y=y + 16.0>{name}</text>
            <rect x="0" y=y + LINE width=wide height=LINE - 8.0 rx="3" />
            <text x=wide + 6.0 y=y + LINE + 11.0>{texts::of(race.lost as usize, race.rounds as usize)}</text>
        </g>
    }
    .erased()
}

fn line(race: &Race) -> AnyView {
    let of = |some: u32| texts::of(some as usize, race.rounds as usize);
    view! {
        <tr>
            <th scope="row">{texts::strategy(race.storage).1}</th>
            <td>{words::rules(race.policy())}</td>
            <td class="number">{of(race.lost)}</td>
            <td class="number">{of(race.met)}</td>
            <td class="number">{race.refreshes.to_string()}</td>
            <td class="number">{words::spread(race.apart)}</td>
            <td>{words::delay(race.delay_ms)}</td>
        </tr>
    }
    .erased()
}
