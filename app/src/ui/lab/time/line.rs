//! The time line: what holds for how long, from the log-in on. The scale is a logarithm, as seconds and years stand on it.

use leptos::prelude::*;

use crate::lab::time::{Holds, Line};
use crate::ui::erased::Erase;
use crate::ui::lab::parts::{Across, heads};
use crate::ui::text::lab::time as words;
use crate::ui::time::span;

/// How wide it is, and how high a line of it, in units of its own.
const WIDTH: f64 = 480.0;
const LINE: f64 = 40.0;
/// What stands above the lines, and below them.
const HEAD: f64 = 30.0;
const FOOT: f64 = 18.0;
/// What stands beside them: half a word of the scale.
const MARGIN: f64 = 18.0;
/// The first step of the scale, in milliseconds: what is shorter lies at its beginning.
const FIRST: f64 = 10_000.0;

/// The drawing, and its table.
#[component]
pub(super) fn TimeLine(line: Line) -> impl IntoView {
    let farthest = line.bars.iter().map(|bar| bar.to).chain([line.now]).max().unwrap_or(0).max(1) as f64;
    let far = (1.0 + farthest * 1.1 / FIRST).ln();
    let x = move |ms: i64| (1.0 + ms.max(0) as f64 / FIRST).ln() / far * (WIDTH - MARGIN);
    let high = HEAD + LINE * (line.bars.len() + usize::from(!line.jumps.is_empty())) as f64 + FOOT;
    let path = |d: &[&str]| d.concat();
    let number = |at: f64| (at * 10.0).round() / 10.0;
    let steps: Vec<AnyView> = words::SCALE
        .into_iter()
        .map(|(seconds, name)| (x(seconds * 1000), name))
        .filter(|(at, _)| *at < WIDTH)
        .map(|(at, name)| {
            let d = path(&["M", &number(at).to_string(), " 20V", &(high - FOOT).to_string()]);
            view! { <path d=d /><text x=at y="15" text-anchor="middle">{name}</text> }.erased()
        })
        .collect();
    let bars: Vec<AnyView> = line
        .bars
        .iter()
        .enumerate()
        .map(|(place, bar)| {
            let y = HEAD + LINE * place as f64;
            let (from, to) = (x(bar.from), x(bar.to));
            let class = match bar.of {
                _ if bar.to <= line.now => "lane over",
                Holds::Saved => "lane renews",
                Holds::Access => "lane",
                Holds::Idle | Holds::Age => "lane replays",
            };
            view! {
                <g class=class>
                    <text x="0" y=y + 14.0>{words::holds(bar.of)}</text>
                    <rect x=from y=y + 20.0 width=(to - from).max(2.0) height="12" rx="3" />
                </g>
            }
            .erased()
        })
        .collect();
    let leaps: Vec<AnyView> = line
        .jumps
        .iter()
        .map(|(from, to)| {
            let y = number(HEAD + LINE * line.bars.len() as f64 + 28.0).to_string();
            let d = path(&["M", &number(x(*from)).to_string(), " ", &y, "H", &number(x(*to)).to_string(), "m-5-4 5 4-5 4"]);
            view! { <path d=d /> }.erased()
        })
        .collect();
    let leap = (!leaps.is_empty()).then(|| {
        let y = HEAD + LINE * line.bars.len() as f64 + 14.0;
        view! { <g class="leap"><text x="0" y=y>{words::JUMPED}</text>{leaps}</g> }.erased()
    });
    let now = x(line.now);
    // The word stands where there is room for it.
    let (beside, anchor) = if now > WIDTH / 2.0 { (now - 5.0, "end") } else { (now + 5.0, "start") };
    let here = path(&["M", &number(now).to_string(), " 20V", &high.to_string()]);
    let after = |ms: i64| if ms < 1_000 { words::LOG_IN.to_owned() } else { span(ms / 1000) };
    let held = line.bars.iter().map(|bar| {
        let (class, state) = if bar.to <= line.now { ("measured lost", words::OVER) } else { ("measured kept", words::HOLDS) };
        view! {
            <tr>
                <th scope="row">{words::holds(bar.of)}</th>
                <td class="number">{after(bar.from)}</td>
                <td class="number">{after(bar.to)}</td>
                <td><span class=class>{state}</span></td>
            </tr>
        }
        .erased()
    });
    let jumped = line.jumps.iter().enumerate().map(|(place, (from, to))| {
        view! {
            <tr>
                <th scope="row">{words::jump(place + 1)}</th>
                <td class="number">{after(*from)}</td>
                <td class="number">{after(*to)}</td>
                <td></td>
            </tr>
        }
        .erased()
    });
    let rows: Vec<AnyView> = held.chain(jumped).collect();
    view! {
        <figure class="chart line">
            <svg viewBox=["0 0 ", &WIDTH.to_string(), " ", &high.to_string()].concat() role="img" aria-label=words::LINE>
                <g class="scale">{steps}</g>
                {bars}
                {leap}
                <g class="here">
                    <path d=here />
                    <text x=beside y=high - 4.0 text-anchor=anchor>{words::HERE}</text>
                </g>
            </svg>
            <figcaption>{words::LINE}</figcaption>
            <Across label=words::WHAT_HOLDS>
                <table id="line">
                    {heads(&[words::WHAT_HOLDS, words::BEGINS, words::ENDS, words::STATE])}
                    <tbody>{rows}</tbody>
                </table>
            </Across>
        </figure>
    }
    .erased()
}
