//! The family of tokens, drawn as it grows.

use leptos::prelude::*;

use crate::ui::erased::Erase;
use crate::ui::lab::parts::{Across, heads};
use crate::ui::text::lab::{self as texts, theft as words};
use crate::wire::lab::{Actor, Deed, Use};

/// How far apart two generations stand in the drawing, and two uses, in units of its own.
const STEP: f64 = 84.0;
const ROW: f64 = 34.0;
/// How many uses are drawn at most; the table has them all.
const DRAWN: usize = 16;

/// The family of tokens: a drawing and its table. Each use is an arrow from the generation that was shown to the one that was handed out.
#[component]
pub(super) fn Family(uses: Vec<Use>, since: Option<i64>) -> impl IntoView {
    if uses.is_empty() {
        return view! { <p class="muted">{words::TREE_EMPTY}</p> }.erased();
    }
    let drawn = &uses[uses.len().saturating_sub(DRAWN)..];
    let first = drawn.iter().map(|used| used.shown).min().unwrap_or(0);
    let last = drawn.iter().flat_map(|used| [used.shown, used.handed.unwrap_or(0)]).max().unwrap_or(first);
    let x = |generation: u64| 40.0 + STEP * generation.saturating_sub(first) as f64;
    let (wide, high) = (x(last) + 60.0, 34.0 + ROW * drawn.len() as f64);
    let columns: Vec<AnyView> = (first..=last)
        .map(|generation| {
            let at = x(generation);
            view! {
                <g class="generation">
                    <text x=at y="14" text-anchor="middle">{["g", &generation.to_string()].concat()}</text>
                    <path d=["M", &at.to_string(), " 20V", &high.to_string()].concat() />
                </g>
            }
            .erased()
        })
        .collect();
    let arrows: Vec<AnyView> = drawn
        .iter()
        .enumerate()
        .map(|(place, used)| {
            let y = 40.0 + ROW * place as f64;
            let from = x(used.shown);
            let to = used.handed.map(x).filter(|to| (to - from).abs() > 1.0);
            let bad = matches!(used.deed, Deed::Refused | Deed::Caught | Deed::Over | Deed::Superseded);
            let class = [if used.by == Actor::You { "owner" } else { "thief" }, if bad { " bad" } else { "" }].concat();
            let initial = words::actor(used.by).get(..1).unwrap_or_default();
            let line = to.map(|to| {
                let d = ["M", &(from + 13.0).to_string(), " ", &y.to_string(), "H", &(to - 8.0).to_string(), "m-6-5 6 5-6 5"].concat();
                view! { <path d=d /> }.erased()
            });
            let cross = bad.then(|| {
                let d = ["M", &(from + 20.0).to_string(), " ", &(y - 5.0).to_string(), "l10 10m0-10-10 10"].concat();
                view! { <path d=d /> }.erased()
            });
            view! {
                <g class=class>
                    <circle cx=from cy=y r="12" />
                    <text x=from y=y + 4.5 text-anchor="middle">{initial}</text>
                    {line}
                    {cross}
                </g>
            }
            .erased()
        })
        .collect();
    let rows: Vec<AnyView> = uses
        .iter()
        .map(|used| {
            let name = |generation: u64| ["g", &generation.to_string()].concat();
            let when = since.or_else(|| uses.first().map(|used| used.at)).map_or(0, |since| used.at - since);
            let sign = if when < 0 { "−" } else { "+" };
            view! {
                <tr>
                    <td class="number">{[sign, &texts::decimal(when.abs()), " s"].concat()}</td>
                    <th scope="row">{words::actor(used.by)}</th>
                    <td>{name(used.shown)}</td>
                    <td>{words::deed(used.deed)}</td>
                    <td>{used.handed.map_or(words::NOTHING.to_owned(), name)}</td>
                </tr>
            }
            .erased()
        })
        .collect();
    view! {
        <figure class="chart family">
            <figcaption>{words::TREE}</figcaption>
            <Across label=words::TREE>
                <svg viewBox=["0 0 ", &wide.to_string(), " ", &high.to_string()].concat() width=wide height=high role="img" aria-label=words::TREE>
                    {columns}
                    {arrows}
                </svg>
            </Across>
            <Across label=words::WHAT_CAME>
                <table>
                    {heads(&[words::WHEN, words::WHO, words::SHOWED, words::WHAT_CAME, words::GOT])}
                    <tbody>{rows}</tbody>
                </table>
            </Across>
        </figure>
    }
    .erased()
}
