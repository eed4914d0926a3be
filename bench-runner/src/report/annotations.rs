//! Annotations of GitHub Actions: workflow commands, a line each.
//!
//! In: a comparison. Out: an error for each result that fails the gate, a warning for each that could
//! not be read, a notice for what somebody should know besides. Text is escaped, so that no name or
//! reason can start a command of its own.

use std::fmt::{self, Display, Formatter};

use bench_records::verdict::Verdict;

use super::plain;
use crate::compare::{Compared, Comparison, results::Note};

/// GitHub shows at most so many of each kind from one step.
const MAX_OF_A_KIND: usize = 10;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Error,
    Warning,
    Notice,
}

struct Annotation {
    kind: Kind,
    title: String,
    message: String,
}

/// All annotations, a line each.
#[must_use]
pub fn annotations(comparison: &Comparison) -> String {
    let compared = || comparison.compared.iter();
    let judged = compared().filter_map(verdict);
    let unread = comparison.set_aside.iter().map(|note| of_note(Kind::Warning, "unreadable", note));
    let skipped = comparison.skipped.iter().map(|note| of_note(Kind::Notice, "skipped", note));
    let all: Vec<Annotation> =
        judged.chain(unread).chain(compared().flat_map(notices)).chain(skipped).collect();
    let kinds = [Kind::Error, Kind::Warning, Kind::Notice];
    kinds.into_iter().map(|kind| lines(&all, kind)).collect()
}

/// `text` with what it holds of workflow commands shown instead of obeyed; `token` must not be in it.
#[must_use]
pub fn without_commands(text: &str, token: &str) -> String {
    format!("::stop-commands::{token}\n{text}\n::{token}::")
}

fn lines(all: &[Annotation], kind: Kind) -> String {
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

fn verdict(compared: &Compared) -> Option<Annotation> {
    let judgement = &compared.judgement;
    let kind = match judgement.verdict {
        Verdict::Pass => return None,
        Verdict::Improved | Verdict::Calibration => Kind::Notice,
        _ => Kind::Error,
    };
    let title = format!("{}: {}", judgement.verdict, subject(compared));
    Some(Annotation { kind, title, message: judgement.reason.clone() })
}

fn notices(compared: &Compared) -> impl Iterator<Item = Annotation> {
    let title = subject(compared);
    compared.judgement.notices.iter().map(move |notice| Annotation {
        kind: Kind::Notice,
        title: title.clone(),
        message: notice.clone(),
    })
}

fn subject(compared: &Compared) -> String {
    let gpu = compared.record.gpu_type.as_deref().unwrap_or("unknown");
    format!("{} on {gpu}", compared.record.model_id)
}

fn of_note(kind: Kind, word: &str, note: &Note) -> Annotation {
    Annotation { kind, title: format!("{word}: {}", note.subject), message: note.reason.clone() }
}

impl Display for Annotation {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            Kind::Error => "error",
            Kind::Warning => "warning",
            Kind::Notice => "notice",
        };
        write!(f, "::{kind} title={}::{}", property(&self.title), data(&self.message))
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
        Annotation { kind: Kind::Notice, title: title.to_owned(), message: message.to_owned() }
    }

    #[test]
    fn no_text_ends_its_property_or_starts_a_command() {
        let line = notice("a,b:c", "8 % worse\n::error::injected\r").to_string();
        assert_eq!(line, "::notice title=a%2Cb%3Ac::8 %25 worse ::error::injected ");
    }

    #[test]
    fn more_than_ten_of_a_kind_are_nine_and_the_names_of_the_rest() {
        let all: Vec<Annotation> = (0..12).map(|i| notice(&format!("n{i}"), "m")).collect();
        let printed = lines(&all, Kind::Notice);
        assert_eq!(printed.lines().count(), 10, "{printed}");
        assert!(printed.ends_with("::notice title=3 more::n9; n10; n11\n"), "{printed}");
        assert_eq!(lines(&all[..10], Kind::Notice).lines().count(), 10);
        assert_eq!(lines(&[], Kind::Notice), "");
    }
}
