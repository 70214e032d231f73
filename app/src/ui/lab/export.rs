//! Results for others: Markdown, to be pasted where the question is discussed.

use super::ROOMS;
use crate::lab::Notebook;
use crate::ui::text::lab as words;

/// All that was measured.
pub(super) fn markdown(book: &Notebook) -> String {
    let mut text = [words::EXPORT_TITLE, "\n\n", words::EXPORT_HOW, "\n"].concat();
    for room in ROOMS.iter().filter(|room| (room.runs)(book) > 0) {
        text += &["\n## ", room.name, "\n\n"].concat();
        (room.export)(book, &mut text);
    }
    text
}

/// The head of a table.
pub(super) fn table(text: &mut String, head: &[&str]) {
    row(text, head.iter().copied());
    row(text, head.iter().map(|_| "---"));
}

/// A row of it.
pub(super) fn row<'a>(text: &mut String, cells: impl Iterator<Item = &'a str>) {
    text.push('|');
    for cell in cells {
        *text += &[" ", &cell.replace('|', "\\|"), " |"].concat();
    }
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::note;
    use crate::lab::survival::{Event, Seen};

    #[test]
    fn only_what_was_measured_is_told() {
        let mut book = Notebook::default();
        assert!(!markdown(&book).contains('|'));
        note(&mut book.survived, Seen { event: Event::Reload, found: [false, true, true, true, true], at: 0, browser: "A | B".into() });
        let text = markdown(&book);
        assert!(text.contains("| Place | Reload |\n| --- | --- |\n| Memory of the page | lost |\n| sessionStorage | kept |"), "{text}");
        assert!(!text.contains("Restart"), "{text}");
    }
}
