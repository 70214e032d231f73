//! Results for others: Markdown, to be pasted where the question is discussed.

use crate::lab::{Event, Notebook, Place};
use crate::ui::text::lab as words;
use crate::ui::time;

/// All that was measured.
pub(super) fn markdown(book: &Notebook) -> String {
    let mut text = [words::EXPORT_TITLE, "\n\n", words::EXPORT_HOW, "\n"].concat();
    if !book.survived.is_empty() {
        heading(&mut text, words::SURVIVAL);
        let tried: Vec<Event> = Event::ALL.into_iter().filter(|event| book.seen(*event).is_some()).collect();
        let head: Vec<&str> = std::iter::once(words::PLACE).chain(tried.iter().map(|event| words::event(*event))).collect();
        table(&mut text, &head);
        for (at, place) in Place::ALL.into_iter().enumerate() {
            let cells =
                tried.iter().filter_map(|event| book.seen(*event)).map(|seen| if seen.found[at] { words::KEPT } else { words::LOST });
            row(&mut text, std::iter::once(words::place(place).0).chain(cells));
        }
        for seen in &book.survived {
            text += &["\n- ", words::event(seen.event), ": ", &words::measured(&time::moment(seen.at), &seen.browser)].concat();
        }
        text.push('\n');
    }
    if !book.bursts.is_empty() {
        heading(&mut text, words::REFRESH);
        table(&mut text, &[words::STORAGE, words::REFRESHES, words::REFUSED, words::TOOK, words::PLAIN]);
        for burst in &book.bursts {
            let cells = [
                words::strategy(burst.storage).1,
                &words::bursts(burst.refreshes, burst.asked),
                &burst.refused.to_string(),
                &words::ms(burst.took_ms),
                &words::ms(burst.plain_ms),
            ];
            row(&mut text, cells.into_iter());
        }
    }
    if !book.robberies.is_empty() {
        heading(&mut text, words::SCRIPT);
        table(&mut text, &[words::STORAGE, words::MEASURED, words::READ_IT, words::ACTED]);
        for robbery in &book.robberies {
            let word = |is| if is { words::YES } else { words::NO };
            let cells = [words::strategy(robbery.storage).1, &words::usable(robbery.all()), word(robbery.read), word(robbery.acted)];
            row(&mut text, cells.into_iter());
        }
    }
    if !book.leavings.is_empty() {
        heading(&mut text, words::LEAVING);
        table(
            &mut text,
            &[words::STORAGE, words::IN_STORES, words::IN_COOKIES, words::IN_MEMORY, words::COPY_OF_ACCESS, words::COPY_OF_REFRESH],
        );
        for left in &book.leavings {
            let token = |there| if there { words::A_TOKEN } else { words::NO_TOKEN };
            let cells = [
                words::strategy(left.storage).1,
                token(left.stored),
                token(left.sent),
                &words::remain(left.remain, left.known),
                &words::copy(left.copies[0]),
                &words::copy(left.copies[1]),
            ];
            row(&mut text, cells.into_iter());
        }
    }
    if !book.lags.is_empty() {
        heading(&mut text, words::LAG);
        table(&mut text, &[words::LIFE, words::CHECK, words::LAG_LONGEST]);
        for lag in &book.lags {
            let cells =
                [&words::seconds(lag.knobs.access_life), words::check(lag.knobs.check), &[&words::decimal(lag.lag_ms), " s"].concat()];
            row(&mut text, cells.into_iter());
        }
    }
    if !book.thefts.is_empty() {
        heading(&mut text, words::THEFT);
        table(&mut text, &[words::STORAGE, words::ROTATION, words::GRANTED, words::READS, words::MEASURED]);
        for theft in &book.thefts {
            let cells = [
                words::strategy(theft.storage).1,
                words::rotation(theft.knobs.rotation),
                &theft.refreshes.to_string(),
                &theft.reads.to_string(),
                &words::verdict(theft.noticed_ms, theft.thief_in, theft.owner_in),
            ];
            row(&mut text, cells.into_iter());
        }
    }
    text
}

fn heading(text: &mut String, name: &str) {
    *text += &["\n## ", name, "\n\n"].concat();
}

fn table(text: &mut String, head: &[&str]) {
    row(text, head.iter().copied());
    row(text, head.iter().map(|_| "---"));
}

fn row<'a>(text: &mut String, cells: impl Iterator<Item = &'a str>) {
    text.push('|');
    for cell in cells {
        *text += &[" ", &cell.replace('|', "\\|"), " |"].concat();
    }
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::Seen;

    #[test]
    fn only_what_was_measured_is_told() {
        let mut book = Notebook::default();
        assert!(!markdown(&book).contains('|'));
        book.survive(Seen { event: Event::Reload, found: [false, true, true, true, true], at: 0, browser: "A | B".into() });
        let text = markdown(&book);
        assert!(text.contains("| Place | Reload |\n| --- | --- |\n| Memory of the page | lost |\n| sessionStorage | kept |"), "{text}");
        assert!(!text.contains("Restart"), "{text}");
    }
}
