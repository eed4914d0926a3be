//! Badges: how a series, or the whole history, stands in one line of a README.
//!
//! In: a snapshot and its counts. Out: SVG files, and the same as JSON for shields.io's endpoint badges.

use bench_records::status::Status;
use serde_json::json;

use super::{
    markup::escape,
    snapshot::{Snapshot, Standing},
    summary::{StateCount, Summary, states_in_words},
};

/// What a badge says.
struct Badge {
    label: String,
    message: String,
    colour: &'static str,
}

/// Path and text of each badge: `badges/overall` and `badges/<key>`, as `.svg` and `.json`.
pub fn badges(summary: &Summary, snapshot: &Snapshot) -> impl Iterator<Item = (String, String)> {
    let overall = ("overall".to_owned(), Badge::overall(&summary.states, summary.gate_failed));
    let each = snapshot.standings.iter();
    let each = each.map(|standing| (standing.series.key.0.clone(), Badge::of(standing)));
    std::iter::once(overall).chain(each).flat_map(|(name, badge)| {
        [
            (format!("badges/{name}.svg"), badge.svg()),
            (format!("badges/{name}.json"), badge.endpoint()),
        ]
    })
}

impl Badge {
    /// The states that somebody should look at, else those of all; its colour is that of the worst.
    fn overall(states: &[StateCount], gate_failed: usize) -> Self {
        let worst = states.first().map_or(Status::Unjudged, |count| count.state.status());
        let worst = if gate_failed > 0 && worst == Status::Pass { Status::Stale } else { worst };
        let red: Vec<StateCount> =
            states.iter().filter(|count| count.state.is_red()).copied().collect();
        let message = match red.is_empty() {
            true => states_in_words(states, gate_failed),
            false => states_in_words(&red, 0),
        };
        Self { label: "performance".to_owned(), message, colour: colour(worst) }
    }

    fn of(standing: &Standing) -> Self {
        let (benchmark, gpu) = standing.series.source(standing.point());
        let parts = std::iter::once(benchmark).chain(gpu).chain(standing.apart.words());
        let label = parts.collect::<Vec<_>>().join(" · ");
        Self { label, message: standing.words(), colour: colour(standing.shown_status()) }
    }

    /// The schema of <https://shields.io/badges/endpoint-badge>.
    fn endpoint(&self) -> String {
        let Self { label, message, colour } = self;
        let badge =
            json!({"schemaVersion": 1, "label": label, "message": message, "color": colour});
        format!("{badge:#}\n")
    }

    fn svg(&self) -> String {
        let (left, right) = (width(&self.label), width(&self.message));
        let (label, message) = (escape(&self.label), escape(&self.message));
        let (whole, colour) = (left + right, self.colour);
        let (left_middle, right_middle) = (left / 2, left + right / 2);
        format!(
            r##"<svg xmlns="http://www.w3.org/2000/svg" width="{whole}" height="20" role="img" aria-label="{label}: {message}">
  <title>{label}: {message}</title>
  <clipPath id="r"><rect width="{whole}" height="20" rx="3"/></clipPath>
  <g clip-path="url(#r)">
    <rect width="{left}" height="20" fill="#3d4450"/>
    <rect x="{left}" width="{right}" height="20" fill="{colour}"/>
  </g>
  <g fill="#fff" text-anchor="middle" font-family="Verdana,Geneva,DejaVu Sans,sans-serif" font-size="11">
    <text x="{left_middle}" y="14" textLength="{left_text}">{label}</text>
    <text x="{right_middle}" y="14" textLength="{right_text}">{message}</text>
  </g>
</svg>
"##,
            left_text = left - PADDING,
            right_text = right - PADDING,
        )
    }
}

/// Space beside a text, in pixels, both sides together.
const PADDING: usize = 12;

/// Width of a part in pixels; the text is fitted into it, so that an estimate does: a letter of
/// Verdana at 11 pixels takes about 6.6.
fn width(text: &str) -> usize {
    (text.chars().count() * 66).div_ceil(10) + PADDING
}

/// White text has a contrast of at least 4.5 on each.
fn colour(status: Status) -> &'static str {
    match status {
        Status::Regressed => "#b3320b",
        Status::Stale => "#7a5200",
        Status::Unjudged => "#566073",
        Status::Improved => "#1d4e89",
        Status::Pass => "#00695c",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bench_records::levels::State;

    #[test]
    fn the_overall_badge_takes_the_colour_of_the_worst() {
        let of = |states: &[(State, usize)]| {
            let count =
                |(state, series): &(State, usize)| StateCount { state: *state, series: *series };
            Badge::overall(&states.iter().map(count).collect::<Vec<_>>(), 0)
        };
        let badge = of(&[(State::Confirmed, 1), (State::WithinNoise, 2), (State::Pass, 11)]);
        assert_eq!(
            (badge.message.as_str(), badge.colour),
            ("1 confirmed", colour(Status::Regressed))
        );
        let quiet = of(&[(State::WithinNoise, 2), (State::Pass, 11)]);
        assert_eq!(quiet.message, "2 within noise, 11 pass");
        assert_ne!(quiet.colour, colour(Status::Regressed));
        assert_eq!(of(&[]).message, "no records");
        let passing = [StateCount { state: State::Pass, series: 3 }];
        let failing = Badge::overall(&passing, 1);
        assert_eq!(failing.message, "3 pass; CI gate failed on 1");
        assert_ne!(failing.colour, colour(Status::Pass));
    }

    #[test]
    fn a_name_cannot_write_markup_into_a_badge() {
        let label = "</text><script>x</script>".to_owned();
        let badge = Badge { label, message: "pass".to_owned(), colour: "#000" };
        assert!(!badge.svg().contains("<script>"), "{}", badge.svg());
        assert!(quick_xml::Reader::from_str(&badge.svg()).read_event().is_ok());
    }
}
