//! Annotations of GitHub Actions: workflow commands, a line each.
//!
//! In: a comparison. Out: an error for each result that fails the gate and for each benchmark that could
//! not be measured or read, a warning for what given results cannot judge, a notice for what somebody
//! should know besides. Text is escaped, so that no name or reason can start a command of its own.

use std::fmt::{self, Display, Formatter};

use bench_records::verdict::Verdict;

use super::{
    cut,
    headline::{cause, headline, name, passed_by_step, unused_base, worst_first},
    plain,
};
use crate::{
    compare::{Compared, Comparison, Tally, results::Note},
    exit::Exit,
};

/// GitHub shows at most so many of each kind from one step.
const MAX_OF_A_KIND: usize = 10;

/// GitHub takes 255 characters; they are counted as the text is before it is escaped.
const MAX_TITLE_CHARS: usize = 200;

/// GitHub takes 64 KiB, and shows a few lines.
const MAX_MESSAGE_CHARS: usize = 4_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Severity {
    Error,
    Warning,
    Notice,
}

struct Annotation {
    kind: Severity,
    title: String,
    message: String,
}

/// All annotations, a line each.
#[must_use]
pub fn annotations(comparison: &Comparison) -> String {
    let compared = worst_first(comparison);
    let empty = cause(comparison).map(|cause| empty(comparison, cause));
    let judged = compared.iter().filter_map(|compared| outcome(comparison, compared));
    let failed = comparison.failed.iter().map(failed);
    let unread =
        comparison.set_aside.iter().map(|note| of_note(Severity::Error, "unreadable", note));
    let skipped = comparison.skipped.iter().map(|note| of_note(Severity::Notice, "skipped", note));
    let notice = |title: &str, message: Option<String>| {
        let title = title.to_owned();
        message.map(|message| Annotation { kind: Severity::Notice, title, message })
    };
    let unused = notice("not measured now", unused_base(comparison));
    let passed = notice("passed by its level", passed_by_step(comparison));
    let further = compared.iter().filter(|compared| !comparison.has_no_base(compared));
    let notices = further.flat_map(|compared| notices(compared));
    let all: Vec<Annotation> = empty
        .into_iter()
        .chain(judged)
        .chain(failed)
        .chain(unread)
        .chain(notices)
        .chain(unused)
        .chain(passed)
        .chain(skipped)
        .collect();
    let kinds = [Severity::Error, Severity::Warning, Severity::Notice];
    kinds.into_iter().map(|kind| lines(&all, kind)).collect()
}

/// `text` with what it holds of workflow commands shown instead of obeyed; `token` must not be in it.
#[must_use]
pub fn without_commands(text: &str, token: &str) -> String {
    format!("::stop-commands::{token}\n{text}\n::{token}::")
}

fn lines(all: &[Annotation], kind: Severity) -> String {
    let of_kind: Vec<&Annotation> = all.iter().filter(|each| each.kind == kind).collect();
    let shown = if of_kind.len() > MAX_OF_A_KIND { MAX_OF_A_KIND - 1 } else { of_kind.len() };
    let mut out: String = of_kind[..shown].iter().map(|each| format!("{each}\n")).collect();
    if let Some(further @ [_, ..]) = of_kind.get(shown..) {
        let titles: Vec<&str> = further.iter().map(|each| each.title.as_str()).collect();
        let title = format!("{} more", further.len());
        out += &format!("{}\n", Annotation { kind, title, message: titles.join("; ") });
    }
    out
}

/// Why there is no result; an error where that is no pass.
fn empty(comparison: &Comparison, cause: String) -> Annotation {
    let kind = if comparison.exit() == Exit::Passed { Severity::Warning } else { Severity::Error };
    let reasons = comparison.skipped.iter().map(|note| format!("{}: {}", name(note), note.reason));
    let message = [cause].into_iter().chain(reasons).collect::<Vec<_>>().join("; ");
    Annotation { kind, title: headline(comparison), message }
}

fn outcome(comparison: &Comparison, compared: &Compared) -> Option<Annotation> {
    let judgement = &compared.judgement;
    let title = format!("{}: {}", comparison.label(compared), subject(compared));
    if let Some(amiss) = comparison.amiss(compared) {
        let is_passed = comparison.exit() == Exit::Passed;
        let kind = if is_passed { Severity::Warning } else { Severity::Error };
        return Some(Annotation { kind, title, message: amiss.reason().to_owned() });
    }
    let (kind, notices) = match judgement.verdict {
        Verdict::Pass => return None,
        _ if comparison.has_no_base(compared) => {
            let is_error = Tally::of(comparison).lacks_base();
            let kind = if is_error { Severity::Error } else { Severity::Warning };
            (kind, judgement.notices.as_slice())
        }
        Verdict::Improved | Verdict::Calibration => (Severity::Notice, &[][..]),
        _ => (Severity::Error, &[][..]),
    };
    let words = [&judgement.reason].into_iter().chain(notices);
    let message = words.map(String::as_str).collect::<Vec<_>>().join("; ");
    Some(Annotation { kind, title, message })
}

fn failed(note: &Note) -> Annotation {
    let message = format!("could not be measured: {}", note.reason);
    Annotation { kind: Severity::Error, title: format!("failed: {}", name(note)), message }
}

fn notices(compared: &Compared) -> impl Iterator<Item = Annotation> {
    let title = subject(compared);
    compared.judgement.notices.iter().map(move |notice| Annotation {
        kind: Severity::Notice,
        title: title.clone(),
        message: notice.clone(),
    })
}

fn subject(compared: &Compared) -> String {
    let gpu = compared.record.gpu_type.as_deref().unwrap_or("unknown");
    format!("{} on {gpu}", compared.record.model_id)
}

fn of_note(kind: Severity, word: &str, note: &Note) -> Annotation {
    Annotation { kind, title: format!("{word}: {}", name(note)), message: note.reason.clone() }
}

impl Display for Annotation {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Notice => "notice",
        };
        let title = property(&cut(&self.title, MAX_TITLE_CHARS));
        write!(f, "::{kind} title={title}::{}", data(&cut(&self.message, MAX_MESSAGE_CHARS)))
    }
}

/// The escapes of `@actions/core`; `plain` has taken line ends away before.
fn data(text: &str) -> String {
    plain(text).replace('%', "%25")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notice(title: &str, message: &str) -> Annotation {
        Annotation { kind: Severity::Notice, title: title.to_owned(), message: message.to_owned() }
    }

    #[test]
    fn no_text_ends_its_property_or_starts_a_command() {
        let line = notice("a,b:c", "8 % worse\n::error::injected\r").to_string();
        assert_eq!(line, "::notice title=a%2Cb%3Ac::8 %25 worse ::error::injected ");
    }

    #[test]
    fn more_than_ten_of_a_kind_are_nine_and_the_names_of_the_rest() {
        let all: Vec<Annotation> = (0..12).map(|i| notice(&format!("n{i}"), "m")).collect();
        let printed = lines(&all, Severity::Notice);
        assert_eq!(printed.lines().count(), 10, "{printed}");
        assert!(printed.ends_with("::notice title=3 more::n9; n10; n11\n"), "{printed}");
        assert_eq!(lines(&all[..10], Severity::Notice).lines().count(), 10);
        assert_eq!(lines(&[], Severity::Notice), "");
    }
}
