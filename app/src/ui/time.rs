//! Times for people, as pure functions of (now, then), so that server and browser write the same.

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// "4 hours ago", or the day where that is long ago.
pub(crate) fn ago(now: i64, then: i64) -> String {
    since(now, then).unwrap_or_else(|| day(then))
}

/// "4 hours ago"; `None` where that is long ago. Both are Unix milliseconds. What lies ahead, by a clock that is a little off, is "just now".
#[must_use]
pub fn since(now: i64, then: i64) -> Option<String> {
    Some(match now.saturating_sub(then) {
        past if past < MINUTE => "just now".to_owned(),
        past if past < HOUR => plural(past / MINUTE, " minute ago", " minutes ago"),
        past if past < DAY => plural(past / HOUR, " hour ago", " hours ago"),
        past if past < 2 * DAY => "yesterday".to_owned(),
        past if past < 14 * DAY => plural(past / DAY, " day ago", " days ago"),
        past if past < 60 * DAY => plural(past / (7 * DAY), " week ago", " weeks ago"),
        _ => return None,
    })
}

/// "4 min 12 s", "2 h 5 min", "89 days".
pub(crate) fn span(seconds: i64) -> String {
    let s = seconds.max(0);
    match s {
        0..60 => format!("{s} s"),
        60..3600 => format!("{} min {} s", s / 60, s % 60),
        3600..172_800 => format!("{} h {} min", s / 3600, s / 60 % 60),
        _ => format!("{} days", s / 86_400),
    }
}

/// "23 Nov 2026", in UTC.
pub(crate) fn day(ms: i64) -> String {
    let (year, month, day) = civil(ms.div_euclid(DAY));
    format!("{day} {} {year}", MONTHS[month as usize - 1])
}

/// "23 Nov 2026, 18:05 UTC".
pub(crate) fn moment(ms: i64) -> String {
    let minutes = ms.rem_euclid(DAY) / MINUTE;
    format!("{}, {:02}:{:02} UTC", day(ms), minutes / 60, minutes % 60)
}

/// "2026-11-23T18:05:09Z", for `datetime`.
pub(crate) fn rfc3339(ms: i64) -> String {
    let (year, month, day) = civil(ms.div_euclid(DAY));
    let s = ms.rem_euclid(DAY) / 1000;
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", s / 3600, s / 60 % 60, s % 60)
}

fn plural(n: i64, one: &str, many: &str) -> String {
    let mut text = n.to_string();
    text.push_str(if n == 1 { one } else { many });
    text
}

/// Days since 1970 to year, month, day in the proleptic Gregorian calendar (Howard Hinnant's `civil_from_days`).
fn civil(days: i64) -> (i64, i64, i64) {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    (yoe + era * 400 + i64::from(month <= 2), month, doy - (153 * mp + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_calendar() {
        assert_eq!(rfc3339(0), "1970-01-01T00:00:00Z");
        assert_eq!(rfc3339(951_782_400_000), "2000-02-29T00:00:00Z");
        assert_eq!(rfc3339(1_795_457_109_000), "2026-11-23T18:05:09Z");
        assert_eq!(moment(1_795_457_109_000), "23 Nov 2026, 18:05 UTC");
        assert_eq!(rfc3339(-1), "1969-12-31T23:59:59Z");
    }

    #[test]
    fn ago_is_said_as_people_say_it() {
        let now = 1_795_457_109_000;
        for (past, said) in [
            (-5 * MINUTE, "just now"),
            (59_999, "just now"),
            (MINUTE, "1 minute ago"),
            (4 * HOUR + 1, "4 hours ago"),
            (30 * HOUR, "yesterday"),
            (5 * DAY, "5 days ago"),
            (20 * DAY, "2 weeks ago"),
            (400 * DAY, "19 Oct 2025"),
        ] {
            assert_eq!(ago(now, now - past), said);
        }
    }

    #[test]
    fn a_span_has_two_units_at_most() {
        assert_eq!(span(-3), "0 s");
        assert_eq!(span(252), "4 min 12 s");
        assert_eq!(span(7500), "2 h 5 min");
        assert_eq!(span(89 * 86_400 + 5), "89 days");
    }
}
